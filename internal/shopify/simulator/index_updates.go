package simulator

import (
	"cmp"
	"slices"
	"sort"
	"time"
)

// updates are the times at which products were written, the earliest first. A
// product is there once for each, so that a write is one entry more.
type updates struct {
	all []update
	// mixed says that the order has to be restored, for a clock went back.
	mixed bool
}

type update struct {
	at      int64 // seconds
	product uint64
}

func (u *updates) add(p *Product) {
	entry := update{p.UpdatedAt.Unix(), p.ID}
	if last := len(u.all) - 1; last >= 0 {
		if u.all[last] == entry {
			return
		}
		u.mixed = u.mixed || u.all[last].at > entry.at
	}
	u.all = append(u.all, entry)
}

// since are the products that were written at a time or later.
func (u *updates) since(at time.Time) []uint64 {
	if u.mixed {
		slices.SortStableFunc(u.all, func(a, b update) int { return cmp.Compare(a.at, b.at) })
		u.mixed = false
	}
	from := sort.Search(len(u.all), func(i int) bool { return u.all[i].at >= at.Unix() })
	var ids []uint64
	for _, entry := range u.all[from:] {
		ids = append(ids, entry.product)
	}
	return ids
}

// touch dates a product that is there.
func (s *Shop) touch(p *Product, now time.Time) {
	p.UpdatedAt = now
	if s.index != nil {
		s.index.updates.add(p)
	}
}
