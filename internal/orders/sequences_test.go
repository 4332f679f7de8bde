//go:build !race

package orders_test

// sequences is how many made-up histories TestReadsConverge goes through.
const sequences = 200
