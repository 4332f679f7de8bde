package ledger_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

func day(d int) time.Time { return time.Date(2027, time.April, d, 9, 0, 0, 0, time.UTC) }

// clock stands still.
func clock(at time.Time) func() time.Time { return func() time.Time { return at } }

var spring = ledger.SaleEvent{ID: "spring-2027", Name: "Spring Sale 2027", StartsAt: day(10), EndsAt: day(11), ReturnWindowEndsAt: day(25)}

// equal compares what was read with what was written.
func equal[T any](t *testing.T, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// read is a value of which there has to be one.
func read[T any](t *testing.T, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
	return v
}

func putOrder(tx *ledger.Tx, o ledger.Order) error {
	_, err := tx.PutOrder(o)
	return err
}

var errRollBack = errors.New("all of it was looked at")

// onEach runs a test in a transaction of a store, on each database; the time is
// the 20th.
func onEach(t *testing.T, test func(t *testing.T, tx *ledger.Tx)) {
	t.Helper()
	eachOnEach(t, map[string]struct{}{"": {}}, func(t *testing.T, _ struct{}, tx *ledger.Tx) { test(t, tx) })
}

// eachOnEach is the same for cases. The transactions are rolled back, for nothing
// can be committed after an error.
func eachOnEach[C any](t *testing.T, cases map[string]C, test func(t *testing.T, c C, tx *ledger.Tx)) {
	t.Helper()
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		l := ledgertest.Open(t, place.Manager, clock(day(20)))
		for name, c := range cases {
			t.Run(name, func(t *testing.T) {
				err := l.Update(t.Context(), maple, func(tx *ledger.Tx) error {
					test(t, c, tx)
					return errRollBack
				})
				if !errors.Is(err, errRollBack) {
					t.Error(err)
				}
			})
		}
	})
}

// must is a change that has to succeed.
func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}
