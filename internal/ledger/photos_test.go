package ledger_test

import (
	"errors"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

// withItems puts two items into the store.
func withItems(t *testing.T, tx *ledger.Tx) {
	t.Helper()
	must(t, tx.PutConsignor(ledger.Consignor{ID: "c1", Class: "Super"}))
	for _, id := range []string{"i1", "i2"} {
		must(t, tx.PutItem(ledger.Item{ID: id, ConsignorID: "c1", EventID: "spring-2027", State: "ready"}))
	}
}

// putPhotos puts photos of the hashes, and returns them as they should be read.
func putPhotos(t *testing.T, tx *ledger.Tx, item string, hashes ...string) []ledger.ItemPhoto {
	t.Helper()
	var list []ledger.ItemPhoto
	for i, hash := range hashes {
		p := ledger.ItemPhoto{ItemID: item, Hash: hash, Width: 2048, Height: 1536, Bytes: 300_000 + i}
		got, err := tx.PutPhoto(p)
		p.Position, p.CreatedAt = i+1, day(20)
		equal(t, read(t, got, err), p)
		list = append(list, p)
	}
	return list
}

func TestPhotos(t *testing.T) {
	onEach(t, func(t *testing.T, tx *ledger.Tx) {
		withItems(t, tx)
		boots := putPhotos(t, tx, "i1", "b", "a")
		crib := putPhotos(t, tx, "i2", "a")
		must(t, tx.SetPhotoMedia("i1", "a", 1<<40))
		boots[1].MediaID = 1 << 40
		list, err := tx.Photos("i1")
		equal(t, read(t, list, err), boots)
		list, err = tx.Photos("i2")
		equal(t, read(t, list, err), crib)
		if err := tx.SetPhotoMedia("i2", "b", 7); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("a photo of the other item: %v", err)
		}
		for _, after := range []uint64{0, 1 << 40} {
			must(t, tx.SendPhoto("i1", "a", after))
			boots[1].MediaID, boots[1].Sending, boots[1].After = 0, true, after
			list, err = tx.Photos("i1")
			equal(t, read(t, list, err), boots)
		}
		if err := tx.SendPhoto("i2", "b", 7); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("a photo of the other item: %v", err)
		}
		must(t, tx.SetPhotoMedia("i1", "a", 0))
		boots[1].Sending, boots[1].After = false, 0
		list, err = tx.Photos("i1")
		equal(t, read(t, list, err), boots)
	})
}

func TestRemovePhoto(t *testing.T) {
	type given struct {
		reason string
		hash   string
		left   []string
	}
	eachOnEach(t, map[string]given{
		"first":   {"all the others move up", "d", []string{"b", "c", "a"}},
		"middle":  {"those before it stay", "b", []string{"d", "c", "a"}},
		"last":    {"nobody moves", "a", []string{"d", "b", "c"}},
		"unknown": {"nothing changes", "e", []string{"d", "b", "c", "a"}},
	}, func(t *testing.T, c given, tx *ledger.Tx) {
		withItems(t, tx)
		before := putPhotos(t, tx, "i1", "d", "b", "c", "a")
		other := putPhotos(t, tx, "i2", "d", "b")
		removed, err := tx.RemovePhoto("i1", c.hash)
		if known := len(c.left) < len(before); known != (err == nil) || !known && !errors.Is(err, ledger.ErrNotFound) {
			t.Fatalf("%s: %v", c.reason, err)
		}
		if err == nil && (removed.Hash != c.hash || before[removed.Position-1] != removed) {
			t.Errorf("removed %+v", removed)
		}
		list, err := tx.Photos("i1")
		for i, p := range read(t, list, err) {
			if p.Hash != c.left[i] || p.Position != i+1 {
				t.Errorf("%s: %s is at %d, want %s at %d", c.reason, p.Hash, p.Position, c.left[i], i+1)
			}
		}
		list, err = tx.Photos("i2")
		equal(t, read(t, list, err), other)
		// The next goes behind what is left.
		next, err := tx.PutPhoto(ledger.ItemPhoto{ItemID: "i1", Hash: "f"})
		equal(t, read(t, next, err).Position, len(c.left)+1)
	})
}

func TestPhotosThatAreNotKept(t *testing.T) {
	type given struct {
		reason string
		photo  ledger.ItemPhoto
	}
	eachOnEach(t, map[string]given{
		"again":   {"an item shows a photo once", ledger.ItemPhoto{ItemID: "i1", Hash: "a"}},
		"no item": {"a photo is of something", ledger.ItemPhoto{ItemID: "i3", Hash: "a"}},
	}, func(t *testing.T, c given, tx *ledger.Tx) {
		withItems(t, tx)
		putPhotos(t, tx, "i1", "a")
		if _, err := tx.PutPhoto(c.photo); err == nil {
			t.Errorf("%s, but it was kept", c.reason)
		}
	})
}

// TestWhoMayWritePhotos holds that the relay, which the internet speaks to, neither
// sees nor changes them.
func TestWhoMayWritePhotos(t *testing.T) {
	place := ledgertest.OnPostgres(t)
	inEachTable(t, openBoth(t, place, nil), maple)
	for name, c := range map[string]struct {
		reason, url, query string
		may                bool
	}{
		"manager":        {"it notes what Shopify calls them", place.Manager, "UPDATE item_photos SET media_id = 7", true},
		"console":        {"it takes them in", place.Console, "DELETE FROM item_photos", true},
		"relay reads":    {"it has no business with them", place.Relay, "SELECT hash FROM item_photos", false},
		"relay inserts":  {"it inserts webhooks and nothing else", place.Relay, "INSERT INTO item_photos SELECT * FROM item_photos", false},
		"relay changes":  {"nor this", place.Relay, "UPDATE item_photos SET media_id = 7", false},
		"relay removes":  {"nor this", place.Relay, "DELETE FROM item_photos", false},
		"relay disables": {"nor may it let itself in", place.Relay, "ALTER TABLE item_photos DISABLE ROW LEVEL SECURITY", false},
	} {
		t.Run(name, func(t *testing.T) {
			tx, err := login(t, c.url).BeginTx(t.Context(), nil)
			must(t, err)
			defer func() { _ = tx.Rollback() }()
			_, err = tx.ExecContext(t.Context(), "SELECT set_config('app.tenant', $1, true)", maple.Tenant)
			must(t, err)
			_, err = tx.ExecContext(t.Context(), c.query)
			if c.may && err != nil || !c.may && code(err) != refused {
				t.Errorf("%s: %v", c.reason, err)
			}
		})
	}
}
