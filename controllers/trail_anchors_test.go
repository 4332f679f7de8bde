package controllers

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/trail"
)

// anchored is what keeps anchors of two stores, on a clock.
type anchored struct {
	*bed

	a    *TrailAnchors
	l    *ledger.Ledger
	ours ledger.Store
}

func newAnchored(t *testing.T, place ledgertest.Place) *anchored {
	t.Helper()
	b := newBed(t)
	l := b.keep(place.Manager)
	k := &anchored{bed: b, l: l, ours: b.inLedger()}
	a, err := NewTrailAnchors(api, api, client.ObjectKey{Namespace: b.store.Namespace, Name: "shopkeeper-trail-anchors"}, l, Shops{b.r}, prometheus.NewRegistry())
	b.must(err)
	a.now = func() time.Time { return b.now }
	other := ledger.Store{Tenant: k.ours.Tenant, Name: "other"}
	a.stores = func(context.Context) ([]ledger.Store, error) { return []ledger.Store{k.ours, other}, nil }
	k.a = a
	return k
}

func (k *anchored) record(entries int) {
	k.t.Helper()
	k.must(k.l.Update(k.t.Context(), k.ours, func(tx *ledger.Tx) error {
		for range entries {
			if err := tx.Record(ledger.TrailEntry{Actor: "sam", Action: "Correct", Subject: "i1"}); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (k *anchored) configMap() (held corev1.ConfigMap) {
	k.t.Helper()
	k.must(api.Get(k.t.Context(), k.a.configMap, &held))
	return held
}

// expectAt holds the anchor of the store against the number of its entry.
func (k *anchored) expectAt(seq int64) trail.Anchor {
	k.t.Helper()
	anchors, err := trail.Parse(k.configMap().Data[AnchorsKey])
	k.must(err)
	if got := anchors.Of(k.ours); got.Seq != seq || len(anchors) != 1 {
		k.t.Errorf("anchored: %+v, want the store alone, at %d", anchors, seq)
	}
	return anchors.Of(k.ours)
}

func TestTrailsAreAnchored(t *testing.T) {
	k := newAnchored(t, ledgertest.OnPostgres(t))
	k.must(k.a.keep(t.Context()))
	if err := api.Get(t.Context(), k.a.configMap, &corev1.ConfigMap{}); client.IgnoreNotFound(err) != nil || err == nil {
		t.Errorf("without an entry there is nothing to anchor: %v", err)
	}
	k.record(3)
	k.must(k.a.keep(t.Context()))
	if at := k.expectAt(3).At; !at.Equal(k.now.Truncate(time.Second)) {
		t.Errorf("kept at %s, want %s", at, k.now)
	}
	written := k.configMap().ResourceVersion

	k.record(1)
	k.now = k.now.Add(59 * time.Minute)
	k.must(k.a.keep(t.Context()))
	k.expectAt(3) // hourly at most
	k.now = k.now.Add(time.Minute)
	k.must(k.a.keep(t.Context()))
	k.expectAt(4)
	if k.configMap().ResourceVersion == written {
		t.Error("the anchor moved without being written")
	}
	written = k.configMap().ResourceVersion
	k.now = k.now.Add(24 * time.Hour)
	k.must(k.a.keep(t.Context()))
	if k.configMap().ResourceVersion != written {
		t.Error("an anchor that did not move is written again")
	}
}

// broken is the metric of the store.
func (k *anchored) broken() float64 {
	return testutil.ToFloat64(k.a.broken.WithLabelValues(k.ours.Tenant, k.ours.Name))
}

func TestATrailThatDoesNotFitItsAnchor(t *testing.T) {
	place := ledgertest.OnPostgres(t)
	k := newAnchored(t, place)
	k.record(3)
	k.must(k.a.keep(t.Context()))
	if k.broken() != 0 {
		t.Error("a trail that fits is told to be broken")
	}
	owner := ownersLedger(t, place)
	if _, err := owner.ExecContext(t.Context(), fmt.Sprintf("DELETE FROM audit_trail WHERE tenant = '%s'", k.ours.Tenant)); err != nil {
		t.Fatal(err)
	}
	k.record(4) // a chain that fits, of another story
	k.now = k.now.Add(2 * time.Hour)
	if err := k.a.keep(t.Context()); err == nil || !strings.Contains(err.Error(), "from entry 3 on: it is another one than was anchored") {
		t.Errorf("keeping the anchor of a trail that was written anew: %v", err)
	}
	k.expectAt(3)
	if k.broken() != 1 {
		t.Error("nobody is told that the trail is broken")
	}
	k.a.stores = func(context.Context) ([]ledger.Store, error) { return nil, nil }
	k.must(k.a.keep(t.Context()))
	if n := testutil.CollectAndCount(k.a.broken); n != 0 {
		t.Errorf("%d series of stores that are gone, whose alert nobody could end", n)
	}
	k.expectAt(3) // the trail outlives the store
}

func TestAnchorsThatCannotBeRead(t *testing.T) {
	k := newAnchored(t, ledgertest.OnPostgres(t))
	k.record(1)
	k.must(k.a.keep(t.Context()))
	held := k.configMap()
	held.Data[AnchorsKey] = "gone"
	k.must(api.Update(t.Context(), &held))
	k.record(1)
	k.now = k.now.Add(2 * time.Hour)
	if err := k.a.keep(t.Context()); err == nil || !strings.Contains(err.Error(), "key anchors.json: these are no anchors of audit trails") {
		t.Errorf("reading what somebody spoiled: %v", err)
	}
	if held := k.configMap(); held.Data[AnchorsKey] != "gone" {
		t.Errorf("what somebody spoiled was written over: %v", held.Data)
	}
}

// ownersLedger is the database as its owner has it, whom nothing is forbidden.
func ownersLedger(t *testing.T, place ledgertest.Place) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", place.Owner)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
