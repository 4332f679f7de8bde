package statements

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// TooEarlyError says that customers may still return what they bought.
type TooEarlyError struct {
	Event       string
	PayableFrom time.Time
}

func (e *TooEarlyError) Error() string {
	return fmt.Sprintf("customers may return what they bought at event %s until %s: close its statements after that",
		e.Event, e.PayableFrom.UTC().Format(time.RFC3339))
}

// NothingOpenError says that a statement has no entries, so that there is nothing
// to close.
type NothingOpenError struct {
	Event, Consignor string
	// Closed is how many statements were closed before.
	Closed int
}

func (e *NothingOpenError) Error() string {
	return fmt.Sprintf("there is nothing to close for consignor %s at event %s: nothing was posted since the last of %d closed statements",
		e.Consignor, e.Event, e.Closed)
}

// Close freezes the statement of all that is not on a closed one yet, on behalf of a
// person. A positive balance is paid out with it, by an entry; a negative one is
// carried to the next statement, where later refunds will be as well. Before the
// return window has ended it is a *TooEarlyError, and where nothing was posted a
// *NothingOpenError.
func Close(tx *ledger.Tx, event, consignor, closedBy string) (Statement, error) {
	if closedBy == "" {
		return Statement{}, errors.New("closing a statement: say who does")
	}
	s, err := Build(tx, event, consignor)
	if err != nil {
		return Statement{}, err
	}
	if tx.Now().Before(s.Event.PayableFrom) {
		return Statement{}, &TooEarlyError{Event: event, PayableFrom: s.Event.PayableFrom}
	}
	keys := s.keys()
	if len(keys) == 0 {
		return Statement{}, &NothingOpenError{Event: event, Consignor: consignor, Closed: s.Number - 1}
	}
	s.ID = ledger.NewID()
	s.Closing = &Closing{By: closedBy, CarriedCents: carried(s.BalanceCents)}
	s.Closing.PaidCents = s.BalanceCents - s.Closing.CarriedCents
	if s.Closing.PaidCents > 0 {
		key := "payout/" + s.ID
		if err := tx.Post(ledger.Entry{
			Key: key, Kind: ledger.Payout, ConsignorID: consignor, EventID: event, ConsignorCents: -s.Closing.PaidCents,
			Inputs: fmt.Sprintf(`{"statement":%q}`, s.ID),
		}); err != nil {
			return Statement{}, err
		}
		keys = append(keys, key)
	}
	document, err := json.Marshal(s)
	if err != nil {
		return Statement{}, fmt.Errorf("statement %s: %w", s.ID, err)
	}
	if err := tx.CloseStatement(ledger.Statement{
		ID: s.ID, EventID: event, ConsignorID: consignor, Number: s.Number, BalanceCents: s.BalanceCents, Document: string(document), ClosedBy: closedBy,
	}, keys); err != nil {
		return Statement{}, err
	}
	return s, tx.Record(ledger.TrailEntry{
		Actor: closedBy, Action: "CloseStatement", Subject: "consignor/" + consignor,
		After: fmt.Sprintf("statement %d of event %s: %d cents paid, %d carried", s.Number, event, s.Closing.PaidCents, s.Closing.CarriedCents),
	})
}

// keys are those of the entries that the statement shows.
func (s *Statement) keys() (keys []string) {
	for _, l := range s.Sales {
		keys = append(keys, l.Key)
	}
	for _, l := range s.Adjustments {
		keys = append(keys, l.Key)
	}
	for _, p := range s.Payouts {
		keys = append(keys, p.Key)
	}
	return keys
}

// Closed reads a closed statement, word for word as it was handed out; ErrNotFound
// where there is none of that number.
func Closed(tx *ledger.Tx, event, consignor string, number int) (Statement, error) {
	list, err := tx.Statements(event, consignor)
	if err != nil {
		return Statement{}, err
	}
	for _, kept := range list {
		if kept.Number == number {
			var s Statement
			if err := json.Unmarshal([]byte(kept.Document), &s); err != nil {
				return Statement{}, fmt.Errorf("statement %s: %w", kept.ID, err)
			}
			return s, nil
		}
	}
	return Statement{}, fmt.Errorf("statement %d of consignor %s for event %s: %w", number, consignor, event, ledger.ErrNotFound)
}
