-- What orders made of one item is looked up for each item that is settled or audited: all
-- sales of the store, or all lines, were read for it. The line is in the index so that
-- it gives their order, too.

-- +goose Up

CREATE INDEX sales_by_item ON sales (item_id, tenant, store, line_id);
DROP INDEX order_lines_by_item;
CREATE INDEX order_lines_by_item ON order_lines (item_id, tenant, store, line_id);
