package jobs_test

import (
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/jobs"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// took has deliveries in the inbox that are done or dead, a minute apart, and returns their
// ids, the earliest first.
func (b *bed) took(states ...string) (ids []string) {
	b.t.Helper()
	for i, state := range states {
		topic := "orders/paid"
		if i%2 == 1 {
			topic = "orders/create"
		}
		id := ledger.NewID()
		received := b.now.Add(time.Duration(i-len(states)) * time.Minute)
		b.Expect(b.ledger.TakeIn(b.t.Context(), []ledger.Delivery{{
			Store: b.store.Store, ID: id, Topic: topic, WebhookID: id, TriggeredAt: received, ReceivedAt: received, Body: []byte("{}"),
		}}, nil)).To(Succeed())
		b.in(func(tx *ledger.Tx) error { _, err := tx.MoveDelivery(id, ledger.Pending, state, 3, "why"); return err })
		ids = append(ids, id)
	}
	return ids
}

// pending are those of some deliveries that wait to be worked on.
func (b *bed) pending(ids []string) (list []int) {
	b.t.Helper()
	b.Expect(b.ledger.View(b.t.Context(), b.store.Store, func(tx *ledger.Tx) error {
		for i, id := range ids {
			d, err := tx.Delivery(id)
			if err != nil {
				return err
			}
			if d.State == ledger.Pending {
				list = append(list, i)
			}
		}
		return nil
	})).To(Succeed())
	return list
}

func TestReplays(t *testing.T) {
	cases := map[string]struct {
		reason string
		spec   func(b *bed, ids []string) v1alpha1.ReplaySpec
		dry    bool
		want   []int
		counts v1alpha1.SyncJobProgress
		found  map[string]int64
	}{
		"dead": {"those that failed", func(*bed, []string) v1alpha1.ReplaySpec { return v1alpha1.ReplaySpec{State: v1alpha1.DeliveryDead} }, false,
			[]int{0, 1, 4}, v1alpha1.SyncJobProgress{Expected: 3, Done: 3, Changed: 3, Percent: 100}, nil},
		"done": {"those that took effect", func(*bed, []string) v1alpha1.ReplaySpec { return v1alpha1.ReplaySpec{State: v1alpha1.DeliveryDone} }, false,
			[]int{2, 3}, v1alpha1.SyncJobProgress{Expected: 2, Done: 2, Changed: 2, Percent: 100}, nil},
		"dry run": {"it counts and changes nothing", func(*bed, []string) v1alpha1.ReplaySpec { return v1alpha1.ReplaySpec{State: v1alpha1.DeliveryDead} }, true,
			nil, v1alpha1.SyncJobProgress{Expected: 3, Done: 3, Changed: 3, Percent: 100}, nil},
		"topics": {"as Shopify's API writes them", func(*bed, []string) v1alpha1.ReplaySpec {
			return v1alpha1.ReplaySpec{State: v1alpha1.DeliveryDead, Topics: []string{"ORDERS_PAID", "INVENTORY_LEVELS_UPDATE"}}
		}, false, []int{0, 4}, v1alpha1.SyncJobProgress{Expected: 2, Done: 2, Changed: 2, Percent: 100}, nil},
		"times": {"since is in it, until is not", func(b *bed, _ []string) v1alpha1.ReplaySpec {
			return v1alpha1.ReplaySpec{State: v1alpha1.DeliveryDead, Since: &metav1.Time{Time: b.now.Add(-4 * time.Minute)}, Until: &metav1.Time{Time: b.now.Add(-time.Minute)}}
		}, false, []int{1}, v1alpha1.SyncJobProgress{Expected: 1, Done: 1, Changed: 1, Percent: 100}, nil},
		"named": {"one of another state is left alone, and one that is unknown fails", func(_ *bed, ids []string) v1alpha1.ReplaySpec {
			return v1alpha1.ReplaySpec{State: v1alpha1.DeliveryDead, DeliveryIDs: []string{ids[1], ids[2], "nobody-knows"}}
		}, false, []int{1}, v1alpha1.SyncJobProgress{Expected: 3, Done: 3, Changed: 1, Skipped: 1, Failed: 1, Percent: 100},
			map[string]int64{jobs.DeliveryElsewhere: 1, jobs.DeliveryUnknown: 1}},
	}
	for name, tc := range cases {
		for how, enough := range map[string]func() bool{"at once": never, "bit by bit": always} {
			t.Run(fmt.Sprintf("%s, %s", name, how), func(t *testing.T) {
				b := newBed(t)
				ids := b.took(ledger.Dead, ledger.Dead, ledger.Done, ledger.Done, ledger.Dead)
				spec := tc.spec(b, ids)
				status := b.runIn(v1alpha1.SyncJobSpec{Type: v1alpha1.SyncJobReplay, DryRun: tc.dry, Replay: &spec}, enough)
				b.Expect(b.pending(ids)).To(Equal(tc.want), tc.reason)
				b.Expect(*status.Progress).To(Equal(tc.counts))
				if tc.found == nil {
					tc.found = map[string]int64{}
				}
				b.Expect(kinds(status)).To(Equal(tc.found))
			})
		}
	}
}

// TestReplaysByTopic: not every topic ends in one word.
func TestReplaysByTopic(t *testing.T) {
	for topic, name := range map[string]string{
		"ORDERS_PARTIALLY_FULFILLED": "orders/partially_fulfilled", "APP_UNINSTALLED": "app/uninstalled", "CUSTOMER_TAGS_ADDED": "customer.tags_added",
	} {
		t.Run(topic, func(t *testing.T) {
			b := newBed(t)
			ids := b.took(ledger.Dead)
			id := ledger.NewID()
			b.Expect(b.ledger.TakeIn(t.Context(), []ledger.Delivery{{
				Store: b.store.Store, ID: id, Topic: name, WebhookID: id, TriggeredAt: b.now, ReceivedAt: b.now.Add(-time.Minute), Body: []byte("{}"),
			}}, nil)).To(Succeed())
			b.in(func(tx *ledger.Tx) error {
				_, err := tx.MoveDelivery(id, ledger.Pending, ledger.Dead, 3, "why")
				return err
			})
			b.run(v1alpha1.SyncJobSpec{Type: v1alpha1.SyncJobReplay, Replay: &v1alpha1.ReplaySpec{State: v1alpha1.DeliveryDead, Topics: []string{topic}}})
			b.Expect(b.pending(append(ids, id))).To(Equal([]int{1}))
		})
	}
}

// TestATopicThatShopifyLacks: a typing error does not pass as a replay of nothing.
func TestATopicThatShopifyLacks(t *testing.T) {
	b := newBed(t)
	b.took(ledger.Dead)
	spec := v1alpha1.SyncJobSpec{Type: v1alpha1.SyncJobReplay, Replay: &v1alpha1.ReplaySpec{State: v1alpha1.DeliveryDead, Topics: []string{"ORDERS_BOUGHT"}}}
	_, err := b.task(spec).Step(t.Context(), "", never, &jobs.Report{})
	b.Expect(err).To(MatchError(ContainSubstring(`spec.replay.topics: Shopify has no topic "ORDERS_BOUGHT"`)))
}
