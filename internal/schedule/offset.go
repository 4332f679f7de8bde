package schedule

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// maxOffset bounds how late a run may be. Five minutes spread a thousand stores
// that all run at the full hour to about three a second, and are still what
// people call "at three o'clock".
const maxOffset = 5 * time.Minute

// Offset is how much later than its slots the schedule of one store runs, so
// that the stores of a cluster do not all run at once. It is whole seconds, the
// same for a key at any time, below a tenth of the time between two slots (six
// seconds for every minute, 90 for every 15) and below five minutes. The key
// names store and schedule.
func (s *Schedule) Offset(key string) time.Duration {
	bound := uint64(min(s.interval()/10, maxOffset) / time.Second) //nolint:gosec // above zero
	digest := sha256.Sum256([]byte(key))
	return time.Duration(binary.BigEndian.Uint64(digest[:])%bound) * time.Second //nolint:gosec // below 300
}

// interval is the shortest time between two slots, as far as 60 of them show;
// one minute at least.
func (s *Schedule) interval() time.Duration {
	shortest := 24 * time.Hour
	slot := s.fields.Next(time.Unix(0, 0))
	for range 60 {
		next := s.fields.Next(slot)
		if next.IsZero() {
			break
		}
		shortest, slot = min(shortest, next.Sub(slot)), next
	}
	return shortest
}
