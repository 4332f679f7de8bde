-- The audit trail as a chain, store by store: seq counts a store's entries from 1, and
-- hash covers an entry and all before it. What was written before this has seq 0, and is
-- covered by the first that has a number.

-- +goose Up

ALTER TABLE audit_trail ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit_trail ADD COLUMN hash TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX audit_trail_in_order ON audit_trail (tenant, store, seq) WHERE seq > 0;
