-- What jobs need. A cursor is how far a job has come that goes on where the one before
-- it ended. unlisted is 1 where a person took an item off the shelf for now. agreed_… is
-- how both sides last had a product: which of them was changed since follows from it; -1
-- and empty where they never agreed.

-- +goose Up

CREATE TABLE sync_cursors (
  tenant TEXT NOT NULL, store TEXT NOT NULL, cursor_name TEXT NOT NULL,
  position TEXT NOT NULL, moved_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, store, cursor_name)
);
ALTER TABLE sync_cursors ENABLE ROW LEVEL SECURITY;
ALTER TABLE sync_cursors FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON sync_cursors TO shopkeeper_manager, shopkeeper_console
  USING (tenant = current_setting('app.tenant', true) AND tenant <> '')
  WITH CHECK (tenant = current_setting('app.tenant', true) AND tenant <> '');
GRANT SELECT, INSERT, UPDATE ON sync_cursors TO shopkeeper_manager;
GRANT SELECT ON sync_cursors TO shopkeeper_console;

ALTER TABLE items ADD COLUMN unlisted BIGINT NOT NULL DEFAULT 0;
ALTER TABLE products ADD COLUMN agreed_price_cents BIGINT NOT NULL DEFAULT -1;
ALTER TABLE products ADD COLUMN agreed_status TEXT NOT NULL DEFAULT '';
