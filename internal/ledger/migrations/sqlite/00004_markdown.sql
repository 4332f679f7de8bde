-- When items of an event get cheaper and by how much, in hundredths of a percent; 0 for
-- never. keeps is 1 where what is not sold stays in the shop when the event ends. What
-- was last done about it: for which end the items were taken off the shelf, and for which
-- markdown their prices were pushed; 0 for none.

-- +goose Up

ALTER TABLE sale_events ADD COLUMN keeps BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sale_events ADD COLUMN markdown_starts_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sale_events ADD COLUMN markdown_percent BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sale_events ADD COLUMN done_ends_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sale_events ADD COLUMN done_markdown_starts_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sale_events ADD COLUMN done_markdown_percent BIGINT NOT NULL DEFAULT 0;
