-- Invitations to work somewhere. A venue that is empty is everywhere, as in appointments.
CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    code_hash TEXT NOT NULL UNIQUE,
    venue TEXT NOT NULL DEFAULT '',
    role TEXT NOT NULL,
    invited_by TEXT NOT NULL,
    -- Where it was mailed to, sealed with the key of whoever invited: the address need not be anybody's here.
    address_sealed TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX invitations_by_venue ON invitations (venue);
CREATE INDEX appointments_by_venue ON appointments (venue);
