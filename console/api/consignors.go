package api

import (
	"net/http"

	"github.com/shopkeeper-dev/shopkeeper/console/access"
	"github.com/shopkeeper-dev/shopkeeper/internal/intake"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Consignor is a person who brings items.
type Consignor struct {
	ID    string `json:"id" doc:"Up to 63 letters, digits, dots, - and _, with a letter or digit first" example:"C004"`
	Name  string `json:"name" doc:"For people; up to 255 characters" example:"Mei Chen"`
	Class string `json:"class" enum:"Regular,Super" doc:"What their share begins with" example:"Super"`
}

func consignorOf(c ledger.Consignor) Consignor { return Consignor(c) }

// ConsignorPath names a consignor of a store.
type ConsignorPath struct {
	StorePath

	Consignor string `path:"consignor" doc:"The consignor's id" example:"C004"`
}

type listConsignors struct {
	StorePath
	Paging

	Text string `query:"text" maxLength:"255" doc:"Part of the name or of the id, in either case"`
}

type putConsignor struct {
	ConsignorPath

	Body struct {
		Name  string `json:"name" doc:"For people; up to 255 characters" example:"Mei Chen"`
		Class string `json:"class,omitempty" default:"Regular" enum:"Regular,Super" doc:"What their share begins with" example:"Super"`
	}
}

func (a *API) addConsignors() {
	reads(a, operation{
		id: "list-consignors", method: http.MethodGet, path: "/consignors", summary: "List consignors",
		description: "Lists those who bring items, by id.", needs: []access.Permission{{Verb: access.List, On: access.Consignors}},
	}, func(v *visit, in *listConsignors) (List[Consignor], error) {
		return list(in.Paging, func(p ledger.Page) ([]ledger.Consignor, error) { return v.Consignors(in.Text, p) },
			func(c ledger.Consignor) string { return c.ID }, consignorOf)
	})
	reads(a, operation{
		id: "get-consignor", method: http.MethodGet, path: "/consignors/{consignor}", summary: "Read a consignor",
		description: "Reads one consignor.", needs: []access.Permission{{Verb: access.Get, On: access.Consignors}},
	}, func(v *visit, in *ConsignorPath) (Consignor, error) {
		c, err := v.Consignor(in.Consignor)
		return consignorOf(c), err
	})
	changes(a, operation{
		id: "put-consignor", method: http.MethodPut, path: "/consignors/{consignor}", summary: "Take a consignor in, or change one",
		description: "Records a consignor as they now are. Another class changes what was earned at all events whose return window has not ended.",
		needs:       []access.Permission{{Verb: access.Create, On: access.Consignors}, {Verb: access.Update, On: access.Consignors}},
		refusals:    bodyRefusals,
	}, func(v *visit, in *putConsignor) (Consignor, error) {
		c := Consignor{ID: in.Consignor, Name: in.Body.Name, Class: in.Body.Class}
		return c, v.take(intake.Rows{Consignors: []ledger.Consignor{ledger.Consignor(c)}})
	})
}

// take brings rows in by the rules for files, and has what follows pushed.
func (v *visit) take(rows intake.Rows) error {
	rows.By = v.person
	result, err := intake.Take(v.Tx, rows)
	v.push = append(v.push, result.Push...)
	return err
}

// bodyRefusals are the statuses of a body that cannot be taken.
var bodyRefusals = []int{http.StatusRequestTimeout, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType}
