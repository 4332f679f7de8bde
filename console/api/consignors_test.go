package api_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
)

func TestConsignorsAndShifts(t *testing.T) {
	ledgertest.OnEach(t, func(t *testing.T, place ledgertest.Place) {
		b := newBed(t, place)
		r := b.call(http.MethodPut, of("/consignors/c3"), object{"name": "Sam"})
		b.want(r, 200, "new")
		equal(t, r.fields["class"].(string), "Regular", "the class, where none is given")
		b.want(b.call(http.MethodPut, of("/consignors/c3"), object{"name": "Sam", "class": "Super"}), 200, "changed")
		equal(t, b.call(http.MethodGet, of("/consignors/c3"), nil).fields["class"].(string), "Super", "the class")
		b.want(b.call(http.MethodGet, of("/consignors/c9"), nil), 404, "there is none")
		b.want(b.call(http.MethodPut, of("/consignors/c3"), object{"name": "Sam", "class": "super"}), 422, "there are two classes")
		refused := b.call(http.MethodPut, of("/consignors/-"), object{"name": ""})
		b.want(refused, 422, "neither id nor name")
		equal(t, len(refused.problem()), 2, "problems")
		list := b.call(http.MethodGet, of("/consignors?text=RO"), nil)
		if !slices.Equal(list.ids(), []string{"c1"}) {
			t.Errorf("got %s", list.text)
		}

		shift := object{"id": "s1", "eventID": "spring", "consignorID": "c1"}
		b.want(b.call(http.MethodPost, of("/shifts"), shift), 201, "worked")
		b.want(b.call(http.MethodPost, of("/shifts"), shift), 201, "told again")
		b.want(b.call(http.MethodPost, of("/shifts"), with(shift, "consignorID", "c2")), 409, "another of that id")
		b.want(b.call(http.MethodPost, of("/shifts"), object{"id": "s2", "eventID": "winter", "consignorID": "c1"}), 422, "no such event")
		list = b.call(http.MethodGet, of("/shifts?consignorID=c1&eventID=spring"), nil)
		if !slices.Equal(list.ids(), []string{"s1"}) {
			t.Errorf("got %s", list.text)
		}
		b.update(maple, func(tx *ledger.Tx) error {
			trail, err := tx.Trail("consignor/c3")
			if len(trail) != 2 || trail[0].Actor != "system:serviceaccount:client-maple-kids:editor" {
				t.Errorf("trail: %+v", trail)
			}
			return err
		})
	})
}
