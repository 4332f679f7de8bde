// Package ledger is the system of record: whose item was sold in which order,
// what its consignor is owed, what stands in the inbox of webhooks, and who
// changed what. It holds what Shopify does not, and knows nothing of Shopify.
//
// It lives in PostgreSQL, or for one process on one machine in SQLite. The SQL is
// the same for both; what differs is in postgres.go, sqlite.go and migrations.
//
// All work is done in a transaction on behalf of one store (Update, View), and
// every statement names that store: the first two parameters of each are tenant
// and store. On PostgreSQL row-level security holds it to the tenant as well, so
// that a statement which forgets to sees nothing. Transactions that change one
// store follow one another, so what is read in one stays true until it ends.
//
// Amounts are integer cents of the shop's currency. Times are kept as
// microseconds in UTC; the zero time is "never".
package ledger
