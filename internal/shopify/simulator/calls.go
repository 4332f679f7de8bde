package simulator

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// The kinds of calls.
const (
	KindGraphQL = "GraphQL"
	KindREST    = "REST"
	KindOAuth   = "OAuth"
	// KindStorage is a staged upload or the fetch of a bulk operation's result, at
	// hosts that all shops share.
	KindStorage = "Storage"
)

// Call is one request to a shop's API, as the simulator saw it.
type Call struct {
	// Sequence counts all calls from 1 and goes on over a reset.
	Sequence uint64    `json:"sequence"`
	Time     time.Time `json:"time"`
	// Shop is the domain that was asked, whether or not there is such a shop.
	Shop string `json:"shop"`
	// App is the client id of the app whose token it was; empty where refused.
	App  string `json:"app,omitempty"`
	Kind string `json:"kind"`
	// Operation is the GraphQL operation's name, or its first root field where it
	// has none; method and path for the other kinds.
	Operation string `json:"operation,omitempty"`
	// RootFields are the operation's root fields, as the document has them.
	RootFields []string `json:"rootFields,omitempty"`
	// Mutation says that it asks for a change, over GraphQL or REST.
	Mutation         bool   `json:"mutation,omitempty"`
	VersionRequested string `json:"versionRequested,omitempty"`
	VersionServed    string `json:"versionServed,omitempty"`
	// Status is 0 where no answer was given, or none was when this was written down.
	Status        int `json:"status"`
	RequestedCost int `json:"requestedCost,omitempty"`
	// ActualCost is there wherever the operation was executed, whether or not the
	// client learned of it.
	ActualCost int    `json:"actualCost,omitempty"`
	RequestID  string `json:"requestID"`
	// Errors are the codes of the reply's errors; an error without one counts as "".
	Errors []string `json:"errors,omitempty"`
	// Throttled says that the client was told to slow down, by the bucket or a fault.
	Throttled bool `json:"throttled,omitempty"`
	// Fault is the kind of the fault that struck, FaultID its id.
	Fault   FaultKind `json:"fault,omitempty"`
	FaultID uint64    `json:"faultID,omitempty"`
	// Stale says that a query saw the state before a write; see FaultStaleReads.
	Stale bool `json:"stale,omitempty"`
}

// The most of a call's texts that the log keeps.
const (
	maxCallText = 1024 // bytes
	maxCallList = 100
)

// cut makes a call's size small enough to be kept.
func (c *Call) cut() {
	for _, text := range []*string{&c.Operation, &c.Shop, &c.VersionRequested} {
		*text = strings.ToValidUTF8((*text)[:min(len(*text), maxCallText)], "")
	}
	for _, list := range []*[]string{&c.RootFields, &c.Errors} {
		if len(*list) > maxCallList {
			*list = slices.Clone((*list)[:maxCallList])
		}
	}
}

// CallFilter chooses calls; a zero field chooses all.
type CallFilter struct {
	// Shop is a domain.
	Shop string
	// Operation is a GraphQL operation's name, or method and path.
	Operation string
	// After chooses calls with a higher sequence number.
	After uint64
}

// callLog keeps the latest calls in order.
type callLog struct {
	mu    sync.Mutex
	limit int
	calls []Call
	last  uint64 // sequence of the latest call
	total uint64 // calls since the last reset
}

func (l *callLog) add(c Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	l.total++
	c.Sequence = l.last
	c.cut()
	l.calls = append(l.calls, c)
	// Cutting only once twice the limit is there keeps adding cheap.
	if len(l.calls) >= 2*l.limit {
		l.calls = slices.Clone(l.calls[len(l.calls)-l.limit:])
	}
}

func (l *callLog) kept() []Call { return l.calls[max(0, len(l.calls)-l.limit):] }

// Calls returns the calls that the filter chooses, oldest first, as far back as
// the log goes.
func (s *Simulator) Calls(filter CallFilter) []Call {
	s.calls.mu.Lock()
	defer s.calls.mu.Unlock()
	chosen := []Call{}
	for _, c := range s.calls.kept() {
		if (filter.Shop == "" || c.Shop == filter.Shop) && (filter.Operation == "" || c.Operation == filter.Operation) && c.Sequence > filter.After {
			chosen = append(chosen, c)
		}
	}
	return chosen
}

// CallCount is the number of calls since the start or the last ResetCalls,
// those no longer in the log included.
func (s *Simulator) CallCount() uint64 {
	s.calls.mu.Lock()
	defer s.calls.mu.Unlock()
	return s.calls.total
}

// ResetCalls empties the log. Sequence numbers go on, so a reader's After stays good.
func (s *Simulator) ResetCalls() {
	s.calls.mu.Lock()
	defer s.calls.mu.Unlock()
	s.calls.calls, s.calls.total = nil, 0
}
