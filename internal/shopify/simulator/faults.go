package simulator

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
)

// FaultKind says how a request goes wrong.
type FaultKind string

// The kinds of faults. Those named after replies spoil the reply to work that
// was done.
const (
	// FaultStatus answers with Status, as JSON or as a gateway's page.
	FaultStatus FaultKind = "Status"
	// FaultThrottled answers THROTTLED although the bucket has enough.
	FaultThrottled FaultKind = "Throttled"
	// FaultTimeout gives no answer until the client gives up, the fault is
	// removed, or Seconds have passed, when a gateway's 504 comes.
	FaultTimeout FaultKind = "Timeout"
	// FaultDrop closes the connection without an answer.
	FaultDrop FaultKind = "Drop"
	// FaultTruncate closes the connection halfway through the reply's body.
	FaultTruncate FaultKind = "Truncate"
	// FaultOversize makes the reply's body Bytes long, of white space and what it was.
	FaultOversize FaultKind = "Oversize"
	// FaultContentType calls the reply text/html.
	FaultContentType FaultKind = "ContentType"
	// FaultUserErrors answers every mutation of a document with UserErrors, and a
	// write over REST with 422 and the same as errors.
	FaultUserErrors FaultKind = "UserErrors"
	// FaultInternal answers INTERNAL_SERVER_ERROR for one root field, and data for the others.
	FaultInternal FaultKind = "Internal"
	// FaultStaleReads lets queries of the shop, of whatever app, answer for
	// Seconds as if the mutation that it strikes had not been.
	FaultStaleReads FaultKind = "StaleReads"
	// FaultNoEffect answers a mutation as if it had been carried out, and changes
	// nothing, as Shopify does with shipping on market-driven shops.
	FaultNoEffect FaultKind = "NoEffect"
)

// Fault is something that goes wrong with requests that would be answered
// otherwise: those with a good token and a valid document. Of several that are
// due for one request the first added strikes.
type Fault struct {
	// ID is given by AddFault.
	ID   uint64    `json:"id"`
	Kind FaultKind `json:"kind"`

	// Shop is the domain of the only shop that it strikes; empty for all.
	Shop string `json:"shop,omitempty"`
	// App is the client id of the only app that it strikes; empty for all. A
	// request for a token is no app's.
	App string `json:"app,omitempty"`
	// Operation is what it strikes: a GraphQL operation's name, one of its root
	// fields, method and path of a REST call, or a kind of calls such as OAuth;
	// empty for all.
	Operation string `json:"operation,omitempty"`
	// MutationsOnly spares whatever is neither a GraphQL mutation nor a write over REST.
	MutationsOnly bool `json:"mutationsOnly,omitempty"`

	// Nth strikes only the n-th matching request, Every each n-th, First the first
	// n, Probability each with that chance, drawn from Seed in the order in which
	// requests come. One of them may be set; without, every request is struck.
	Nth         uint64  `json:"nth,omitempty"`
	Every       uint64  `json:"every,omitempty"`
	First       uint64  `json:"first,omitempty"`
	Probability float64 `json:"probability,omitempty"`
	Seed        uint64  `json:"seed,omitempty"`

	// AfterWork strikes once the work is done, so that the client does not learn of
	// it; for Status, Drop, Timeout and Internal.
	AfterWork bool `json:"afterWork,omitempty"`
	// Status is the HTTP status of a Status.
	Status int `json:"status,omitempty"`
	// HTML answers with a page where JSON is usual; 502, 503 and 504 always do.
	HTML bool `json:"html,omitempty"`
	// RetryAfter is the header of that name, such as 2.0; empty for none.
	RetryAfter string `json:"retryAfter,omitempty"`
	// Seconds are on the simulator's clock, for Timeout and StaleReads.
	Seconds float64 `json:"seconds,omitempty"`
	// Bytes is the size of an Oversize; 16 MiB if zero.
	Bytes int `json:"bytes,omitempty"`
	// UserErrors are those of a UserErrors.
	UserErrors []FaultUserError `json:"userErrors,omitempty"`
	// Field is the response name of the root field that an Internal nulls; the
	// document's first if it has none of that name.
	Field string `json:"field,omitempty"`

	// Matched counts the requests that it could have struck, Fired those that it did.
	Matched uint64 `json:"matched"`
	Fired   uint64 `json:"fired"`
}

// FaultUserError is an entry of userErrors.
type FaultUserError struct {
	Field   []string `json:"field,omitempty"`
	Message string   `json:"message"`
	Code    string   `json:"code,omitempty"`
}

// heeded are the fields, by their JSON names, that a kind makes use of besides
// those that say whom and when it strikes.
var heeded = map[FaultKind][]string{
	FaultStatus:      {"afterWork", "status", "html", "retryAfter"},
	FaultThrottled:   {},
	FaultTimeout:     {"afterWork", "seconds"},
	FaultDrop:        {"afterWork"},
	FaultTruncate:    {},
	FaultOversize:    {"bytes"},
	FaultContentType: {},
	FaultUserErrors:  {"userErrors"},
	FaultInternal:    {"afterWork", "field"},
	FaultStaleReads:  {"seconds"},
	FaultNoEffect:    {},
}

// check says what is wrong with a fault.
func (f *Fault) check() error {
	heeds, known := heeded[f.Kind]
	if !known {
		return fmt.Errorf("kind %q: want one of Status, Throttled, Timeout, Drop, Truncate, Oversize, ContentType, UserErrors, Internal, StaleReads, NoEffect", f.Kind)
	}
	for _, part := range []struct {
		name string
		set  bool
	}{
		{"afterWork", f.AfterWork}, {"status", f.Status != 0}, {"html", f.HTML}, {"retryAfter", f.RetryAfter != ""},
		{"seconds", f.Seconds != 0}, {"bytes", f.Bytes != 0}, {"userErrors", len(f.UserErrors) > 0}, {"field", f.Field != ""},
	} {
		if part.set && !slices.Contains(heeds, part.name) {
			return fmt.Errorf("%s: a fault of kind %s does not heed it", part.name, f.Kind)
		}
	}
	schedules := 0
	for _, set := range []bool{f.Nth > 0, f.Every > 0, f.First > 0, f.Probability != 0} {
		if set {
			schedules++
		}
	}
	switch {
	case schedules > 1:
		return fmt.Errorf("nth, every, first and probability: want one at most")
	case !(f.Probability >= 0 && f.Probability <= 1):
		return fmt.Errorf("probability %v: want 0 to 1", f.Probability)
	case f.Kind == FaultStatus && (f.Status < 400 || f.Status > 599):
		return fmt.Errorf("status %d: want 400 to 599", f.Status)
	case f.Seconds < 0 || f.Kind == FaultStaleReads && f.Seconds == 0:
		return fmt.Errorf("seconds %v: want more than 0", f.Seconds)
	case f.Bytes < 0:
		return fmt.Errorf("bytes %d: want more than 0", f.Bytes)
	case f.Kind == FaultUserErrors && (len(f.UserErrors) == 0 || slices.ContainsFunc(f.UserErrors, func(e FaultUserError) bool { return e.Message == "" })):
		return fmt.Errorf("userErrors: want some, each with a message")
	}
	return nil
}

// matches says whether a fault is about such calls.
func (f *Fault) matches(c *Call) bool {
	ofMutations := f.Kind == FaultUserErrors || f.Kind == FaultStaleReads || f.Kind == FaultNoEffect
	graphQL := f.Kind == FaultThrottled || f.Kind == FaultInternal
	return (!f.MutationsOnly || c.Mutation) && (!ofMutations || c.Mutation && c.Kind != KindStorage) && (!graphQL || c.Kind == KindGraphQL) &&
		(f.Shop == "" || f.Shop == c.Shop) && (f.App == "" || f.App == c.App) &&
		(f.Operation == "" || f.Operation == c.Operation || f.Operation == c.Kind || slices.Contains(c.RootFields, f.Operation))
}

// armed is a fault in force. Only its counts change, under the list's lock.
type armed struct {
	Fault

	random *rand.Rand
	gone   chan struct{} // closed when the fault is removed
}

// due counts a matching request and says whether it is one to strike.
func (a *armed) due() bool {
	a.Matched++
	switch {
	case a.Nth > 0:
		return a.Matched == a.Nth
	case a.Every > 0:
		return a.Matched%a.Every == 0
	case a.First > 0:
		return a.Matched <= a.First
	case a.Probability > 0:
		return a.random.Float64() < a.Probability
	}
	return true
}

// faultList holds the faults in force in the order in which they were added.
type faultList struct {
	mu    sync.Mutex
	last  uint64
	armed []*armed
}

// strike finds the fault that a call meets, or nil. Every fault that matches
// counts the call, whichever strikes.
func (l *faultList) strike(c *Call) *armed {
	l.mu.Lock()
	defer l.mu.Unlock()
	var first *armed
	for _, a := range l.armed {
		if a.matches(c) && a.due() && first == nil {
			first = a
			a.Fired++
		}
	}
	return first
}

// remove lifts the faults that gone says and tells how many they were.
func (l *faultList) remove(gone func(*armed) bool) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := len(l.armed)
	l.armed = slices.DeleteFunc(l.armed, func(a *armed) bool {
		if !gone(a) {
			return false
		}
		close(a.gone)
		return true
	})
	return before - len(l.armed)
}

// AddFault puts a fault in force and returns its id. The error says what is
// wrong with it.
func (s *Simulator) AddFault(f Fault) (uint64, error) {
	if err := f.check(); err != nil {
		return 0, err
	}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.last++
	f.ID, f.Matched, f.Fired = s.faults.last, 0, 0
	f.UserErrors = slices.Clone(f.UserErrors)
	s.faults.armed = append(s.faults.armed, &armed{
		Fault: f, gone: make(chan struct{}),
		random: rand.New(rand.NewPCG(f.Seed, f.Seed)), //nolint:gosec // chance that can be repeated is the point
	})
	return f.ID, nil
}

// RemoveFault lifts a fault and says whether it was in force. A request that it
// holds is let go with a 504.
func (s *Simulator) RemoveFault(id uint64) bool {
	return s.faults.remove(func(a *armed) bool { return a.ID == id }) > 0
}

// ClearFaults lifts all faults.
func (s *Simulator) ClearFaults() { s.faults.remove(func(*armed) bool { return true }) }

// Faults returns the faults in force with their counts, oldest first.
func (s *Simulator) Faults() []Fault {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	list := make([]Fault, 0, len(s.faults.armed))
	for _, a := range s.faults.armed {
		f := a.Fault
		f.UserErrors = slices.Clone(f.UserErrors)
		list = append(list, f)
	}
	return list
}

// isGateway says whether a status is one that a gateway answers for the API.
func isGateway(status int) bool {
	return status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout
}
