//go:build race

package orders_test

// sequences are fewer here: SQLite is some twenty times slower under the race
// detector, which has nothing to find in one transaction.
const sequences = 20
