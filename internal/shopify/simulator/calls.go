package simulator

import (
	"slices"
	"sync"
	"time"
)

// The kinds of calls.
const (
	KindGraphQL = "GraphQL"
	KindREST    = "REST"
	KindOAuth   = "OAuth"
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
	RootFields       []string `json:"rootFields,omitempty"`
	Mutation         bool     `json:"mutation,omitempty"`
	VersionRequested string   `json:"versionRequested,omitempty"`
	VersionServed    string   `json:"versionServed,omitempty"`
	Status           int      `json:"status"`
	RequestedCost    int      `json:"requestedCost,omitempty"`
	ActualCost       int      `json:"actualCost,omitempty"`
	RequestID        string   `json:"requestID"`
	// Errors are the codes of the reply's errors; an error without one counts as "".
	Errors []string `json:"errors,omitempty"`
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
