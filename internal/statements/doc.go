// Package statements says what a consignor is owed for a sale event and why, and
// closes that: what was handed out is frozen, and paid. docs/statements.md tells
// the rules.
package statements
