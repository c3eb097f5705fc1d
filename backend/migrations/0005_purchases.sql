-- Buying credits. Amounts of money are minor units of an ISO 4217 currency.

CREATE TABLE purchases (
    -- Made by the client.
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    pack TEXT NOT NULL,
    price_minor BIGINT NOT NULL CHECK (price_minor > 0),
    currency TEXT NOT NULL,
    credits BIGINT NOT NULL CHECK (credits > 0),
    bonus BIGINT NOT NULL CHECK (bonus >= 0),
    bonus_ms BIGINT,
    room TEXT,
    provider TEXT NOT NULL,
    -- The provider's names of its page and of the payment that was made on it.
    checkout TEXT UNIQUE,
    checkout_url TEXT,
    payment TEXT UNIQUE,
    -- What was done.
    state TEXT NOT NULL,
    dispute_done TEXT NOT NULL DEFAULT '',
    refunded_minor BIGINT NOT NULL DEFAULT 0,
    -- What the provider has said so far, joined.
    paid BIGINT NOT NULL DEFAULT 0,
    failed BIGINT NOT NULL DEFAULT 0,
    expired BIGINT NOT NULL DEFAULT 0,
    refunded_seen BIGINT NOT NULL DEFAULT 0,
    dispute_seen TEXT NOT NULL DEFAULT '',
    declined TEXT,
    -- Credits of it that are owed after a dispute, and money that went back in it.
    owed BIGINT NOT NULL DEFAULT 0 CHECK (owed >= 0),
    disputed_minor BIGINT NOT NULL DEFAULT 0,
    -- Without gaps.
    receipt BIGINT UNIQUE,
    claim_hash TEXT UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- When the sweep asks the provider next; nothing when there is nothing to ask.
    ask_at BIGINT,
    credited_at BIGINT
);
CREATE INDEX purchases_by_account ON purchases (account, created_at);
CREATE INDEX purchases_to_ask ON purchases (ask_at);
CREATE INDEX purchases_to_number ON purchases (credited_at) WHERE state = 'credited' AND receipt IS NULL;
CREATE INDEX purchases_owing ON purchases (account) WHERE owed > 0;


CREATE TABLE refunds (
    id TEXT PRIMARY KEY,
    purchase TEXT NOT NULL,
    part TEXT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    credits BIGINT NOT NULL,
    bonus BIGINT NOT NULL,
    -- decided: to be sent; sent: the provider has it.
    state TEXT NOT NULL,
    by_account TEXT,
    created_at BIGINT NOT NULL,
    send_at BIGINT
);
CREATE INDEX refunds_by_purchase ON refunds (purchase);
CREATE INDEX refunds_to_send ON refunds (send_at);

-- Signed events of the provider, each once. No personal field is kept.
CREATE TABLE provider_events (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    -- Nothing while it isn't known to which purchase it belongs.
    purchase TEXT,
    payment TEXT,
    said TEXT NOT NULL,
    minor BIGINT NOT NULL DEFAULT 0,
    received_at BIGINT NOT NULL
);
CREATE INDEX provider_events_unmatched ON provider_events (payment) WHERE purchase IS NULL;

-- Codes that give credits. Only a hash is kept.
CREATE TABLE vouchers (
    code_hash TEXT PRIMARY KEY,
    batch TEXT NOT NULL,
    credits BIGINT NOT NULL CHECK (credits > 0),
    uses_left BIGINT NOT NULL CHECK (uses_left >= 0),
    expires_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE TABLE voucher_uses (
    code_hash TEXT NOT NULL,
    account TEXT NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (code_hash, account)
);

-- "I didn't hear it", once a play.
CREATE TABLE complaints (
    play TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    credits BIGINT NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE INDEX complaints_by_account ON complaints (account, made_at);

-- The share of what a credit was worth that the venue gets, in hundredths of a percent; the network's if not set.
ALTER TABLE venues ADD COLUMN share BIGINT;

-- Lots that were paid for: by which purchase, what they were worth together, and what is left of that. `held` counts the
-- credits that are neither spent nor gone, so those that are reserved as well.
ALTER TABLE lots ADD COLUMN purchase TEXT;
ALTER TABLE lots ADD COLUMN worth_total BIGINT NOT NULL DEFAULT 0;
ALTER TABLE lots ADD COLUMN worth_left BIGINT NOT NULL DEFAULT 0;
ALTER TABLE lots ADD COLUMN held BIGINT NOT NULL DEFAULT 0;
CREATE INDEX lots_by_purchase ON lots (purchase);
CREATE INDEX lots_by_expiry ON lots (expires_at) WHERE balance > 0;

ALTER TABLE transfers ADD COLUMN purchase TEXT;
ALTER TABLE transfers ADD COLUMN venue TEXT;
CREATE INDEX transfers_by_purchase ON transfers (purchase);
CREATE INDEX transfers_by_unit ON transfers (unit, at);
