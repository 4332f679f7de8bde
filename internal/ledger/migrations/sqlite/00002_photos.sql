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
