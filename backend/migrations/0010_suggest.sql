-- What was heard last at each venue, a few rows a venue. The account says how many different people that were, and is
-- never shown.
CREATE TABLE elsewhere (
    generation BIGINT NOT NULL,
    venue TEXT NOT NULL,
    heard_at BIGINT NOT NULL,
    play TEXT NOT NULL,
    song TEXT NOT NULL,
    account TEXT NOT NULL,
    night BIGINT NOT NULL,
    PRIMARY KEY (generation, venue, heard_at, play)
);
CREATE INDEX elsewhere_by_time ON elsewhere (generation, heard_at, play);
CREATE INDEX elsewhere_by_account ON elsewhere (account);

-- Whether what is heard at a venue is shown at others.
ALTER TABLE venues ADD COLUMN shown_elsewhere BIGINT NOT NULL DEFAULT 1;

-- Which songs a patron heard of their own in an evening at a venue, for the last few months.
CREATE TABLE evenings (
    generation BIGINT NOT NULL,
    account TEXT NOT NULL,
    venue TEXT NOT NULL,
    night BIGINT NOT NULL,
    song TEXT NOT NULL,
    PRIMARY KEY (account, generation, venue, night, song)
);
CREATE INDEX evenings_by_song ON evenings (generation, song, night, account, venue);
CREATE INDEX evenings_by_night ON evenings (generation, night);

-- How often a song was heard at a venue in an hour of its day, 0 to 23, in all nights.
CREATE TABLE hours (
    generation BIGINT NOT NULL,
    venue TEXT NOT NULL,
    hour BIGINT NOT NULL,
    song TEXT NOT NULL,
    plays BIGINT NOT NULL,
    last_heard_at BIGINT NOT NULL,
    PRIMARY KEY (generation, venue, hour, song)
);

-- What people asked for and isn't in the catalogue. How many did stays when one of them is gone.
CREATE TABLE wishes (
    words TEXT PRIMARY KEY,
    people BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
CREATE INDEX wishes_by_people ON wishes (people, last_at);

-- Who asked, for as long as their asking again shall not count again.
CREATE TABLE wish_people (
    account TEXT NOT NULL,
    words TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    PRIMARY KEY (account, words)
);
CREATE INDEX wish_people_by_time ON wish_people (asked_at);

-- Where it was asked for.
CREATE TABLE wish_rooms (
    words TEXT NOT NULL,
    jukebox TEXT NOT NULL,
    PRIMARY KEY (words, jukebox)
);
