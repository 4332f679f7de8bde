package simulator

import "time"

// maxStale is how many views a shop keeps; beyond, the oldest goes.
const maxStale = 64

// staleView is a shop's state before a write, and until when reads see it.
type staleView struct {
	shop  Shop
	until time.Time
}

// until is when a fault that begins now is over.
func (f *Fault) until(now time.Time) time.Time {
	return now.Add(time.Duration(f.Seconds * float64(time.Second)))
}

// keepStale lets reads see the state as it is now until a time. The store's lock
// is held.
func (s *store) keepStale(now, until time.Time) {
	s.forgetStale(now)
	if len(s.stale) == maxStale {
		s.stale = s.stale[1:]
	}
	s.stale = append(s.stale, staleView{shop: copied(s.shop), until: until})
}

// forgetStale drops the views whose time is over, oldest first.
func (s *store) forgetStale(now time.Time) {
	for len(s.stale) > 0 && !now.Before(s.stale[0].until) {
		s.stale = s.stale[1:]
	}
}

// read is the state that a query sees: that of before the oldest write that has
// not reached readers yet, as on a replica that lags behind, else the shop's own.
// An app that is not in the old state sees the new one. The store's lock is held.
func (x *exchange) read() *Shop {
	s := x.store
	s.forgetStale(x.instant)
	if len(s.stale) > 0 && appByClientID(&s.stale[0].shop, x.app.ClientID) != nil {
		x.call.Stale = true
		return &s.stale[0].shop
	}
	return &s.shop
}
