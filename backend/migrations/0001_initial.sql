-- The same text for SQLite and PostgreSQL. `%SERIAL%` is the one word that differs: a number that is never given out
-- twice. Ids are UUIDs as text, moments are milliseconds since 1970, truths are 0 or 1, lists and rules are JSON.

CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- People -----------------------------------------------------------------------------------------------------------

CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    -- Sealed with the account's key (AES-256-GCM): without the key it is noise.
    name_sealed TEXT,
    name_on_screen BIGINT NOT NULL DEFAULT 0,
    merged_into TEXT,
    deleted_at BIGINT
);

-- Deleting an account deletes its key, and with it everything personal, wherever it was copied to.
CREATE TABLE account_keys (
    account TEXT PRIMARY KEY,
    key_hex TEXT NOT NULL
);

CREATE TABLE identities (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- Keyed hash of the folded address: finds it, doesn't tell it.
    address_hash TEXT,
    address_sealed TEXT,
    password_hash TEXT,
    verified_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX identities_by_address ON identities (address_hash);
CREATE INDEX identities_by_account ON identities (account);

CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    device TEXT NOT NULL,
    credential TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account);

CREATE TABLE one_time_codes (
    code_hash TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    subject TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE appointments (
    account TEXT NOT NULL,
    role TEXT NOT NULL,
    venue TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (account, role, venue)
);

-- Places -----------------------------------------------------------------------------------------------------------

CREATE TABLE venues (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    city TEXT NOT NULL,
    timezone TEXT NOT NULL,
    latitude DOUBLE PRECISION,
    longitude DOUBLE PRECISION,
    radius_m DOUBLE PRECISION NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE jukeboxes (
    id TEXT PRIMARY KEY,
    venue TEXT NOT NULL,
    zone_name TEXT NOT NULL,
    room TEXT NOT NULL UNIQUE,
    secret_hex TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    n BIGINT NOT NULL DEFAULT 0,
    round BIGINT NOT NULL DEFAULT 1,
    paused BIGINT NOT NULL DEFAULT 0,
    volume BIGINT NOT NULL DEFAULT 80,
    rules TEXT NOT NULL,
    player_epoch BIGINT NOT NULL DEFAULT 0,
    player_screen TEXT,
    player_status TEXT NOT NULL DEFAULT 'none',
    player_seen_at BIGINT NOT NULL DEFAULT 0,
    player_codecs TEXT NOT NULL DEFAULT '[]',
    wake_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX jukeboxes_by_wake ON jukeboxes (wake_at);
CREATE INDEX jukeboxes_by_venue ON jukeboxes (venue);

CREATE TABLE screens (
    id TEXT PRIMARY KEY,
    jukebox TEXT NOT NULL,
    role TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    codecs TEXT NOT NULL,
    paired_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);

-- Songs ------------------------------------------------------------------------------------------------------------

CREATE TABLE songs (
    id TEXT PRIMARY KEY,
    content_hash TEXT NOT NULL UNIQUE,
    recording TEXT NOT NULL,
    title TEXT NOT NULL,
    artist TEXT NOT NULL,
    artists TEXT NOT NULL,
    album TEXT,
    year BIGINT,
    genre TEXT,
    duration_ms BIGINT NOT NULL,
    isrc TEXT,
    musicbrainz TEXT,
    explicit BIGINT NOT NULL,
    codec TEXT NOT NULL,
    mime TEXT NOT NULL,
    path TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    gain_db DOUBLE PRECISION NOT NULL,
    loudness DOUBLE PRECISION,
    cover TEXT,
    imported_at BIGINT NOT NULL
);
CREATE INDEX songs_by_artist ON songs (artist);
CREATE INDEX songs_by_album ON songs (album);
CREATE INDEX songs_by_genre ON songs (genre);
CREATE INDEX songs_by_year ON songs (year);
CREATE INDEX songs_by_import ON songs (imported_at);

-- Plays ------------------------------------------------------------------------------------------------------------

CREATE TABLE plays (
    id TEXT PRIMARY KEY,
    jukebox TEXT NOT NULL,
    account TEXT NOT NULL,
    song TEXT NOT NULL,
    recording TEXT NOT NULL,
    duration_ms BIGINT NOT NULL,
    content TEXT NOT NULL,
    state TEXT NOT NULL,
    price BIGINT NOT NULL,
    sooner BIGINT NOT NULL,
    round BIGINT NOT NULL,
    rank BIGINT NOT NULL,
    passed_by_jumps BIGINT NOT NULL DEFAULT 0,
    passed_by_turns BIGINT NOT NULL DEFAULT 0,
    latest BIGINT NOT NULL,
    attempt BIGINT NOT NULL DEFAULT 0,
    -- The stage of a live entry: player's epoch, lease or give-up moment, anchor … as JSON.
    stage TEXT NOT NULL DEFAULT '',
    requested_at BIGINT NOT NULL,
    started_at BIGINT,
    heard_at BIGINT,
    ended_at BIGINT,
    reason TEXT
);
CREATE INDEX plays_live ON plays (jukebox, state);
CREATE INDEX plays_by_account ON plays (account, requested_at);
CREATE INDEX plays_by_recording ON plays (jukebox, recording, started_at);

-- The ledger: double entry, append-only ------------------------------------------------------------------------------

CREATE TABLE lots (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    origin TEXT NOT NULL,
    -- What one credit was worth when it came in: minor units of a currency; nothing for what was given.
    worth_minor BIGINT NOT NULL DEFAULT 0,
    currency TEXT NOT NULL DEFAULT '',
    amount BIGINT NOT NULL CHECK (amount > 0),
    balance BIGINT NOT NULL CHECK (balance >= 0),
    expires_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX lots_by_account ON lots (account);

CREATE TABLE transfers (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    phase TEXT NOT NULL,
    -- The pending transfer that this one posts or voids; each at most once.
    pending TEXT UNIQUE,
    debit TEXT NOT NULL,
    credit TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    unit TEXT NOT NULL,
    account TEXT NOT NULL,
    play TEXT,
    at BIGINT NOT NULL
);
CREATE INDEX transfers_by_account ON transfers (account, at);
CREATE INDEX transfers_by_play ON transfers (play);

-- The log ----------------------------------------------------------------------------------------------------------

CREATE TABLE requests (
    position %SERIAL%,
    jukebox TEXT NOT NULL,
    ce_id TEXT NOT NULL,
    ce_type TEXT NOT NULL,
    ce_time BIGINT NOT NULL,
    payload TEXT NOT NULL
);

CREATE TABLE outbox (
    seq %SERIAL%,
    topic TEXT NOT NULL,
    key TEXT NOT NULL,
    ce_id TEXT NOT NULL UNIQUE,
    ce_type TEXT NOT NULL,
    ce_time BIGINT NOT NULL,
    payload TEXT NOT NULL,
    published_at BIGINT
);
CREATE INDEX outbox_unpublished ON outbox (seq) WHERE published_at IS NULL;

CREATE TABLE offsets (
    reader TEXT NOT NULL,
    topic TEXT NOT NULL,
    partition BIGINT NOT NULL,
    next BIGINT NOT NULL,
    last_id TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (reader, topic, partition)
);
