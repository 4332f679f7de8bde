package catalog_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	. "github.com/onsi/gomega"
)

// killed has each request of the next push cut off in turn, before Shopify gets it and
// after it did, and pushes again. prepare makes a shop with the item to push. what the
// item comes to is judged by holds.
func killed(t *testing.T, least int, prepare func(*testing.T) *listBed, holds func(*listBed)) {
	t.Helper()
	whole := prepare(t)
	before := whole.sim.CallCount()
	whole.Expect(whole.push(usual, "push-2")).To(Succeed())
	holds(whole)
	requests := int(whole.sim.CallCount() - before)
	if requests < least {
		t.Fatalf("%d requests: this shows little", requests)
	}
	for n := 1; n <= requests; n++ {
		for _, when := range []string{"before", "after"} {
			t.Run(fmt.Sprintf("%d %s", n, when), func(t *testing.T) {
				t.Parallel()
				b := prepare(t)
				seen := 0
				b.breaks(func(_ http.ResponseWriter, r *http.Request) bool {
					seen++
					if seen < n {
						return false
					}
					if when == "after" && seen == n {
						b.sim.ServeHTTP(httptest.NewRecorder(), r)
					}
					panic(http.ErrAbortHandler) // and so is all that follows: the process is dead
				})
				b.Expect(b.push(usual, "push-2")).NotTo(Succeed())
				b.breaks(nil)
				b.Expect(b.push(usual, "push-2")).To(Succeed())
				holds(b)
			})
		}
	}
}

func TestKilledWhileListing(t *testing.T) {
	killed(t, 8, func(t *testing.T) *listBed {
		b := newListBed(t)
		b.bring(usual, "a", "b")
		return b
	}, func(b *listBed) {
		b.Expect(b.state(usual)).To(Equal(listed))
		shop, _ := b.sim.Shop(b.store.Domain)
		b.Expect(shop.Files).To(HaveLen(2), "no photo is left over")
	})
}

// TestKilledAfterwards does the same with all that may happen to an item later.
func TestKilledAfterwards(t *testing.T) {
	for name, tc := range afterwards {
		t.Run(name, func(t *testing.T) {
			killed(t, 1, func(t *testing.T) *listBed {
				b := newListBed(t)
				b.bring(usual, "a", "b")
				b.Expect(b.push(usual, "push-1")).To(Succeed())
				tc.then(b)
				return b
			}, func(b *listBed) { b.Expect(b.state(usual)).To(Equal(tc.want), tc.reason) })
		})
	}
}
