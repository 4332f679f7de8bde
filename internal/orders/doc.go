// Package orders turns an order, as read from Shopify, into sales, item states and
// commission entries in the ledger.
//
// Everything follows from what the ledger holds of the orders, never from the
// events that led there: whose an item is (decide), and what each line should have
// posted (target). What differs from that is written. So reads may come late, in
// any order and more than once.
//
// The caller runs each function in a transaction that changes the store, and does
// in the shop what the Result says once that is committed.
package orders
