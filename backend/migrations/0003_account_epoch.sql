-- Which life of the database an account's facts belong to, as for a jukebox: raised after a restore, so that facts
-- which are decided anew never repeat the ids of lost ones.
ALTER TABLE accounts ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;
