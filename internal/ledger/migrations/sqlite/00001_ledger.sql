-- The ledger. Every row belongs to a tenant (the namespace) and a store (the
-- ShopifyStore's name). Amounts are integer cents, times are microseconds since
-- 1970 in UTC, and 0 is "never". An index beside the primary key does not begin
-- with the tenant: until a table is analyzed, PostgreSQL takes one that does for
-- as good as the key, and reads all rows of the store for one.

-- +goose Up

-- Which Shopify shop a store is; it never becomes another one.
CREATE TABLE store_bindings (
  tenant TEXT NOT NULL, store TEXT NOT NULL,
  shop_id BIGINT NOT NULL, shop_domain TEXT NOT NULL, currency TEXT NOT NULL, bound_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, store)
);

CREATE TABLE sale_events (
  tenant TEXT NOT NULL, store TEXT NOT NULL, event_id TEXT NOT NULL,
  name TEXT NOT NULL, starts_at BIGINT NOT NULL, ends_at BIGINT NOT NULL, return_window_ends_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, store, event_id)
);

-- Versions are never changed once a sale counts under them. Percents are in
-- hundredths.
CREATE TABLE sale_event_terms (
  tenant TEXT NOT NULL, store TEXT NOT NULL, event_id TEXT NOT NULL, effective_from BIGINT NOT NULL,
  regular_percent BIGINT NOT NULL, super_percent BIGINT NOT NULL, shift_percent BIGINT NOT NULL, max_percent BIGINT NOT NULL,
  super_item_bonus_cents BIGINT NOT NULL, super_item_threshold_cents BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, store, event_id, effective_from)
);

CREATE TABLE consignors (
  tenant TEXT NOT NULL, store TEXT NOT NULL, consignor_id TEXT NOT NULL,
  name TEXT NOT NULL, class TEXT NOT NULL CHECK (class IN ('Regular', 'Super')), updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, store, consignor_id)
);

CREATE TABLE volunteer_shifts (
  tenant TEXT NOT NULL, store TEXT NOT NULL, shift_id TEXT NOT NULL,
  event_id TEXT NOT NULL, consignor_id TEXT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, store, shift_id),
  FOREIGN KEY (tenant, store, consignor_id) REFERENCES consignors (tenant, store, consignor_id)
);
CREATE INDEX volunteer_shifts_by_consignor ON volunteer_shifts (event_id, consignor_id, tenant, store);

CREATE TABLE items (
  tenant TEXT NOT NULL, store TEXT NOT NULL, item_id TEXT NOT NULL,
  consignor_id TEXT NOT NULL, event_id TEXT NOT NULL, title TEXT NOT NULL, price_cents BIGINT NOT NULL CHECK (price_cents >= 0),
  markdown_eligible BIGINT NOT NULL, state TEXT NOT NULL, updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, store, item_id),
  FOREIGN KEY (tenant, store, consignor_id) REFERENCES consignors (tenant, store, consignor_id)
);
CREATE INDEX items_by_consignor ON items (event_id, consignor_id, tenant, store);

-- What Shopify calls an item, and how it was there at seen_at. applied_at is what
-- Shopify dates our own last change by.
CREATE TABLE products (
  tenant TEXT NOT NULL, store TEXT NOT NULL, item_id TEXT NOT NULL,
  product_id BIGINT NOT NULL, variant_id BIGINT NOT NULL, inventory_item_id BIGINT NOT NULL,
  status TEXT NOT NULL, price_cents BIGINT NOT NULL, seen_at BIGINT NOT NULL, applied_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, store, item_id),
  FOREIGN KEY (tenant, store, item_id) REFERENCES items (tenant, store, item_id)
);
CREATE UNIQUE INDEX products_by_inventory_item ON products (inventory_item_id, tenant, store);
CREATE INDEX products_by_product ON products (product_id, tenant, store);

-- The stock of an item at a location, as last known: appended to whenever it
-- turns out to be another.
CREATE TABLE stock_movements (
  tenant TEXT NOT NULL, store TEXT NOT NULL, movement_id TEXT NOT NULL,
  inventory_item_id BIGINT NOT NULL, location_id BIGINT NOT NULL, item_id TEXT NOT NULL,
  available_before BIGINT, available BIGINT NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL, moved_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, store, movement_id)
);
CREATE INDEX stock_movements_by_place ON stock_movements (inventory_item_id, location_id, tenant, store, moved_at, movement_id);

-- The inbox: what the relay took in. It inserts rows and can do nothing else.
CREATE TABLE webhook_deliveries (
  tenant TEXT NOT NULL, store TEXT NOT NULL, delivery_id TEXT NOT NULL,
  topic TEXT NOT NULL, webhook_id TEXT NOT NULL, event_id TEXT NOT NULL, api_version TEXT NOT NULL,
  triggered_at BIGINT NOT NULL, received_at BIGINT NOT NULL, body BLOB NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('Pending', 'Done', 'Dead')), attempts BIGINT NOT NULL, error TEXT NOT NULL, finished_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, store, delivery_id)
);
CREATE UNIQUE INDEX webhook_deliveries_once ON webhook_deliveries (webhook_id, topic, tenant, store);
CREATE INDEX webhook_deliveries_unfinished ON webhook_deliveries (tenant, store, state, received_at) WHERE state <> 'Done';
CREATE INDEX webhook_deliveries_done ON webhook_deliveries (tenant, store, received_at) WHERE state = 'Done';

-- Orders and their lines as last read from Shopify.
CREATE TABLE orders (
  tenant TEXT NOT NULL, store TEXT NOT NULL, order_id BIGINT NOT NULL,
  name TEXT NOT NULL, source TEXT NOT NULL, financial_status TEXT NOT NULL, currency TEXT NOT NULL,
  test BIGINT NOT NULL, taxes_included BIGINT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, cancelled_at BIGINT NOT NULL, read_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, store, order_id)
);

CREATE TABLE order_lines (
  tenant TEXT NOT NULL, store TEXT NOT NULL, line_id BIGINT NOT NULL,
  order_id BIGINT NOT NULL, sku TEXT NOT NULL, title TEXT NOT NULL, item_id TEXT NOT NULL,
  product_id BIGINT NOT NULL, variant_id BIGINT NOT NULL,
  quantity BIGINT NOT NULL, current_quantity BIGINT NOT NULL,
  original_cents BIGINT NOT NULL, discount_cents BIGINT NOT NULL, tax_cents BIGINT NOT NULL, restocked BIGINT NOT NULL,
  PRIMARY KEY (tenant, store, line_id),
  FOREIGN KEY (tenant, store, order_id) REFERENCES orders (tenant, store, order_id)
);
CREATE INDEX order_lines_by_order ON order_lines (order_id, tenant, store);
CREATE INDEX order_lines_by_item ON order_lines (item_id, tenant, store);
CREATE INDEX order_lines_by_sku ON order_lines (sku, tenant, store);

-- A line of an order that is for an item. An item has one active sale at most.
CREATE TABLE sales (
  tenant TEXT NOT NULL, store TEXT NOT NULL, line_id BIGINT NOT NULL,
  order_id BIGINT NOT NULL, item_id TEXT NOT NULL, consignor_id TEXT NOT NULL, event_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('Reserved', 'Sold', 'Double', 'Void')), updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, store, line_id),
  FOREIGN KEY (tenant, store, line_id) REFERENCES order_lines (tenant, store, line_id),
  FOREIGN KEY (tenant, store, item_id) REFERENCES items (tenant, store, item_id)
);
CREATE UNIQUE INDEX sales_active ON sales (item_id, tenant, store) WHERE state IN ('Reserved', 'Sold');
CREATE INDEX sales_by_consignor ON sales (event_id, consignor_id, tenant, store);

-- Append-only. What a consignor is owed is the sum of consignor_cents.
CREATE TABLE commission_entries (
  tenant TEXT NOT NULL, store TEXT NOT NULL, entry_key TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('Accrual', 'Adjustment', 'Payout')),
  consignor_id TEXT NOT NULL, event_id TEXT NOT NULL, line_id BIGINT NOT NULL, order_id BIGINT NOT NULL, item_id TEXT NOT NULL,
  net_cents BIGINT NOT NULL, consignor_cents BIGINT NOT NULL, shop_cents BIGINT NOT NULL, inputs TEXT NOT NULL,
  posted_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, store, entry_key),
  CHECK (kind = 'Payout' AND net_cents = 0 AND shop_cents = 0 OR kind <> 'Payout' AND net_cents = consignor_cents + shop_cents)
);
CREATE INDEX commission_entries_by_consignor ON commission_entries (event_id, consignor_id, tenant, store, posted_at);
CREATE INDEX commission_entries_by_line ON commission_entries (line_id, tenant, store);

-- A statement that was closed, with the text that was handed out.
CREATE TABLE statements (
  tenant TEXT NOT NULL, store TEXT NOT NULL, statement_id TEXT NOT NULL,
  event_id TEXT NOT NULL, consignor_id TEXT NOT NULL, number BIGINT NOT NULL,
  balance_cents BIGINT NOT NULL, document TEXT NOT NULL, closed_by TEXT NOT NULL, closed_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, store, statement_id)
);
CREATE UNIQUE INDEX statements_numbered ON statements (event_id, consignor_id, number, tenant, store);

CREATE TABLE statement_entries (
  tenant TEXT NOT NULL, store TEXT NOT NULL, entry_key TEXT NOT NULL, statement_id TEXT NOT NULL,
  PRIMARY KEY (tenant, store, entry_key),
  FOREIGN KEY (tenant, store, entry_key) REFERENCES commission_entries (tenant, store, entry_key),
  FOREIGN KEY (tenant, store, statement_id) REFERENCES statements (tenant, store, statement_id)
);

-- What a person has to look at. resolved_at is 0 while it stands.
CREATE TABLE findings (
  tenant TEXT NOT NULL, store TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('Warning', 'Critical')), detail TEXT NOT NULL,
  first_seen_at BIGINT NOT NULL, last_seen_at BIGINT NOT NULL, resolved_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, store, kind, subject)
);

-- Who changed what, and why. Append-only.
CREATE TABLE audit_trail (
  tenant TEXT NOT NULL, store TEXT NOT NULL, trail_id TEXT NOT NULL,
  happened_at BIGINT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
  before TEXT NOT NULL, after TEXT NOT NULL, reason TEXT NOT NULL,
  PRIMARY KEY (tenant, store, trail_id)
);
CREATE INDEX audit_trail_by_subject ON audit_trail (subject, tenant, store, happened_at);

-- Rows of append-only tables can be neither changed nor removed.
-- +goose StatementBegin
CREATE TRIGGER commission_entries_update BEFORE UPDATE ON commission_entries BEGIN
  SELECT RAISE(ABORT, 'commission_entries is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER commission_entries_delete BEFORE DELETE ON commission_entries BEGIN
  SELECT RAISE(ABORT, 'commission_entries is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER statements_update BEFORE UPDATE ON statements BEGIN
  SELECT RAISE(ABORT, 'statements is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER statements_delete BEFORE DELETE ON statements BEGIN
  SELECT RAISE(ABORT, 'statements is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER statement_entries_update BEFORE UPDATE ON statement_entries BEGIN
  SELECT RAISE(ABORT, 'statement_entries is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER statement_entries_delete BEFORE DELETE ON statement_entries BEGIN
  SELECT RAISE(ABORT, 'statement_entries is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER stock_movements_update BEFORE UPDATE ON stock_movements BEGIN
  SELECT RAISE(ABORT, 'stock_movements is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER stock_movements_delete BEFORE DELETE ON stock_movements BEGIN
  SELECT RAISE(ABORT, 'stock_movements is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_trail_update BEFORE UPDATE ON audit_trail BEGIN
  SELECT RAISE(ABORT, 'audit_trail is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_trail_delete BEFORE DELETE ON audit_trail BEGIN
  SELECT RAISE(ABORT, 'audit_trail is append-only');
END;
-- +goose StatementEnd
