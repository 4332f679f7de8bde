package simulator

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Options set up a Simulator; the zero value will do.
type Options struct {
	// Now is the clock that tokens expire by and things are dated by; time.Now if nil.
	Now func() time.Time
	// Clock, if not nil, is that clock instead, and webhooks wait by it. By any
	// other they wait in real time.
	Clock *Clock
	// Webhooks say how webhooks are delivered.
	Webhooks WebhookOptions
	// Versions are the API versions to hold accessible whatever the clock says, of
	// KnownVersions. If empty, the clock decides: a version ends a year after its
	// release, so what runs on the real clock and must not rot names some.
	Versions []string
	// CallLog is how many calls are kept; 10,000 if zero.
	CallLog int
}

// Simulator is a simulated Shopify. It is safe for use by many at once.
type Simulator struct {
	now       func() time.Time
	window    versionWindow
	routes    *http.ServeMux
	documents documentCache
	calls     callLog
	faults    faultList
	requests  atomic.Uint64
	// simulated is the clock where it is one, else nil.
	simulated  *Clock
	deliveries *deliverer

	mu       sync.RWMutex
	stores   map[string]*store // by domain
	lastShop uint64
}

// New returns a Simulator without shops. It panics where Options.Versions names
// a version that there is no schema for.
func New(options Options) *Simulator {
	s := &Simulator{now: options.Now, stores: map[string]*store{}}
	if s.now == nil {
		s.now = time.Now
	}
	after := func(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop }
	if options.Clock != nil {
		s.simulated, s.now, after = options.Clock, options.Clock.Now, options.Clock.AfterFunc
	}
	s.deliveries = newDeliverer(options.Webhooks, s.now(), after)
	if err := s.PinVersions(options.Versions...); err != nil {
		panic(fmt.Errorf("simulator: %w", err))
	}
	s.calls.limit = options.CallLog
	if s.calls.limit <= 0 {
		s.calls.limit = 10_000
	}
	s.routes = s.router()
	return s
}

// clock is the time in UTC to the second, as Shopify shows it.
func (s *Simulator) clock() time.Time { return s.now().UTC().Truncate(time.Second) }

// AddShop opens a shop. It fails where the domain is taken or the state is one
// that no shop could be in; the error says what to change.
func (s *Simulator) AddShop(shop Shop) error {
	shop = clone(shop)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stores[shop.Domain] != nil {
		return fmt.Errorf("domain %q is taken by another shop", shop.Domain)
	}
	if shop.ID == 0 {
		shop.ID = s.lastShop + 1
	}
	st := &store{}
	if err := st.replace(shop, s.clock()); err != nil {
		return err
	}
	s.stores[shop.Domain] = st
	s.lastShop = max(s.lastShop, shop.ID)
	return nil
}

// Shop returns a copy of a shop's state, and whether there is such a shop.
func (s *Simulator) Shop(domain string) (Shop, bool) {
	st := s.store(domain)
	if st == nil {
		return Shop{}, false
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	return clone(st.shop), true
}

// Shops returns the domains of all shops in order.
func (s *Simulator) Shops() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Sorted(maps.Keys(s.stores))
}

// Update changes a shop behind the API's back, as a merchant in the admin does.
// Nothing changes where the result is a state that no shop could be in. The
// shop's domain and id cannot change.
func (s *Simulator) Update(domain string, change func(*Shop)) error {
	return s.update(domain, func(shop *Shop) error { change(shop); return nil })
}

// update is Update for a change that may fail.
func (s *Simulator) update(domain string, change func(*Shop) error) error {
	_, err := s.updated(domain, change)
	return err
}

// updated is update that also returns a copy of the new state.
func (s *Simulator) updated(domain string, change func(*Shop) error) (Shop, error) {
	st := s.store(domain)
	if st == nil {
		return Shop{}, noShopError(domain)
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	shop := clone(st.shop)
	if err := change(&shop); err != nil {
		return Shop{}, err
	}
	if shop.Domain != st.shop.Domain || shop.ID != st.shop.ID {
		return Shop{}, fmt.Errorf("a shop's domain and id cannot change; remove the shop and add another")
	}
	before := st.shop
	if err := st.replace(clone(shop), s.clock()); err != nil {
		return Shop{}, err
	}
	s.notice(st, before)
	return clone(st.shop), nil
}

// RemoveShop closes a shop; it answers 404 from then on.
func (s *Simulator) RemoveShop(domain string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stores[domain] == nil {
		return noShopError(domain)
	}
	delete(s.stores, domain)
	return nil
}

func (s *Simulator) store(domain string) *store {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.stores[domain]
}

type noShopError string

func (e noShopError) Error() string { return fmt.Sprintf("there is no shop %q", string(e)) }
