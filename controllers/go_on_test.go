package controllers

import (
	"testing"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

func TestWhatWaitedForAStoreGoesOnWithIt(t *testing.T) {
	for name, tc := range map[string]struct {
		reason        string
		before, after func(b *bed)
		goesOn        bool
	}{
		"resumed": {"nothing could be written while it was suspended",
			func(b *bed) { b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Suspend = true }) },
			func(b *bed) { b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Suspend = false }) }, true},
		"enforced": {"nor in mode Observe",
			func(b *bed) { b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Mode = v1alpha1.ModeObserve }) },
			func(b *bed) { b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Mode = v1alpha1.ModeEnforce }) }, true},
		"observed once resumed": {"still nothing may be written",
			func(b *bed) { b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Suspend = true }) },
			func(b *bed) {
				b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Suspend, s.Mode = false, v1alpha1.ModeObserve })
			}, false},
		"connected again": {"nothing could be read without credentials",
			func(b *bed) { b.deleteSecret() },
			func(b *bed) {
				b.secret(map[string]string{"accessToken": "shpat_" + b.store.Namespace, "webhookSecret": "shpss"})
			}, true},
		"looked at": {"nothing came to pass", func(*bed) {}, func(*bed) {}, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			l := b.keep(ledgertest.OnSQLite(t).Manager)
			lean(&b.store.Spec)
			b.apply()
			b.ready()
			tc.before(b)
			b.settle()
			b.must(l.Update(t.Context(), b.inLedger(), func(tx *ledger.Tx) error {
				args := `{"tenant": "` + b.store.Namespace + `", "store": "` + b.store.Name + `"}`
				return tx.Enqueue([]ledger.Job{{Kind: "push", Queue: "default", Args: args, Priority: 1, MaxAttempts: 5}})
			}))
			_, err := l.DB().ExecContext(t.Context(), "UPDATE river_job SET state = 'scheduled', attempted_at = '2026-01-01 00:00:00', scheduled_at = '2131-01-01 00:00:00'")
			b.must(err)
			tc.after(b)
			b.settle()
			var waits int
			b.must(l.DB().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM river_job WHERE scheduled_at > '2130-01-01'").Scan(&waits))
			if goesOn := waits == 0; goesOn != tc.goesOn {
				t.Errorf("%s: it goes on: %v, %+v", tc.reason, goesOn, b.store.Status.Conditions)
			}
		})
	}
}
