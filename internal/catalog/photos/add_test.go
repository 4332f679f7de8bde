package photos

import (
	"errors"
	"fmt"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/commission"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

func TestMain(m *testing.M) { ledgertest.Main(m) }

func TestLimit(t *testing.T) {
	for class, want := range map[commission.Class]int{commission.Regular: 2, commission.Super: 4, "": 2} {
		if got := Limit(class); got != want {
			t.Errorf("%q: %d, want %d", class, got, want)
		}
	}
}

// TestAdd is as the console does it, who takes photos in.
func TestAdd(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		l := ledgertest.Open(t, place.Console, nil)
		for class, limit := range map[commission.Class]int{commission.Regular: 2, commission.Super: 4} {
			t.Run(string(class), func(t *testing.T) {
				if err := l.Update(t.Context(), maple, func(tx *ledger.Tx) error { return fill(t, tx, class, limit) }); err != nil {
					t.Fatal(err)
				}
			})
		}
	})
}

// fill gives an item as many photos as it may have, and one more.
func fill(t *testing.T, tx *ledger.Tx, class commission.Class, limit int) error {
	t.Helper()
	item := "boots-" + string(class)
	photo := func(n int) Photo {
		return Photo{Hash: fmt.Sprintf("%064d", n), Width: 2048, Height: 1536, Bytes: 1000 + n}
	}
	add := func(n int) (ledger.ItemPhoto, error) { return Add(tx, item, photo(n), "robin", "intake") }
	if _, err := add(1); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("of no item: %v", err)
	}
	if err := errors.Join(tx.PutConsignor(ledger.Consignor{ID: "c1", Class: string(class)}), tx.PutItem(ledger.Item{ID: item, ConsignorID: "c1", State: "ready"})); err != nil {
		return err
	}
	for n := 1; n <= limit; n++ {
		want := ledger.ItemPhoto{ItemID: item, Hash: photo(n).Hash, Position: n, Width: 2048, Height: 1536, Bytes: 1000 + n}
		for range 2 { // whoever did not hear the answer asks again
			got, err := add(n)
			if want.CreatedAt = got.CreatedAt; err != nil || got != want {
				t.Errorf("%+v, %v; want %+v", got, err, want)
			}
		}
	}
	_, err := add(limit + 1)
	if full, ok := errors.AsType[*LimitError](err); !ok || *full != (LimitError{Item: item, Class: class, Limit: limit}) {
		t.Errorf("one more: %v", err)
	}
	if removed, err := Remove(tx, item, photo(1).Hash, "robin", "blurred"); err != nil || removed.Position != 1 {
		t.Errorf("%+v, %v", removed, err)
	}
	if _, err := Remove(tx, item, photo(1).Hash, "robin", "blurred"); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
	if added, err := add(limit + 1); err != nil || added.Position != limit {
		t.Errorf("in its place: %+v, %v", added, err)
	}
	trail, err := tx.Trail("item/" + item)
	if len(trail) != limit+2 {
		t.Fatalf("the trail has %d entries: %+v", len(trail), trail)
	}
	for i, want := range map[int]ledger.TrailEntry{
		0:     {Actor: "robin", Action: "photo", Subject: "item/" + item, After: photo(1).Hash, Reason: "intake"},
		limit: {Actor: "robin", Action: "photo", Subject: "item/" + item, Before: photo(1).Hash, Reason: "blurred"},
	} {
		if want.HappenedAt = trail[i].HappenedAt; trail[i] != want {
			t.Errorf("%+v, want %+v", trail[i], want)
		}
	}
	return err
}

// TestLessThanBefore holds that who is no longer Super keeps what is there.
func TestLessThanBefore(t *testing.T) {
	l := ledgertest.Open(t, ledgertest.OnSQLite(t).Manager, nil)
	err := l.Update(t.Context(), maple, func(tx *ledger.Tx) error {
		if err := fill(t, tx, commission.Super, 4); err != nil {
			return err
		}
		if err := tx.PutConsignor(ledger.Consignor{ID: "c1", Class: string(commission.Regular)}); err != nil {
			return err
		}
		_, err := Add(tx, "boots-Super", Photo{Hash: "another"}, "robin", "intake")
		if full, ok := errors.AsType[*LimitError](err); !ok || full.Limit != 2 {
			t.Errorf("a fifth of two: %v", err)
		}
		list, err := tx.Photos("boots-Super")
		if len(list) != 4 {
			t.Errorf("%d are left", len(list))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
