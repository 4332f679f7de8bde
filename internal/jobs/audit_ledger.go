package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/shopkeeper-dev/shopkeeper/internal/audits"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
)

// ledgerAtOnce bounds what one transaction looks at: items or accounts.
const ledgerAtOnce = 50

// claimed holds items against the orders for them: their sales, their entries, and where
// they stand.
func (t *audit) claimed(ctx context.Context, cursor string, enough func() bool, r *Report) (string, error) {
	at, err := read[afterAt](cursor)
	if err != nil {
		return "", err
	}
	if cursor == "" {
		if err := t.beginClaimed(ctx, r); err != nil {
			return "", err
		}
	}
	for {
		var ids []string
		if err := t.Ledger.View(ctx, t.Store, func(tx *ledger.Tx) (err error) {
			ids, err = tx.Claimed(t.selection(), ledger.Page{After: at.After, Limit: ledgerAtOnce})
			return err
		}); err != nil || len(ids) == 0 {
			return "", err
		}
		at.After = ids[len(ids)-1]
		if s := t.Spec.Selector; s != nil && len(s.ItemIDs) > 0 {
			ids = slices.DeleteFunc(ids, func(id string) bool { return !slices.Contains(s.ItemIDs, id) })
		}
		if err := t.examineItems(ctx, ids, r); err != nil {
			return "", err
		}
		if enough() {
			return write(at)
		}
	}
}

// beginClaimed counts the items, and looks once more at those that a finding stands of:
// what it is about may be gone, and the item not met any more.
func (t *audit) beginClaimed(ctx context.Context, r *Report) error {
	var again []string
	err := t.Ledger.View(ctx, t.Store, func(tx *ledger.Tx) error {
		n, err := tx.CountClaimed(t.selection())
		r.expect(n)
		for _, subject := range t.standingOf(LedgerInconsistent) {
			if id, is := strings.CutPrefix(subject, "item/"); is {
				again = append(again, id)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return t.examineItems(ctx, again, &Report{}) // they are counted where they are met
}

func (t *audit) examineItems(ctx context.Context, ids []string, r *Report) error {
	problems := make([][]string, len(ids))
	err := t.Ledger.View(ctx, t.Store, func(tx *ledger.Tx) (err error) {
		for i, id := range ids {
			problems[i], err = orders.Check(tx, id)
			switch {
			case err != nil && contradicts(err):
				problems[i] = []string{err.Error()}
			case err != nil:
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	subjects := make([]string, len(ids))
	for i, id := range ids {
		subjects[i] = "item/" + id
	}
	return t.inconsistent(ctx, subjects, problems, r)
}

// contradicts says that a look at the ledger failed by what is in it.
func contradicts(err error) bool {
	if _, is := errors.AsType[*json.SyntaxError](err); is {
		return true
	}
	_, is := errors.AsType[*json.UnmarshalTypeError](err)
	return is || errors.Is(err, ledger.ErrNotFound)
}

// accountsAt is the account that the audit has come to.
type accountsAt struct {
	Event     string `json:"event"`
	Consignor string `json:"consignor"`
}

// accounts holds what was posted to each consignor at each event against sales and closed
// statements.
func (t *audit) accounts(ctx context.Context, cursor string, enough func() bool, r *Report) (string, error) {
	at, err := read[accountsAt](cursor)
	if err != nil {
		return "", err
	}
	var all []ledger.Account
	if err := t.Ledger.View(ctx, t.Store, func(tx *ledger.Tx) (err error) { all, err = tx.Accounts(t.selection()); return err }); err != nil {
		return "", err
	}
	r.expect(int64(len(all)))
	left := all
	if cursor != "" {
		left = all[slices.Index(all, ledger.Account{EventID: at.Event, ConsignorID: at.Consignor})+1:]
	}
	for some := range slices.Chunk(left, ledgerAtOnce) {
		if err := t.examineAccounts(ctx, some, r); err != nil {
			return "", err
		}
		if last := some[len(some)-1]; enough() && last != all[len(all)-1] {
			return write(accountsAt{Event: last.EventID, Consignor: last.ConsignorID})
		}
	}
	return "", nil
}

func (t *audit) examineAccounts(ctx context.Context, list []ledger.Account, r *Report) error {
	subjects, problems := make([]string, len(list)), make([][]string, len(list))
	err := t.Ledger.View(ctx, t.Store, func(tx *ledger.Tx) error {
		for i, a := range list {
			entries, err := tx.AccountEntries(a)
			if err != nil {
				return err
			}
			statements, err := tx.Statements(a.EventID, a.ConsignorID)
			if err != nil {
				return err
			}
			subjects[i], problems[i] = "account/"+a.EventID+"/"+a.ConsignorID, audits.Account(entries, statements)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return t.inconsistent(ctx, subjects, problems, r)
}

// mostTold is how many contradictions of one subject are told.
const mostTold = 5

// inconsistent reports what the ledger contradicts itself in.
func (t *audit) inconsistent(ctx context.Context, subjects []string, problems [][]string, r *Report) error {
	part := Report{Done: int64(len(subjects))}
	verdicts := make([]judged, len(subjects))
	for i, subject := range subjects {
		detail := strings.Join(problems[i][:min(mostTold, len(problems[i]))], "; ")
		verdicts[i] = judged{Finding: ledger.Finding{Kind: LedgerInconsistent, Subject: subject, Severity: "Critical", Detail: detail}, stands: detail != ""}
		if detail != "" {
			part.find(LedgerInconsistent, subject, detail)
		}
	}
	if err := t.judge(ctx, verdicts); err != nil {
		return err
	}
	r.add(part)
	return nil
}
