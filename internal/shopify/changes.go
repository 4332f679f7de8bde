package shopify

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

// Change is a call that was to change something in a shop, and what came of it.
type Change struct {
	// Owner is whose client made it, as Clients.For was told.
	Owner string
	// Operation is its name. Input is what it asked for, as JSON: the variables of a
	// mutation, or the path and the body of a REST call.
	Operation string
	Input     string
	// Problem is why it was not carried out, or may not have been; empty where it was.
	Problem string
	// RequestID is Shopify's; empty where no reply came.
	RequestID string
	At        time.Time
}

// tell tells of a call that was to change something. One that was throttled did not,
// and comes again.
func (t *transport) tell(req *http.Request, body []byte, c *call, resp *http.Response, err error) {
	if t.changed == nil || KindOf(err) == Throttled {
		return
	}
	input, changes := inputOf(req, body, c)
	if !changes {
		return
	}
	change := Change{Owner: t.owner, Operation: c.operation, Input: input, RequestID: c.requestID, At: t.clock.Now()}
	if err != nil {
		change.Problem = err.Error()
	} else {
		change.Problem = problemIn(resp)
	}
	t.changed(change)
}

// inputOf is what a call asks for, and whether that is to change something.
func inputOf(req *http.Request, body []byte, c *call) (input string, changes bool) {
	if !c.graphQL {
		return req.URL.Path + " " + string(body), req.Method != http.MethodGet
	}
	var sent struct {
		Query     string          `json:"query"`
		Variables json.RawMessage `json:"variables"`
	}
	if err := json.Unmarshal(body, &sent); err != nil {
		return "", false // it was made here
	}
	return string(sent.Variables), strings.HasPrefix(strings.TrimSpace(sent.Query), "mutation")
}

// problemIn reads why a mutation was refused from a reply of status 200, and leaves
// the reply to be read again.
func problemIn(resp *http.Response) string {
	text, err := io.ReadAll(resp.Body) // it is in memory
	resp.Body = io.NopCloser(bytes.NewReader(text))
	var reply struct {
		Errors json.RawMessage            `json:"errors"`
		Data   map[string]json.RawMessage `json:"data"`
	}
	if err != nil || json.Unmarshal(text, &reply) != nil {
		return "" // of REST, which has said all by its status
	}
	if len(reply.Errors) > 0 {
		return string(reply.Errors)
	}
	for _, payload := range reply.Data {
		var of struct {
			UserErrors []json.RawMessage `json:"userErrors"`
		}
		if err := json.Unmarshal(payload, &of); err == nil && len(of.UserErrors) > 0 {
			return string(bytes.Join(rawBytes(of.UserErrors), []byte(", ")))
		}
	}
	return ""
}

func rawBytes(list []json.RawMessage) [][]byte {
	out := make([][]byte, len(list))
	for i, raw := range list {
		out[i] = raw
	}
	return out
}
