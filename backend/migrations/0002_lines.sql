-- Raised by every change of a jukebox's live plays, so that a reader knows whether the line it has read before still
-- stands.
ALTER TABLE jukeboxes ADD COLUMN line BIGINT NOT NULL DEFAULT 0;

-- A patron's last turn at a jukebox, and the free songs of an hour, without reading all that they ever asked for.
CREATE INDEX plays_by_turn ON plays (jukebox, account, round);
CREATE INDEX plays_free ON plays (account, requested_at) WHERE price = 0;
