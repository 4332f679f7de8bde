package simulator

import (
	"fmt"
	"strconv"
	"time"
)

const (
	// maxBulk is how many bulk queries of an app run at a time, from 2026-01
	// (https://shopify.dev/docs/api/usage/bulk-operations/queries).
	maxBulk = 5
	// bulkLife is how long a result is there (schema, description of BulkOperation.url).
	bulkLife = 7 * 24 * time.Hour
)

// BulkOperation is a bulk query with its result, which is that of the moment when
// it was made.
type BulkOperation struct {
	ID uint64 `json:"id"`
	// App is the client id of the app that made it and alone sees it.
	App   string `json:"app"`
	Query string `json:"query"`
	// Result is the JSONL; empty for none.
	Result      string `json:"result,omitempty"`
	Objects     int    `json:"objects"`
	RootObjects int    `json:"rootObjects"`
	// Fault is a BulkOperationErrorCode; empty for none.
	Fault     string    `json:"fault,omitempty"`
	CreatedAt time.Time `json:"createdAt"`
	// DoneAt is when it has come to its end.
	DoneAt time.Time `json:"doneAt"`

	// fresh is the operation in the reply that made it, whatever its end.
	fresh bool
}

// status is what has become of the operation by a time.
func (b *BulkOperation) status(now time.Time) string {
	switch {
	case b.fresh:
		return "CREATED"
	case now.Before(b.DoneAt):
		return "RUNNING"
	case b.Fault != "":
		return "FAILED"
	default:
		return "COMPLETED"
	}
}

// bulkTypes are bulk operations, to read and to run.
var bulkTypes = map[string]fields{
	"QueryRoot": {
		"currentBulkOperation": root(func(r *request, args arguments) (any, error) {
			for i := len(r.shop.BulkOperations) - 1; i >= 0 && args.text("type") == "QUERY"; i-- {
				if b := &r.shop.BulkOperations[i]; b.App == r.app.ClientID {
					return b, nil
				}
			}
			return nil, nil
		}, "type"),
		"bulkOperation": root(func(r *request, args arguments) (any, error) {
			id, ok, err := args.id("id", "BulkOperation")
			if err != nil || !ok {
				return nil, err
			}
			return findBulkOperation(r, id)
		}, "id"),
	},
	"Mutation": {"bulkOperationRunQuery": root(runBulkQuery, "query", "groupObjects")},
	"BulkOperation": {
		"id":              idOf("BulkOperation", func(b *BulkOperation) uint64 { return b.ID }),
		"type":            show(func(*BulkOperation) any { return "QUERY" }),
		"query":           show(func(b *BulkOperation) any { return b.Query }),
		"createdAt":       show(func(b *BulkOperation) any { return dateTime(b.CreatedAt) }),
		"partialDataUrl":  show(func(*BulkOperation) any { return nil }),
		"status":          ask(func(r *request, b *BulkOperation, _ arguments) (any, error) { return b.status(r.now), nil }),
		"completedAt":     whenDone(func(_ *request, b *BulkOperation) any { return dateTime(b.DoneAt) }, nil),
		"objectCount":     whenDone(func(_ *request, b *BulkOperation) any { return strconv.Itoa(b.Objects) }, "0"),
		"rootObjectCount": whenDone(func(_ *request, b *BulkOperation) any { return strconv.Itoa(b.RootObjects) }, "0"),
		"fileSize": whenDone(func(_ *request, b *BulkOperation) any {
			if b.Result == "" {
				return nil
			}
			return strconv.Itoa(len(b.Result))
		}, nil),
		"url": whenDone(func(r *request, b *BulkOperation) any {
			if b.Result == "" {
				return nil // there is no file where there is nothing in it
			}
			return b.url(r.shop)
		}, nil),
		"errorCode": ask(func(r *request, b *BulkOperation, _ arguments) (any, error) {
			if b.status(r.now) != "FAILED" {
				return nil, nil
			}
			return b.Fault, nil
		}),
	},
}

// whenDone is a field that has another value before the operation is completed.
func whenDone(property func(*request, *BulkOperation) any, before any) field {
	return ask(func(r *request, b *BulkOperation, _ arguments) (any, error) {
		if b.status(r.now) != "COMPLETED" {
			return before, nil
		}
		return property(r, b), nil
	})
}

func findBulkOperation(r *request, id uint64) (any, error) {
	b := bulkOperationByID(r.shop, id)
	if b == nil || b.App != r.app.ClientID {
		return nil, nil
	}
	return b, nil
}

func bulkOperationByID(shop *Shop, id uint64) *BulkOperation {
	return thingByID(shop.BulkOperations, id, func(b *BulkOperation) uint64 { return b.ID })
}

// runBulkQuery answers the query at once and shows the answer when its time has come.
func runBulkQuery(r *request, args arguments) (any, error) {
	refused := func(errors ...record) (any, error) {
		return record{"bulkOperation": nil, "userErrors": anys(errors)}, nil
	}
	op, faults := bulkQuery(r.schema, r.version, args.text("query"))
	if len(faults) > 0 {
		return refused(faults...)
	}
	running := 0
	for _, b := range r.shop.BulkOperations {
		if b.App == r.app.ClientID && b.status(r.now) == "RUNNING" {
			running++
		}
	}
	if running >= maxBulk {
		return refused(userError("LIMIT_REACHED", "Bulk operations limit reached. Please try again later.")) // the field is not on record (?)
	}
	b := BulkOperation{
		App: r.app.ClientID, Query: args.text("query"), CreatedAt: r.now, DoneAt: r.now.Add(time.Duration(r.shop.Catalog.BulkOperation)),
	}
	if err := b.answer(r, op); err != nil {
		return nil, err
	}
	b.ID = r.nextID()
	r.shop.forgetResults(r.now)
	r.shop.BulkOperations = append(r.shop.BulkOperations, b)
	r.later(time.Duration(r.shop.Catalog.BulkOperation), fact{"BULK_OPERATIONS_FINISH", b.payload(r.shop)})
	b.fresh = true
	return record{"bulkOperation": &b, "userErrors": []any{}}, nil
}

// forgetResults drops the results that nobody can fetch any more.
func (s *Shop) forgetResults(now time.Time) {
	for i := range s.BulkOperations {
		if b := &s.BulkOperations[i]; !now.Before(b.DoneAt.Add(bulkLife)) {
			b.Result = ""
		}
	}
}

// payload is what bulk_operations/finish tells.
func (b *BulkOperation) payload(shop *Shop) any {
	fields := map[string]any{
		"admin_graphql_api_id": gid("BulkOperation", b.ID), "completed_at": shop.local(b.DoneAt), "created_at": shop.local(b.CreatedAt),
		"error_code": nil, "status": "completed", "type": "query",
	}
	if b.Fault != "" {
		fields["error_code"], fields["status"], fields["completed_at"] = b.Fault, "failed", nil // (?)
	}
	return fields
}

func checkBulkOperations(shop *Shop) error {
	for _, b := range shop.BulkOperations {
		if b.App == "" || b.ID == 0 {
			return fmt.Errorf("bulkOperations: one has no app or no id; they are made by bulkOperationRunQuery")
		}
	}
	return nil
}
