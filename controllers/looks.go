package controllers

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
)

// looks remembers of each store until when its shop need not be looked at, so
// that what has to do with its schedules alone costs no request to Shopify. The
// queue does not tell why a store is reconciled; what forgets a look does. A new
// process remembers nothing, and looks at each store once.
type looks struct {
	mu      sync.Mutex
	entries map[string]look
}

type look struct {
	uid        types.UID
	generation int64
	// next is when the shop is to be looked at again; zero while it is looked at,
	// and after a failure that is tried again.
	next time.Time
	// asked says that something happened since the look began.
	asked bool
	// failures counts the looks in a row that failed in a way that may pass.
	failures int
}

// next returns when the shop of a store is to be looked at again; zero for now.
func (l *looks) next(store *v1alpha1.ShopifyStore, now time.Time) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.entries[client.ObjectKeyFromObject(store).String()]
	if e.asked || e.uid != store.UID || e.generation != store.Generation || !now.Before(e.next) {
		return time.Time{}
	}
	return e.next
}

// begin notes that a look begins.
func (l *looks) begin(store *v1alpha1.ShopifyStore) {
	l.set(client.ObjectKeyFromObject(store).String(), func(e *look) {
		failures := 0
		if e.uid == store.UID {
			failures = e.failures
		}
		*e = look{uid: store.UID, generation: store.Generation, failures: failures}
	})
}

// fail notes that a look failed in a way that may pass, and returns the back-off
// until the next one.
func (l *looks) fail(store *v1alpha1.ShopifyStore, now time.Time) (backoff time.Duration) {
	l.set(client.ObjectKeyFromObject(store).String(), func(e *look) {
		backoff = min(backoffBase<<min(e.failures, 20), backoffMax)
		e.failures++
		e.next = now.Add(backoff)
	})
	return backoff
}

// end notes that a look succeeded, or failed in a way that does not pass sooner
// than the next one.
func (l *looks) end(store *v1alpha1.ShopifyStore, next time.Time) {
	l.set(client.ObjectKeyFromObject(store).String(), func(e *look) { e.next, e.failures = next, 0 })
}

// ask has a store, by namespace and name, looked at the next time, even if that
// is asked for during a look.
func (l *looks) ask(owner string) {
	l.set(owner, func(e *look) { e.asked = true })
}

func (l *looks) set(owner string, change func(*look)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.entries == nil {
		l.entries = map[string]look{}
	}
	e := l.entries[owner]
	change(&e)
	l.entries[owner] = e
}

func (l *looks) forget(owner string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.entries, owner)
}
