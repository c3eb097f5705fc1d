-- Receipts that are mailed, each once. No address is kept here: it is read when the mail is sent.
CREATE TABLE receipt_mails (
    purchase TEXT PRIMARY KEY,
    -- waiting: to be sent; sent: the mail server has it; nobody: there is no address (any more); given_up: it took too long.
    state TEXT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    -- When it is tried next; nothing when it is over.
    send_at BIGINT
);
CREATE INDEX receipt_mails_to_send ON receipt_mails (send_at);
