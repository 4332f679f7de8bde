// Package intake takes in what consignors bring: consignors, their shifts and
// their items, from CSV files or one by one, into the ledger, all or nothing.
// docs/intake.md tells the files' form.
package intake
