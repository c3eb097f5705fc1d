-- What somebody who deleted their account wants for credits that they paid for and that come back to it later, as from a
-- song that a jukebox without a connection could not let go of: 'refund', 'waive', or nothing said.
ALTER TABLE accounts ADD COLUMN paid_credits TEXT;
CREATE INDEX accounts_deleted ON accounts (id) WHERE deleted_at IS NOT NULL;
