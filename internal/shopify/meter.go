package shopify

import (
	"context"
	"math"
	"sync/atomic"
)

// Meter adds up what the GraphQL calls of a piece of work cost, in points. It is safe
// for concurrent use.
type Meter struct{ points atomic.Int64 }

// Points is what the calls cost so far.
func (m *Meter) Points() int64 { return m.points.Load() }

type meterKey struct{}

// WithMeter returns a context whose calls are added up.
func WithMeter(ctx context.Context, m *Meter) context.Context {
	return context.WithValue(ctx, meterKey{}, m)
}

// meter notes what a call cost; nobody notes it where the context has no meter.
func meter(ctx context.Context, points float64) {
	if m, ok := ctx.Value(meterKey{}).(*Meter); ok {
		m.points.Add(int64(math.Ceil(points)))
	}
}
