-- Whoever opens the ledger first looks whether its tables are those of the release, the
-- relay included, which reads nothing else.

-- +goose Up

GRANT SELECT ON shopkeeper_migrations TO shopkeeper_manager, shopkeeper_relay, shopkeeper_console;
