// Package catalog knows items: the states they go through from intake to the day
// they leave, and their products in the shop. It keeps the two in step: what is
// sold is off the shelf everywhere, and what came back is on it once.
package catalog
