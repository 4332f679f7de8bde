package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/intake"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
)

const problemType = "application/problem+json"

// Problem is an answer that is an error, as RFC 9457 has it.
type Problem struct { //nolint:errname // so RFC 9457 and the description call it
	Type   string  `json:"type" doc:"Always about:blank: the status says of what kind the problem is" example:"about:blank"`
	Title  string  `json:"title" doc:"The status in words" example:"Unprocessable Entity"`
	Status int     `json:"status" doc:"The status of HTTP" example:"422"`
	Detail string  `json:"detail" doc:"What is wrong and what to do" example:"nothing was changed: correct what errors names and send it again"`
	Errors []Fault `json:"errors,omitempty" doc:"What is wrong in particular, up to 100"`
}

// Fault is one thing that is wrong with a request.
type Fault struct {
	File    string `json:"file,omitempty" doc:"The file that a row is of, in an import" example:"items"`
	Row     int    `json:"row,omitempty" doc:"The row's line in its file, from 1 on; the heading is the first" example:"2"`
	Field   string `json:"field,omitempty" doc:"The field or the column; none where it is the whole row or file" example:"priceCents"`
	Message string `json:"message" doc:"What is wrong with it and what to do"`
}

// Error implements error.
func (p *Problem) Error() string { return p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return problemType }

func problemf(status int, format string, args ...any) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: fmt.Sprintf(format, args...)}
}

// write answers a request with a problem where there is no handler to return it.
func (p *Problem) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", problemType)
	if p.Status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "1")
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) //nolint:errchkjson // it is text and numbers, and who asked may have gone
}

const correct = "nothing was changed: correct what errors names and send it again"

// problemOf says an error to the caller; nil where it is not theirs to know.
func problemOf(err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	if wrong, ok := errors.AsType[*intake.ProblemsError](err); ok {
		return ofIntake(wrong)
	}
	if p := ofPhoto(err); p != nil {
		return p
	}
	for _, known := range []func(error) bool{is[*intake.NoEventsError], is[*catalog.TransitionError], is[*orders.NotForSaleError], is[*orders.NotAtTillError]} {
		if known(err) {
			return problemf(http.StatusConflict, "%v", err)
		}
	}
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return problemf(http.StatusNotFound, "there is none of that id in this store: correct the id, or take it in first")
	case errors.Is(err, context.DeadlineExceeded):
		return problemf(http.StatusServiceUnavailable, "it took too long, and may have been done or not: send it again with its Idempotency-Key, or look first")
	}
	return nil
}

func is[E error](err error) bool { _, ok := errors.AsType[E](err); return ok }

// fields are what the API calls the columns of a file.
var fields = map[string]string{
	"consignor_id": "consignorID", "event_id": "eventID", "shift_id": "id", "item_id": "id",
	"price": "priceCents", "markdown_eligible": "markdownEligible",
}

// ofIntake says what is wrong with rows: of a file under its column's name, else
// under the field's.
func ofIntake(wrong *intake.ProblemsError) *Problem {
	p := problemf(http.StatusUnprocessableEntity, correct)
	for _, w := range wrong.Problems {
		f := Fault{File: w.File, Row: w.Line, Field: w.Column, Message: w.Text}
		if name, ok := fields[w.Column]; ok && w.File == "" {
			f.Field = name
		}
		p.Errors = append(p.Errors, f)
	}
	if more := wrong.Count - len(wrong.Problems); more > 0 {
		p.Detail = fmt.Sprintf("%s; there are %d more than these", correct, more)
	}
	return p
}

// asProblem has what huma finds wrong with a request said like all else. What was
// sent is not sent back.
func asProblem(_ huma.Context, _ string, body any) (any, error) {
	found, ok := body.(*huma.ErrorModel)
	if !ok {
		return body, nil
	}
	p := problemf(found.Status, "%s", advice(found))
	for _, e := range found.Errors {
		if e == nil || found.Status >= http.StatusInternalServerError {
			continue
		}
		p.Errors = append(p.Errors, Fault{Field: strings.TrimPrefix(e.Location, "body."), Message: e.Message})
	}
	return p, nil
}

func advice(found *huma.ErrorModel) string {
	switch found.Status {
	case http.StatusUnprocessableEntity:
		return correct
	case http.StatusBadRequest:
		return "the body cannot be read: send one JSON object, as the API's description has it"
	case http.StatusRequestEntityTooLarge:
		return "the body is too large: send less at a time"
	case http.StatusRequestTimeout:
		return "the body did not arrive in time: send it again"
	case http.StatusUnsupportedMediaType:
		return "the body is of another type: send it with Content-Type: application/json"
	}
	return "the request could not be handled: send it again, and report it if that does not help"
}
