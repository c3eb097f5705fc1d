-- What somebody who deleted their account wants for credits that they paid for and that come back to it later, as from a
-- song that a jukebox without a connection could not let go of: 'refund', 'waive', or nothing said.
ALTER TABLE accounts ADD COLUMN paid_credits TEXT;
CREATE INDEX accounts_deleted ON accounts (id) WHERE deleted_at IS NOT NULL;

-- Refunds: what the credits that they took were paid for, how often they were sent, and why the provider refused for good.
-- `state` may also be 'refused': the credits were given back; or 'owed': nobody is there to give them back to.
ALTER TABLE refunds ADD COLUMN worth_minor BIGINT NOT NULL DEFAULT 0;
ALTER TABLE refunds ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE refunds ADD COLUMN refusal TEXT;
UPDATE refunds SET worth_minor = CASE WHEN credits > 0 THEN amount_minor ELSE 0 END;

-- "I didn't hear it", read by the staff, newest first.
CREATE INDEX complaints_by_time ON complaints (made_at);
