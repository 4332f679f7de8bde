package deliveries

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// change is when what webhooks tell of took place.
var change = time.Date(2027, time.April, 3, 14, 5, 6, 0, time.UTC)

func TestReadsAreShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReads()
		began, goOn := make(chan struct{}), make(chan struct{})
		reads := 0
		go func() {
			if ran, err := r.once(t.Context(), "order 1", change, func() (time.Time, error) { reads++; close(began); <-goOn; return change, nil }); !ran || err != nil {
				t.Error("the first reads:", ran, err)
			}
		}()
		<-began
		ran := make(chan bool, 3)
		for range 3 {
			go func() {
				did, err := r.once(t.Context(), "order 1", change, func() (time.Time, error) { reads++; return change, nil })
				if err != nil {
					t.Error(err)
				}
				ran <- did
			}()
		}
		synctest.Wait() // all three wait for the first, which may have missed what they tell of
		close(goOn)
		if a, b, c := <-ran, <-ran, <-ran; !a && !b && !c || a && b || b && c || a && c {
			t.Errorf("of three that came during a read, one reads for all: %t %t %t", a, b, c)
		}
		if reads != 2 {
			t.Errorf("%d reads, want 2", reads)
		}
		if len(r.entries) != 0 {
			t.Errorf("%d keys are left behind", len(r.entries))
		}
	})
}

func TestFailedReadsCoverNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReads()
		began, goOn := make(chan struct{}), make(chan struct{})
		go func() {
			_, _ = r.once(t.Context(), "x", change, func() (time.Time, error) { close(began); <-goOn; return change, nil })
		}()
		<-began
		results := make(chan error, 2)
		for range 2 {
			go func() {
				ran, err := r.once(t.Context(), "x", change, func() (time.Time, error) { return change, errors.New("unavailable") })
				if !ran {
					t.Error("a read that failed covered another")
				}
				results <- err
			}()
		}
		synctest.Wait()
		close(goOn)
		if first, second := <-results, <-results; first == nil || second == nil {
			t.Error("a failure was lost")
		}
	})
}

func TestReadsCoverWhatTheyShow(t *testing.T) {
	for name, c := range map[string]struct {
		reason      string
		shown, told time.Time
		covered     bool
	}{
		"that change": {"it was shown", change, change, true},
		"an earlier":  {"it is in what was shown", change, change.Add(-time.Second), true},
		"a later":     {"Shopify showed things as they were before it", change, change.Add(time.Second), false},
		"no date":     {"nobody knows whether it was shown", everything, time.Time{}, false},
		"not read":    {"the ledger knew enough for the one, not for the other", time.Time{}, change, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newReads()
				began, goOn := make(chan struct{}), make(chan struct{})
				look := func(at time.Time, wait bool) bool {
					ran, err := r.once(t.Context(), "x", at, func() (time.Time, error) {
						if wait {
							close(began)
							<-goOn
						}
						return c.shown, nil
					})
					return ran && err == nil
				}
				go look(change, true)
				<-began
				go look(change, false) // it comes before the last, and looks first
				synctest.Wait()
				ran := make(chan bool)
				go func() { ran <- look(c.told, false) }()
				synctest.Wait()
				close(goOn)
				if <-ran == c.covered {
					t.Errorf("%s: covered is %t", c.reason, !c.covered)
				}
			})
		})
	}
}
