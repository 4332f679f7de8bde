package catalog

import (
	"fmt"
	"slices"
)

// State is where an item stands. The ledger keeps it as text.
type State string

// The states of an item.
const (
	Draft               State = "draft"               // taken in, not complete
	Ready               State = "ready"               // complete, not in the shop's listing yet
	Listed              State = "listed"              // for sale, unless a person took it off the shelf for now
	Reserved            State = "reserved"            // ordered, not fully paid
	Sold                State = "sold"                // ordered and fully paid
	CustomerReturned    State = "customerReturned"    // came back and did not go on the shelf again
	Unsold              State = "unsold"              // the event ended first
	ReturnedToConsignor State = "returnedToConsignor" // fetched by the one who brought it
	Donated             State = "donated"             // given away
	CarriedOver         State = "carriedOver"         // goes on in another event
	Withdrawn           State = "withdrawn"           // taken out of the event before it was sold
)

// transitions is the one table of what may become of an item. A state that leads
// nowhere is an end. docs/architecture.md draws it.
var transitions = map[State][]State{
	Draft: {Ready, Withdrawn},
	// A till sells what is in the room, and an order may be paid when it is first read.
	Ready: {Listed, Reserved, Sold, Unsold, Withdrawn},
	// A product that a person deleted may be made anew; that begins where it did.
	Listed:   {Ready, Reserved, Sold, Unsold, Withdrawn},
	Reserved: {Sold, Listed, CustomerReturned, Unsold},
	// An edit may leave a paid order with something to pay, and a sale that is undone
	// may leave the item to an order that is not paid.
	Sold: {Reserved, Listed, CustomerReturned, Unsold},
	// An order may be read after a later one that was undone, or after the event's end.
	CustomerReturned:    {Reserved, Sold},
	Unsold:              {Reserved, Sold, ReturnedToConsignor, Donated, CarriedOver, Withdrawn},
	ReturnedToConsignor: {},
	Donated:             {},
	CarriedOver:         {},
	Withdrawn:           {},
}

// TransitionError says that an item may not go from one state to another.
type TransitionError struct{ From, To State }

func (e *TransitionError) Error() string {
	return fmt.Sprintf("an item that is %s cannot become %s; it may become one of %v", e.From, e.To, transitions[e.From])
}

// Check says whether an item may go from one state to another: nil, or a
// *TransitionError. To stay is always allowed.
func Check(from, to State) error {
	if from == to || slices.Contains(transitions[from], to) {
		return nil
	}
	return &TransitionError{From: from, To: to}
}

// MayHaveStock says whether an item of the state may be in stock in the shop. All
// others are at zero in every location.
func (s State) MayHaveStock() bool { return s == Draft || s == Ready || s == Listed }
