// Package audits compares what the shop and the ledger say of the same thing, and what the
// ledger says of itself. It only compares: who calls it reads both sides, and decides what
// becomes of the difference.
package audits
