package jobs_test

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
	"github.com/shopkeeper-dev/shopkeeper/internal/jobs"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

var checkOrders = v1alpha1.SyncJobSpec{Type: v1alpha1.SyncJobOrders}

func TestOrdersThatNoWebhookToldOf(t *testing.T) {
	b := newBed(t)
	for _, id := range []string{"boots", "hat", "kim-coat"} {
		_, err := b.store.Bring(t.Context(), b.ledger, b.sim, id, "listed", 1000)
		b.Expect(err).NotTo(HaveOccurred())
		b.buy(id)
	}
	b.now = b.now.Add(10 * time.Minute)

	status := b.run(checkOrders)
	b.Expect(*status.Progress).To(Equal(v1alpha1.SyncJobProgress{Expected: 3, Done: 3, Changed: 3, Percent: 100}))
	b.Expect(kinds(status)).To(Equal(map[string]int64{jobs.OrderRecovered: 3}))
	shop, _ := b.sim.Shop(b.store.Domain)
	earned, err := deliverytest.Earned(t.Context(), b.ledger, b.store.Store)
	b.Expect(err).NotTo(HaveOccurred())
	b.Expect(earned).To(Equal(deliverytest.Due(shop)), "each consignor is paid all the same")
	b.Expect(earned).To(HaveLen(3))

	b.calls()
	status = b.run(checkOrders)
	b.Expect(status.Progress.Changed).To(BeZero(), "the second check has nothing to do")
	b.Expect(b.calls()).To(Equal([]string{"OrdersByUpdate"}), "and costs one query")
}

func TestWhatAnOrderCheckLooksAt(t *testing.T) {
	at := func(b *bed, after time.Duration) *metav1.Time { return &metav1.Time{Time: b.now.Add(after)} }
	cases := map[string]struct {
		reason  string
		spec    func(*bed) v1alpha1.SyncJobSpec
		changed int64
		found   map[string]int64
		next    int64 // orders that the next whole check changes
	}{
		"all": {"what is not asked for otherwise", func(*bed) v1alpha1.SyncJobSpec { return checkOrders }, 3, map[string]int64{jobs.OrderRecovered: 2}, 0},
		"dry run": {"it reports and changes nothing", func(*bed) v1alpha1.SyncJobSpec {
			return v1alpha1.SyncJobSpec{Type: v1alpha1.SyncJobOrders, DryRun: true}
		}, 3, map[string]int64{jobs.OrderDiffers: 3}, 3},
		"since": {"what was changed before is left out", func(b *bed) v1alpha1.SyncJobSpec {
			return v1alpha1.SyncJobSpec{Type: v1alpha1.SyncJobOrders, Selector: &v1alpha1.SyncJobSelector{Since: at(b, -90*time.Minute)}}
		}, 2, map[string]int64{jobs.OrderRecovered: 1}, 1},
		"until": {"what was changed then is left out", func(b *bed) v1alpha1.SyncJobSpec {
			return v1alpha1.SyncJobSpec{Type: v1alpha1.SyncJobOrders, Selector: &v1alpha1.SyncJobSelector{Until: at(b, -time.Hour)}}
		}, 1, map[string]int64{jobs.OrderRecovered: 1}, 2},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			for _, id := range []string{"two-hours-ago", "one-hour-ago", "just-now"} {
				_, err := b.store.Bring(t.Context(), b.ledger, b.sim, id, "listed", 1000)
				b.Expect(err).NotTo(HaveOccurred())
				b.buy(id)
				if id != "just-now" {
					b.now = b.now.Add(time.Hour)
				}
			}
			status := b.run(tc.spec(b))
			b.Expect(status.Progress.Changed).To(Equal(tc.changed), tc.reason)
			b.Expect(kinds(status)).To(Equal(tc.found), "what a webhook may still tell of was not missed")
			b.Expect(b.run(checkOrders).Progress.Changed).To(Equal(tc.next))
		})
	}
}

// TestAnOrderCheckGoesOn: each step ends at a cursor that a new process goes on from, and
// no order is read twice.
func TestAnOrderCheckGoesOn(t *testing.T) {
	b := newBed(t)
	for _, id := range []string{"a", "b", "c", "d"} {
		_, err := b.store.Bring(t.Context(), b.ledger, b.sim, id, "listed", 1000)
		b.Expect(err).NotTo(HaveOccurred())
		b.buy(id)
		b.now = b.now.Add(time.Minute)
	}
	cursor, reads := "", 0
	for steps := 1; ; steps++ {
		var report jobs.Report
		next, err := b.task(checkOrders).Step(t.Context(), cursor, always, &report)
		b.Expect(err).NotTo(HaveOccurred())
		b.Expect(report.Done).To(BeEquivalentTo(1))
		for _, operation := range b.calls() {
			if operation == "Order" {
				reads++
			}
		}
		if cursor = next; next == "" {
			b.Expect(steps).To(Equal(4))
			break
		}
	}
	b.Expect(reads).To(Equal(4))
}

// TestAnOrderThatChangesHidesNoOther: what changes between two steps goes from its page to the
// end of the list, and those behind it move up.
func TestAnOrderThatChangesHidesNoOther(t *testing.T) {
	for name, spec := range map[string]v1alpha1.SyncJobSpec{
		"orders": checkOrders,
		"audit":  auditOf(v1alpha1.AuditRepairSafe, v1alpha1.AuditOrders),
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			items := []string{"a", "b", "c", "d"}
			var first simulator.Order
			for i, id := range items {
				_, err := b.store.Bring(t.Context(), b.ledger, b.sim, id, "listed", 1000)
				b.Expect(err).NotTo(HaveOccurred())
				if o := b.buy(id); i == 0 {
					first = o
				}
				if i != 1 { // two of them change in one second
					b.now = b.now.Add(time.Hour)
				}
			}
			var report jobs.Report
			cursor, err := b.task(spec).Step(t.Context(), "", always, &report)
			b.Expect(err).NotTo(HaveOccurred())
			b.Expect(b.state("a")).To(Equal("sold"))
			_, err = b.sim.CancelOrder(b.store.Domain, first.ID, simulator.Cancellation{Restock: true})
			b.Expect(err).NotTo(HaveOccurred())
			b.now = b.now.Add(time.Hour)
			for cursor != "" {
				cursor, err = b.task(spec).Step(t.Context(), cursor, always, &report)
				b.Expect(err).NotTo(HaveOccurred())
			}
			for _, id := range items[1:] {
				b.Expect(b.state(id)).To(Equal("sold"), id)
			}
			b.Expect(b.state("a")).NotTo(Equal("sold"), "it is met once more")
		})
	}
}
