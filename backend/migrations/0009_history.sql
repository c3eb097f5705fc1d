-- What each patron heard. The account is the one that the fact names: a guest who became part of an account later is
-- found by `accounts.merged_into`. It comes first in the key, since a person's rows are read and deleted together.
CREATE TABLE history (
    generation BIGINT NOT NULL,
    account TEXT NOT NULL,
    play TEXT NOT NULL,
    venue TEXT NOT NULL,
    song TEXT NOT NULL,
    heard_at BIGINT NOT NULL,
    night BIGINT NOT NULL,
    PRIMARY KEY (account, generation, heard_at, play)
);
CREATE INDEX accounts_by_merge ON accounts (merged_into) WHERE merged_into IS NOT NULL;

-- Songs that somebody marked with a heart.
CREATE TABLE favourites (
    account TEXT NOT NULL,
    song TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (account, song)
);
