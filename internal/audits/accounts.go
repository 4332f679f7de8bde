package audits

import (
	"fmt"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// LedgerInconsistent is the finding that the ledger contradicts itself.
const LedgerInconsistent = "LedgerInconsistent"

// Account says what of a consignor's entries at an event and of the statements that were
// closed does not agree, in sentences. The statements are in their order.
func Account(entries []ledger.AccountEntry, statements []ledger.Statement) (problems []string) {
	problem := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	shown, known := map[string]int64{}, map[string]bool{}
	for _, s := range statements {
		known[s.ID] = true
	}
	for _, e := range entries {
		payout := e.Kind == ledger.Payout
		switch {
		case !payout && e.ConsignorCents+e.ShopCents != e.NetCents:
			problem("entry %s shares out %d and %d cents of %d", e.Key, e.ConsignorCents, e.ShopCents, e.NetCents)
		case payout && (e.NetCents != 0 || e.ShopCents != 0):
			problem("payout %s is not the consignor's alone", e.Key)
		case !payout && !e.HasSale:
			problem("entry %s is for line %d, which is no sale", e.Key, e.LineID)
		}
		if e.StatementID != "" && !known[e.StatementID] {
			problem("entry %s is on a statement of another account", e.Key)
		}
		if e.Key != payoutOf(e.StatementID) {
			shown[e.StatementID] += e.ConsignorCents
		}
	}
	return append(problems, balances(entries, statements, shown)...)
}

// payoutOf is the key of the payout that a statement is closed with.
func payoutOf(statement string) string { return "payout/" + statement }

// balances holds each statement against what it shows, given in cents, and against what was
// paid out with it.
func balances(entries []ledger.AccountEntry, statements []ledger.Statement, shown map[string]int64) (problems []string) {
	paid := map[string]int64{}
	for _, e := range entries {
		if e.Kind == ledger.Payout {
			paid[e.Key] -= e.ConsignorCents
		}
	}
	var carried int64 // a negative balance goes to the next
	for i, s := range statements {
		if s.Number != i+1 {
			problems = append(problems, fmt.Sprintf("statement %d is the account's %d.", s.Number, i+1))
		}
		if want := carried + shown[s.ID]; s.BalanceCents != want {
			problems = append(problems, fmt.Sprintf("statement %d has a balance of %d cents, and its entries come to %d", s.Number, s.BalanceCents, want))
		}
		if due := max(s.BalanceCents, 0); paid[payoutOf(s.ID)] != due {
			problems = append(problems, fmt.Sprintf("%d cents were paid out with statement %d, whose balance is %d", paid[payoutOf(s.ID)], s.Number, s.BalanceCents))
		}
		carried = min(s.BalanceCents, 0)
	}
	return problems
}
