package photos

import (
	"context"

	"golang.org/x/sync/semaphore"
)

const (
	// maxHeld is how many photos are read, or wait for their turn, at a time: up to
	// MaxBytes each.
	maxHeld = 16
	// maxMemory is what making pictures takes at a time, in bytes, all together: as much
	// as MaxPixels do as cameras save them, and 24 million in any other way.
	maxMemory = 672 << 20
)

// hands bound what is in hand at a time. Who comes first is served first, so that a
// large photo is not overtaken for ever by small ones.
type hands struct{ held, memory *semaphore.Weighted }

func newHands() hands {
	return hands{held: semaphore.NewWeighted(maxHeld), memory: semaphore.NewWeighted(maxMemory)}
}

// hold runs f while it may hold a photo.
func (h hands) hold(ctx context.Context, f func() error) error { return within(ctx, h.held, 1, f) }

// work runs f while it may take the memory, in bytes.
func (h hands) work(ctx context.Context, memory int64, f func() error) error {
	return within(ctx, h.memory, memory, f)
}

func within(ctx context.Context, s *semaphore.Weighted, n int64, f func() error) error {
	if err := s.Acquire(ctx, n); err != nil {
		return err
	}
	defer s.Release(n)
	return f()
}
