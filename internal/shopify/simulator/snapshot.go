package simulator

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"time"
)

// snapshotFormat counts the changes to a snapshot's JSON that an older
// simulator would misread.
const snapshotFormat = 1

// maxSnapshot is the largest snapshot that the control API reads, in bytes.
const maxSnapshot = 64 << 20

// snapshot is what a simulator would otherwise forget when it ends. Left out are
// the logs, what its options say, faults, deliveries on their way, and what reads
// do not see yet.
type snapshot struct {
	Format int       `json:"format"`
	Taken  time.Time `json:"taken"` // by the simulator's clock
	// LastShop, Requests and WebhookIDs are the highest numbers given out.
	LastShop   uint64          `json:"lastShop"`
	Requests   uint64          `json:"requests"`
	WebhookIDs uint64          `json:"webhookIDs"`
	Stores     []storeSnapshot `json:"stores"`
}

type storeSnapshot struct {
	Shop    Shop                      `json:"shop"`
	LastID  uint64                    `json:"lastID"`
	Minted  uint64                    `json:"minted"`
	Buckets map[string]bucketSnapshot `json:"buckets,omitempty"` // by client id
	Keys    []keySnapshot             `json:"keys,omitempty"`    // oldest first
}

// bucketSnapshot is what an app had spent of its points and calls at a time.
type bucketSnapshot struct {
	Points float64   `json:"points"`
	Calls  float64   `json:"calls"`
	At     time.Time `json:"at"`
}

// keySnapshot is an idempotency key and what the first call with it came to.
type keySnapshot struct {
	App    string          `json:"app"`
	Key    string          `json:"key"`
	At     time.Time       `json:"at"`
	Input  string          `json:"input"`
	Asked  string          `json:"asked"`
	Failed bool            `json:"failed,omitempty"`
	Reply  json.RawMessage `json:"reply"`
	OK     bool            `json:"ok"`
	Errors []*graphQLError `json:"errors,omitempty"`
}

// Snapshot writes the state as JSON: shops with their ids and tokens, secrets
// included. Each shop is as it was at one moment.
func (s *Simulator) Snapshot(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(s.snapshot())
}

func (s *Simulator) snapshot() snapshot {
	s.mu.RLock()
	stores, lastShop := maps.Clone(s.stores), s.lastShop
	s.mu.RUnlock()
	s.deliveries.mu.Lock()
	webhookIDs := s.deliveries.ids
	s.deliveries.mu.Unlock()
	out := snapshot{
		Format: snapshotFormat, Taken: s.now().UTC(), LastShop: lastShop,
		Requests: s.requests.Load(), WebhookIDs: webhookIDs, Stores: []storeSnapshot{},
	}
	for _, domain := range slices.Sorted(maps.Keys(stores)) {
		out.Stores = append(out.Stores, stores[domain].snapshot(s.now()))
	}
	return out
}

func (s *store) snapshot(now time.Time) storeSnapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := storeSnapshot{Shop: clone(s.shop), LastID: s.lastID, Minted: s.minted}
	limit := rateLimit(&s.shop)
	for clientID, b := range s.buckets {
		points, calls := b.points, b.calls
		points.refill(now, limit.Maximum, limit.RestoreRate)
		calls.refill(now, limit.RESTBucket, limit.RESTLeak)
		if points.used > 0 || calls.used > 0 {
			if out.Buckets == nil {
				out.Buckets = map[string]bucketSnapshot{}
			}
			out.Buckets[clientID] = bucketSnapshot{Points: points.used, Calls: calls.used, At: now}
		}
	}
	for _, key := range s.keys.order {
		a := s.keys.attempts[key]
		out.Keys = append(out.Keys, keySnapshot{
			App: key.app, Key: key.key, At: a.at, Input: a.input, Asked: a.asked,
			Failed: a.failed, Reply: a.done, OK: a.ok, Errors: a.errors,
		})
	}
	return out
}

// restored is the store that a snapshot was taken of.
func (saved storeSnapshot) restored(now time.Time) (*store, error) {
	st := &store{lastID: saved.LastID, minted: saved.Minted}
	for clientID, b := range saved.Buckets {
		had := st.bucketsOf(clientID)
		had.points, had.calls = bucket{used: max(0, b.Points), at: b.At}, bucket{used: max(0, b.Calls), at: b.At}
	}
	for _, k := range saved.Keys {
		key := appKey{k.App, k.Key}
		if st.keys.attempts[key] != nil {
			return nil, fmt.Errorf("the idempotency key %q is there twice", k.Key)
		}
		st.keys.add(key, &attempt{at: k.At, input: k.Input, asked: k.Asked, failed: k.Failed, done: k.Reply, ok: k.OK, errors: k.Errors})
	}
	if err := st.replace(saved.Shop, now); err != nil {
		return nil, err
	}
	return st, nil
}

// Restore puts a snapshot's state in place of all that there is. Nothing changes
// where it cannot be read or holds a shop that cannot be. Requests that are
// under way end with the state that they began with, deliveries that wait are
// cancelled, and no webhook tells of the change. A simulated clock moves on to
// the snapshot's time, but not back.
func (s *Simulator) Restore(r io.Reader) error {
	decoder := json.NewDecoder(r)
	decoder.DisallowUnknownFields()
	var in snapshot
	if err := decoder.Decode(&in); err != nil {
		return fmt.Errorf("the snapshot cannot be read: %w", err)
	}
	if in.Format != snapshotFormat {
		return fmt.Errorf("the snapshot has format %d; this simulator reads %d", in.Format, snapshotFormat)
	}
	stores := map[string]*store{}
	for _, saved := range in.Stores {
		domain := saved.Shop.Domain
		if stores[domain] != nil {
			return fmt.Errorf("the snapshot has the shop %s twice", domain)
		}
		st, err := saved.restored(s.clock())
		if err != nil {
			return fmt.Errorf("the snapshot's shop %s: %w", domain, err)
		}
		in.LastShop = max(in.LastShop, saved.Shop.ID)
		stores[domain] = st
	}
	s.mu.Lock()
	s.stores, s.lastShop = stores, in.LastShop
	s.mu.Unlock()
	s.requests.Store(max(s.requests.Load(), in.Requests))
	s.deliveries.mu.Lock()
	s.deliveries.ids = max(s.deliveries.ids, in.WebhookIDs)
	s.deliveries.mu.Unlock()
	if s.simulated != nil && in.Taken.After(s.simulated.Now()) {
		s.simulated.Advance(in.Taken.Sub(s.simulated.Now()))
	}
	return nil
}

// snapshotRoutes are apart from the others because a snapshot may be larger than
// any other body.
func (s *Simulator) snapshotRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /__sim/snapshot", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, s.snapshot())
	})
	mux.HandleFunc("PUT /__sim/snapshot", func(w http.ResponseWriter, r *http.Request) {
		if err := s.Restore(http.MaxBytesReader(w, r.Body, maxSnapshot)); err != nil {
			writeJSON(w, controlStatus(err), map[string]string{"error": err.Error()})
			return
		}
		writeJSON(w, http.StatusNoContent, nil)
	})
}
