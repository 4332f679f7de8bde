package api

import (
	"net/http"

	"github.com/shopkeeper-dev/shopkeeper/console/access"
	"github.com/shopkeeper-dev/shopkeeper/internal/intake"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Shift is a shift that a consignor worked for an event as a volunteer.
type Shift struct {
	ID          string `json:"id" doc:"Up to 63 letters, digits, dots, - and _, with a letter or digit first" example:"S-17"`
	EventID     string `json:"eventID" doc:"The sale event that it was worked for" example:"spring-2027"`
	ConsignorID string `json:"consignorID" doc:"Who worked it" example:"C004"`
}

func shiftOf(s ledger.Shift) Shift { return Shift(s) }

type listShifts struct {
	StorePath
	Paging

	EventID     string `query:"eventID" maxLength:"63" doc:"Only those for this sale event"`
	ConsignorID string `query:"consignorID" maxLength:"63" doc:"Only those of this consignor"`
}

type addShift struct {
	StorePath
	Once

	Body Shift
}

func (a *API) addShifts() {
	reads(a, operation{
		id: "list-shifts", method: http.MethodGet, path: "/shifts", summary: "List shifts",
		description: "Lists the shifts that consignors worked, by id.", needs: []access.Permission{{Verb: access.List, On: access.Consignors}},
	}, func(v *visit, in *listShifts) (List[Shift], error) {
		return list(in.Paging, func(p ledger.Page) ([]ledger.Shift, error) { return v.ShiftList(in.EventID, in.ConsignorID, p) },
			func(s ledger.Shift) string { return s.ID }, shiftOf)
	})
	changes(a, operation{
		id: "add-shift", method: http.MethodPost, path: "/shifts", status: http.StatusCreated, summary: "Record a shift",
		description: "Records a shift that a consignor worked. One that is told of late changes what was earned at its event. A shift of the same id that is there already, word for word, is left as it is; one that says something else is refused.",
		needs:       []access.Permission{{Verb: access.Create, On: access.Consignors}},
		refusals:    bodyRefusals,
	}, func(v *visit, in *addShift) (Shift, error) {
		return in.Body, absent(v.Shift(in.Body.ID)).or(ledger.Shift(in.Body), func() error {
			return v.take(intake.Rows{Shifts: []ledger.Shift{ledger.Shift(in.Body)}})
		})
	})
}
