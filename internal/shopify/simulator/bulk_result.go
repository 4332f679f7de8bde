package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// everything, as a connection's first, asks for all that there is.
type everything struct{}

// listed is a connection in the answer to a bulk query.
type listed struct{ *object }

// answer runs the query. What may not be read fails the operation, what is not
// modelled is an error.
func (b *BulkOperation) answer(r *request, op *ast.OperationDefinition) error {
	e := &executor{schema: r.schema, granted: r.granted, request: r, bulk: true}
	data, _ := e.run(op)
	for _, err := range e.errors {
		if err.code() != codeAccessDenied {
			return err
		}
		b.Fault = codeAccessDenied
	}
	if b.Fault != "" {
		return nil
	}
	out := bulkLines{}
	if err := out.add(data, "", false); err != nil {
		return err
	}
	b.Result, b.Objects, b.RootObjects = out.text.String(), out.objects, out.roots
	return nil
}

// bulkLines is a result on its way: an object a line, those of a connection
// behind the object that has it, which their __parentId names.
type bulkLines struct {
	text           strings.Builder
	objects, roots int
}

// add writes an object's line, unless it is the query's root, and then what its
// connections list.
func (l *bulkLines) add(o *object, parent string, line bool) error {
	var lists []listed
	plain := strip(o, &lists)
	id := ""
	if line {
		id, _ = o.value("id").(string)
		l.objects++
		if parent == "" {
			l.roots++
		} else {
			plain.set("__parentId", parent)
		}
		text, err := json.Marshal(plain)
		if err != nil {
			return fmt.Errorf("the object has no JSON: %w", err)
		}
		l.text.Write(text)
		l.text.WriteByte('\n')
	}
	for _, list := range lists {
		edges, _ := list.value("edges").([]any)
		for _, edge := range edges {
			e, _ := edge.(*object)
			if node, ok := e.value("node").(*object); ok {
				if err := l.add(node, id, true); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// strip is an object without its connections, which go into lists.
func strip(o *object, lists *[]listed) *object {
	out := &object{}
	for _, name := range o.names {
		switch value := o.values[name].(type) {
		case listed:
			*lists = append(*lists, value)
		case *object:
			if value == nil {
				out.set(name, nil)
				continue
			}
			out.set(name, strip(value, lists))
		default:
			out.set(name, value)
		}
	}
	return out
}

const (
	resultHost = "storage.googleapis.com"
	resultPath = "/shopify-tiers-assets-prod-us-east1/bulk-operation-outputs/"
)

// url is where the result is, as public records show it. What it is signed with
// keeps nobody out.
func (b *BulkOperation) url(shop *Shop) string {
	query := url.Values{"GoogleAccessId": {"simulator"}, "Expires": {fmt.Sprint(b.DoneAt.Add(bulkLife).Unix())}, "Signature": {uuid(b.ID)}}
	return "https://" + resultHost + resultPath + fmt.Sprintf("%s-%d-final?", firstLabel(shop.Domain), b.ID) + query.Encode()
}

// jsonLines is a body of JSONL.
type jsonLines string

func (s *Simulator) resultRoutes(mux *http.ServeMux) {
	mux.Handle("GET "+resultHost+resultPath+"{name}", s.handle(KindStorage, s.findResult, s.misbehave, func(x *exchange) *reply { return x.result }))
}

// findResult finds a result that is there and not too old.
func (s *Simulator) findResult(x *exchange) *reply {
	x.call.Operation = "GET bulk result"
	label, number, _ := strings.CutLast(strings.TrimSuffix(x.request.PathValue("name"), "-final"), "-")
	id, err := strconv.ParseUint(number, 10, 64)
	st := s.store(label + ".myshopify.com")
	if err != nil || st == nil {
		return refuseUpload(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	b := bulkOperationByID(&st.shop, id)
	switch {
	case b == nil || b.status(x.now) != "COMPLETED" || b.Result == "" || x.request.URL.Query().Get("Signature") != uuid(b.ID):
		return refuseUpload(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
	case !x.now.Before(b.DoneAt.Add(bulkLife)):
		return refuseUpload(http.StatusBadRequest, "ExpiredToken", "The provided token has expired.")
	}
	x.store, x.call.Shop, x.result = st, st.shop.Domain, &reply{http.StatusOK, jsonLines(b.Result)}
	return nil
}
