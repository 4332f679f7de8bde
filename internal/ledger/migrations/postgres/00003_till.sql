-- What the console needs: the answers that were given under an idempotency key, and
-- no more rights than its work takes.

-- +goose Up

-- request says what was asked, as a hash; answer is the answer's body, as JSON.
CREATE TABLE idempotency_keys (
  tenant TEXT NOT NULL, store TEXT NOT NULL, idempotency_key TEXT NOT NULL,
  request TEXT NOT NULL, status BIGINT NOT NULL, answer TEXT NOT NULL, answered_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, store, idempotency_key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (answered_at, tenant, store);

ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON idempotency_keys TO shopkeeper_manager, shopkeeper_console
  USING (tenant = current_setting('app.tenant', true) AND tenant <> '')
  WITH CHECK (tenant = current_setting('app.tenant', true) AND tenant <> '');
GRANT SELECT, INSERT, DELETE ON idempotency_keys TO shopkeeper_manager, shopkeeper_console;

-- The console takes in and sells; it reads the rest. What is the manager's to say
-- (which shop a store is, its events and terms, its products and their stock), the
-- inbox and what was handed out as a statement are not its to change.
REVOKE INSERT, UPDATE, DELETE ON store_bindings, sale_events, sale_event_terms, products, stock_movements,
  webhook_deliveries, statements, statement_entries FROM shopkeeper_console;
-- Nothing that was taken in or sold is ever removed.
REVOKE DELETE ON consignors, volunteer_shifts, items, orders, order_lines, sales, findings FROM shopkeeper_console;
