package shopify

import (
	"context"
	"fmt"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/admin"
)

// Order reads an order with all of its lines and refunds, in one request unless
// there are many. The error is a NotFound where Shopify shows none of that number,
// as it does for orders older than 60 days to apps without read_all_orders.
func (c *Client) Order(ctx context.Context, id uint64) (*Order, error) {
	const operation = "Order"
	globalID := GlobalID("Order", id)
	reply, err := admin.Order(ctx, c.graphQL(&call{}), globalID)
	if err != nil {
		return nil, err
	}
	if reply.Order == nil {
		return nil, noSuch(operation, "order", fmt.Sprint(id))
	}
	lines, err := readAll(operation, reply.Order.LineItems, func(after *string) (*admin.OrderLinePage, error) {
		more, err := admin.OrderLines(ctx, c.graphQL(&call{}), globalID, after)
		if err != nil {
			return nil, err
		}
		if more.Order == nil || !more.Order.UpdatedAt.Equal(reply.Order.UpdatedAt) {
			return nil, changedMeanwhile(operation, "order")
		}
		return more.Order.LineItems, nil
	})
	if err != nil {
		return nil, err
	}
	refunds, err := c.refunds(ctx, operation, reply.Order.Refunds)
	if err != nil {
		return nil, err
	}
	r := reading{operation: operation}
	o := r.order(reply.Order, lines)
	o.Refunds = refunds
	if r.err != nil {
		return nil, r.err
	}
	return o, nil
}

// refunds reads the lists of an order's refunds to their ends.
func (c *Client) refunds(ctx context.Context, operation string, found []*admin.Refund) ([]Refund, error) {
	var refunds []Refund
	for _, n := range found {
		lines, err := readAll(operation, n.RefundLineItems, func(after *string) (*admin.RefundLinePage, error) {
			more, err := admin.RefundLines(ctx, c.graphQL(&call{}), n.Id, after)
			if err != nil || more.Refund == nil {
				return nil, err
			}
			return more.Refund.RefundLineItems, nil
		})
		if err != nil {
			return nil, err
		}
		adjustments, err := readAll(operation, n.OrderAdjustments, func(after *string) (*admin.RefundAdjustmentPage, error) {
			more, err := admin.RefundAdjustments(ctx, c.graphQL(&call{}), n.Id, after)
			if err != nil || more.Refund == nil {
				return nil, err
			}
			return more.Refund.OrderAdjustments, nil
		})
		if err != nil {
			return nil, err
		}
		r := reading{operation: operation}
		refunds = append(refunds, r.refund(n, lines, adjustments))
		if r.err != nil {
			return nil, r.err
		}
	}
	return refunds, nil
}

// Orders lists the orders that changed at a time or since, those that changed
// first first, up to 250 a page. after is the page's cursor, empty for the first. An
// order that changes while the pages are read moves to their end, so that it may
// be met twice and is never missed.
func (c *Client) Orders(ctx context.Context, updatedSince time.Time, after string) (OrderPage, error) {
	const operation = "OrdersByUpdate"
	query := fmt.Sprintf("updated_at:>='%s'", updatedSince.UTC().Format(time.RFC3339))
	reply, err := admin.OrdersByUpdate(ctx, c.graphQL(&call{}), query, cursor(after))
	if err != nil {
		return OrderPage{}, err
	}
	if reply.Orders == nil || reply.Orders.PageInfo == nil {
		return OrderPage{}, missing(operation, "orders or pageInfo")
	}
	var page OrderPage
	r := reading{operation: operation}
	for _, n := range reply.Orders.Nodes {
		page.Orders = append(page.Orders, OrderUpdate{ID: r.id("Order", n.Id), UpdatedAt: n.UpdatedAt})
	}
	if info := reply.Orders.PageInfo; info.HasNextPage {
		if page.Next = text(info.EndCursor); page.Next == "" {
			return OrderPage{}, missing(operation, "endCursor")
		}
	}
	if r.err != nil {
		return OrderPage{}, r.err
	}
	return page, nil
}

func cursor(after string) *string {
	if after == "" {
		return nil
	}
	return &after
}
