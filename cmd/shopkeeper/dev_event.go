package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fluxcd/pkg/runtime/conditions"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// open has a store's events take place now: the samples' are some day.
func (m *market) open(ctx context.Context, s *stall) error {
	now := time.Now().Truncate(time.Second)
	return m.reschedule(ctx, s, func(e *v1alpha1.SaleEvent) {
		e.StartsAt, e.EndsAt = metav1.NewTime(now.Add(-time.Hour)), metav1.NewTime(now.Add(8*time.Hour))
		e.ReturnWindowEndsAt = metav1.NewTime(now.Add(14 * 24 * time.Hour))
	})
}

// reschedule changes the events of a store's spec as anybody would, and waits until the
// ledger has them.
func (m *market) reschedule(ctx context.Context, s *stall, change func(*v1alpha1.SaleEvent)) error {
	if err := m.kube.Get(ctx, client.ObjectKeyFromObject(&s.store), &s.store); err != nil {
		return err
	}
	before := s.store.DeepCopy()
	for i := range s.store.Spec.SaleEvents {
		change(&s.store.Spec.SaleEvents[i])
	}
	if err := m.kube.Patch(ctx, &s.store, client.MergeFrom(before)); err != nil {
		return fmt.Errorf("changing the sale events: %w", err)
	}
	return m.until(ctx, func(ctx context.Context) (string, error) {
		if err := m.kube.Get(ctx, client.ObjectKeyFromObject(&s.store), &s.store); err != nil {
			return "", err
		}
		if s.store.Status.ObservedGeneration == s.store.Generation && conditions.IsTrue(&s.store, v1alpha1.SaleEventsAppliedCondition) {
			return "", nil
		}
		return "the sale events are not applied: " + conditions.GetMessage(&s.store, v1alpha1.SaleEventsAppliedCondition), nil
	})
}

// markDown halves the prices of what is marked for it, and sells one of these.
func (m *market) markDown(ctx context.Context, s *stall) error {
	begun := time.Now().Truncate(time.Second).Add(-time.Minute)
	if err := m.reschedule(ctx, s, func(e *v1alpha1.SaleEvent) {
		e.Markdown = v1alpha1.Markdown{StartsAt: metav1.NewTime(begun), PercentOff: "50"}
	}); err != nil {
		return err
	}
	var cheaper []string
	err := m.until(ctx, func(ctx context.Context) (string, error) {
		items, err := m.items(ctx, storeOf(s.store))
		cheaper = nil
		for _, i := range items {
			if i.State != string(catalog.Listed) || !i.MarkdownEligible {
				continue
			}
			if price := m.priceOf(s, i); price != (i.PriceCents+1)/2 {
				return fmt.Sprintf("%s costs %s, and half of %s is less", i.ID, simulator.Cents(price), simulator.Cents(i.PriceCents)), nil
			}
			cheaper = append(cheaper, i.ID)
		}
		return "", err
	})
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(m.out, "%s: %d items cost half\n", storeOf(s.store), len(cheaper))
	_, err = m.buy(s, simulator.Checkout{Lines: []simulator.CheckoutLine{{SKU: cheaper[0]}}})
	return err
}

// priceOf is what an item costs in the shop, in cents.
func (m *market) priceOf(s *stall, i ledger.Item) int64 {
	shop, _ := m.sim.Shop(s.domain())
	for _, p := range shop.Products {
		for _, v := range p.Variants {
			if at := slices.IndexFunc(shop.InventoryItems, func(n simulator.InventoryItem) bool { return n.ID == v.InventoryItemID }); at >= 0 && shop.InventoryItems[at].SKU == i.ID {
				return int64(v.Price)
			}
		}
	}
	return -1
}

// close ends the event: what is not sold leaves the shop.
func (m *market) close(ctx context.Context, s *stall) error {
	now := time.Now().Truncate(time.Second)
	if err := m.reschedule(ctx, s, func(e *v1alpha1.SaleEvent) { e.EndsAt = metav1.NewTime(now) }); err != nil {
		return err
	}
	err := m.until(ctx, func(context.Context) (string, error) {
		shop, _ := m.sim.Shop(s.domain())
		left := slices.DeleteFunc(shop.Products, func(p simulator.Product) bool { return p.Status != "ACTIVE" })
		if len(left) == 0 {
			return "", nil
		}
		return fmt.Sprintf("%d products are still for sale", len(left)), nil
	})
	if err == nil {
		_, _ = fmt.Fprintf(m.out, "%s: the event has ended, and nothing is for sale any more\n", storeOf(s.store))
	}
	return err
}
