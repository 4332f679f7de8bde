-- What the console needs: the answers that were given under an idempotency key.

-- +goose Up

-- request says what was asked, as a hash; answer is the answer's body, as JSON.
CREATE TABLE idempotency_keys (
  tenant TEXT NOT NULL, store TEXT NOT NULL, idempotency_key TEXT NOT NULL,
  request TEXT NOT NULL, status BIGINT NOT NULL, answer TEXT NOT NULL, answered_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, store, idempotency_key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (answered_at, tenant, store);
