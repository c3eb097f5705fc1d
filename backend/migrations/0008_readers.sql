-- Readers of facts: which generation of its state is shown (0: none yet), and which one is being built beside it.
CREATE TABLE readers (
    name TEXT PRIMARY KEY,
    live BIGINT NOT NULL DEFAULT 0,
    live_version BIGINT NOT NULL DEFAULT 0,
    building BIGINT,
    building_version BIGINT,
    -- The last number that a generation was given; none is given twice.
    last BIGINT NOT NULL
);

-- Which facts of a stream a generation has taken: ranges of their numbers as JSON, such as [[1,57]].
CREATE TABLE reader_seen (
    reader TEXT NOT NULL,
    generation BIGINT NOT NULL,
    topic TEXT NOT NULL,
    stream TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    ranges TEXT NOT NULL,
    PRIMARY KEY (reader, generation, topic, stream, epoch)
);

-- Charts: how often a song was heard in a night of a venue. Night 0 is all nights.
CREATE TABLE charts (
    generation BIGINT NOT NULL,
    venue TEXT NOT NULL,
    night BIGINT NOT NULL,
    song TEXT NOT NULL,
    plays BIGINT NOT NULL,
    last_heard_at BIGINT NOT NULL,
    PRIMARY KEY (generation, venue, night, song)
);
CREATE INDEX charts_by_night ON charts (generation, night);
