package simulator

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

const (
	oversizeBytes = 16 << 20
	// holdStep is how often a held request looks at the simulator's clock, which
	// cannot wake it.
	holdStep = 2 * time.Millisecond
)

// htmlPage is a body of HTML.
type htmlPage string

// misbehave looks for a fault that strikes the request. One that comes before
// the work answers here.
func (s *Simulator) misbehave(x *exchange) *reply {
	x.fault = s.faults.strike(&x.call)
	if x.fault == nil {
		return nil
	}
	x.call.Fault, x.call.FaultID = x.fault.Kind, x.fault.ID
	if x.fault.AfterWork {
		return nil
	}
	switch x.fault.Kind {
	case FaultThrottled:
		return x.throttled(min(x.left, float64(x.requested-1)))
	case FaultStatus:
		return x.faultStatus()
	case FaultDrop, FaultTimeout:
		return &reply{}
	default:
		return nil // it strikes during the work or after
	}
}

// spoil is what becomes of the reply to work that was done.
func (x *exchange) spoil(answer *reply) *reply {
	if x.fault == nil || !x.fault.AfterWork {
		return answer
	}
	switch x.fault.Kind {
	case FaultStatus:
		return x.faultStatus()
	case FaultDrop, FaultTimeout:
		return &reply{}
	default:
		return answer
	}
}

// statusTexts are Shopify's samples of refusals
// (https://shopify.dev/docs/api/admin-graphql#status_and_error_codes).
var statusTexts = map[int]string{
	http.StatusUnauthorized:        "[API] Invalid API key or access token (unrecognized login or wrong password)",
	http.StatusPaymentRequired:     "This shop's plan does not have access to this feature",
	http.StatusForbidden:           "Unavailable Shop",
	http.StatusNotFound:            "Not Found",
	http.StatusLocked:              "This shop is unavailable",
	http.StatusTooManyRequests:     "Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service.",
	http.StatusInternalServerError: "An unexpected error occurred",
}

func (x *exchange) faultStatus() *reply {
	f := x.fault
	if f.RetryAfter != "" {
		x.header.Set("Retry-After", f.RetryAfter)
	}
	if f.HTML || isGateway(f.Status) {
		return &reply{f.Status, gatewayPage(f.Status)}
	}
	text := statusTexts[f.Status]
	if text == "" {
		text = http.StatusText(f.Status)
	}
	return refuse(f.Status, text)
}

// gatewayPage is the page of a proxy in front of the API; which one Shopify's is
// changes (?).
func gatewayPage(status int) htmlPage {
	title := strconv.Itoa(status) + " " + http.StatusText(status)
	return htmlPage("<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title +
		"</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n")
}

// internalError is the entry for a failure on Shopify's side
// (https://shopify.dev/docs/api/admin-graphql#status_and_error_codes).
func internalError(requestID string) *graphQLError {
	e := failure(codeInternal, "Internal error. Looks like something went wrong on our end.\nRequest ID: %s (include this in support requests).", requestID)
	e.Extensions["requestId"] = requestID
	return e
}

// send writes the reply as the fault, if any, has it.
func (s *Simulator) send(w http.ResponseWriter, x *exchange, answer *reply) {
	if x.fault == nil {
		writeJSON(w, answer.status, answer.body)
		return
	}
	switch x.fault.Kind {
	case FaultDrop:
		panic(http.ErrAbortHandler)
	case FaultTimeout:
		s.hold(x)
		writeJSON(w, http.StatusGatewayTimeout, gatewayPage(http.StatusGatewayTimeout))
	case FaultTruncate, FaultOversize, FaultContentType:
		text, err := json.Marshal(answer.body)
		if err != nil {
			text = nil // writeJSON says so below
			writeJSON(w, answer.status, answer.body)
		}
		if len(text) > 0 {
			x.spoilBody(w, answer.status, text)
		}
	default:
		writeJSON(w, answer.status, answer.body)
	}
}

// spoilBody writes a reply whose body is not what it should be.
func (x *exchange) spoilBody(w http.ResponseWriter, status int, text []byte) {
	kind, size := "application/json; charset=utf-8", len(text)
	if x.fault.Kind == FaultContentType {
		kind = "text/html; charset=utf-8"
	}
	if x.fault.Kind == FaultOversize {
		size = max(size, cmp.Or(x.fault.Bytes, oversizeBytes))
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(size))
	w.WriteHeader(status)
	if x.fault.Kind == FaultTruncate {
		_, _ = w.Write(text[:len(text)/2])
		_ = http.NewResponseController(w).Flush() // else the client may see no reply at all
		panic(http.ErrAbortHandler)
	}
	blank := bytes.Repeat([]byte(" "), 64<<10)
	for left := size - len(text); left > 0; left -= len(blank) {
		if _, err := w.Write(blank[:min(left, len(blank))]); err != nil {
			return // the client has seen enough
		}
	}
	_, _ = w.Write(text)
}

// hold keeps a request waiting.
func (s *Simulator) hold(x *exchange) {
	_, _ = io.Copy(io.Discard, x.request.Body) // unread, it hides that the client went away
	until := x.fault.until(s.now())
	step := time.NewTicker(holdStep)
	defer step.Stop()
	for x.fault.Seconds == 0 || s.now().Before(until) {
		select {
		case <-x.request.Context().Done():
			return
		case <-x.fault.gone:
			return
		case <-step.C:
		}
	}
}

// refusal is the payload of a mutation that did nothing: its lists of errors
// hold those given, whatever they are called, and all else is null.
func (e *executor) refusal(payload string, errors ...record) record {
	out := record{}
	for _, f := range e.schema.Types[payload].Fields {
		out[f.Name] = nil
		if isUserErrors(f.Name) {
			out[f.Name] = anys(errors)
		}
	}
	return out
}

// isUserErrors says whether a payload's field lists its errors, such as
// userErrors or locationActivateUserErrors.
func isUserErrors(name string) bool {
	return len(name) >= len("userErrors") && name[len(name)-len("serErrors"):] == "serErrors"
}

// userErrors are those of the fault as a resolver returns them.
func (f *Fault) userErrors() []record {
	var out []record
	for _, e := range f.UserErrors {
		out = append(out, userError(e.Code, e.Message, e.Field...))
	}
	return out
}

// notHere is the error of RemoveFault's route.
func notHere(id string) error { return notThereError(fmt.Sprintf("there is no fault %q", id)) }
