-- Charts of the network, in parts: a jukebox counts in the part of its partition, so that no two partitions write one row,
-- and whoever asks adds the parts up. A row is a window (a night, a week, a month; 0 and 0 is all nights) and a song. The
-- last night comes first in the key: windows are found by it, and old ones deleted.
CREATE TABLE chart_parts (
    generation BIGINT NOT NULL,
    last_night BIGINT NOT NULL,
    first_night BIGINT NOT NULL,
    part BIGINT NOT NULL,
    song TEXT NOT NULL,
    plays BIGINT NOT NULL,
    last_heard_at BIGINT NOT NULL,
    PRIMARY KEY (generation, last_night, first_night, part, song)
);

-- When somebody may look next for what is too old: whoever moves it has the turn.
ALTER TABLE readers ADD COLUMN prune_at BIGINT NOT NULL DEFAULT 0;
