-- The photos of an item. The photo itself is in a bucket, under its hash: the
-- SHA-256 of what is stored, in hex. Positions count from 1; the first photo is
-- the one that a shop shows in lists. media_id is Shopify's, 0 until it was
-- uploaded. Sizes are in pixels and bytes.

-- +goose Up

CREATE TABLE item_photos (
  tenant TEXT NOT NULL, store TEXT NOT NULL, item_id TEXT NOT NULL, hash TEXT NOT NULL,
  position BIGINT NOT NULL CHECK (position > 0),
  width BIGINT NOT NULL, height BIGINT NOT NULL, bytes BIGINT NOT NULL, media_id BIGINT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, store, item_id, hash),
  FOREIGN KEY (tenant, store, item_id) REFERENCES items (tenant, store, item_id)
);
CREATE UNIQUE INDEX item_photos_in_order ON item_photos (item_id, position, tenant, store);

-- As for every table of 00001: a statement sees the tenant that its transaction is
-- set to, and so does the tables' owner.
ALTER TABLE item_photos ENABLE ROW LEVEL SECURITY;
ALTER TABLE item_photos FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON item_photos TO shopkeeper_manager, shopkeeper_console
  USING (tenant = current_setting('app.tenant', true) AND tenant <> '')
  WITH CHECK (tenant = current_setting('app.tenant', true) AND tenant <> '');
GRANT SELECT, INSERT, UPDATE, DELETE ON item_photos TO shopkeeper_manager, shopkeeper_console;
