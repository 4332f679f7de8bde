package audits_test

import (
	"slices"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/audits"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

var now = time.Date(2027, time.April, 20, 9, 0, 0, 0, time.UTC)

func TestOrdersThatTheLedgerLacks(t *testing.T) {
	seen := func(updated, read time.Duration) ledger.Order {
		return ledger.Order{ID: 1, UpdatedAt: now.Add(updated), ReadAt: now.Add(read)}
	}
	for name, c := range map[string]struct {
		reason         string
		known          ledger.Order
		lacks, mayLack bool
	}{
		"never seen":   {"all of it is lacking", ledger.Order{}, true, true},
		"an older one": {"it changed since", seen(-time.Second, time.Hour), true, true},
		"the same":     {"it was read long enough after its change", seen(0, 2*time.Second), false, false},
		"read at once": {"the second that it changed in was not over", seen(0, time.Second), false, true},
		"a later one":  {"the shop's list lags", seen(time.Second, time.Second), false, false},
		"clocks apart": {"ours is behind the shop's", seen(0, -time.Second), false, true},
	} {
		o := shopify.OrderUpdate{ID: 1, UpdatedAt: now}
		if got := audits.Lacks(o, c.known); got != c.lacks {
			t.Errorf("%s: %s, but lacks is %t", name, c.reason, got)
		}
		if got := audits.MayLack(o, c.known); got != c.mayLack {
			t.Errorf("%s: %s, but may lack is %t", name, c.reason, got)
		}
	}
}

func TestChangesOnTheirWay(t *testing.T) {
	long := now.Add(-time.Hour * 48)
	event := func(markdown, end time.Duration) ledger.SaleEvent {
		return ledger.SaleEvent{MarkdownStartsAt: now.Add(markdown), EndsAt: now.Add(end)}
	}
	for name, c := range map[string]struct {
		reason  string
		changed time.Time
		product *shopify.Product
		event   ledger.SaleEvent
		want    bool
	}{
		"long ago":      {"both had the time to hear of it", long, &shopify.Product{UpdatedAt: long}, event(-3*time.Hour, time.Hour), false},
		"no product":    {"there is nothing that could have changed", long, nil, ledger.SaleEvent{}, false},
		"item":          {"its push may be waiting", now.Add(-time.Minute), nil, ledger.SaleEvent{}, true},
		"product":       {"its webhook may be under way", long, &shopify.Product{UpdatedAt: now.Add(-119 * time.Second)}, ledger.SaleEvent{}, true},
		"patience over": {"two minutes are enough", now.Add(-2 * time.Minute), &shopify.Product{UpdatedAt: now.Add(-2 * time.Minute)}, ledger.SaleEvent{}, false},
		"markdown":      {"very many items get another price", long, nil, event(0, time.Hour), true},
		"to come":       {"a markdown that has not begun asks for nothing", long, nil, event(time.Minute, time.Hour), false},
		"end":           {"very many items leave the shelf", long, nil, event(-48*time.Hour, -59*time.Minute), true},
		"over":          {"an hour is enough", long, nil, event(-48*time.Hour, -time.Hour), false},
	} {
		if got := audits.OnItsWay(c.changed, c.product, c.event, now); got != c.want {
			t.Errorf("%s: %s, but it is %t", name, c.reason, got)
		}
	}
}

func TestAccountsThatDoNotAgree(t *testing.T) {
	sale := func(key, statement string, cents int64) ledger.AccountEntry {
		return ledger.AccountEntry{Entry: ledger.Entry{Key: key, Kind: ledger.Accrual, LineID: 9, NetCents: 2 * cents, ConsignorCents: cents, ShopCents: cents}, StatementID: statement, HasSale: true}
	}
	payout := func(statement string, cents int64) ledger.AccountEntry {
		return ledger.AccountEntry{Entry: ledger.Entry{Key: "payout/" + statement, Kind: ledger.Payout, ConsignorCents: -cents}, StatementID: statement}
	}
	closed := func(id string, number int, cents int64) ledger.Statement {
		return ledger.Statement{ID: id, Number: number, BalanceCents: cents}
	}
	with := func(e ledger.AccountEntry, change func(*ledger.AccountEntry)) ledger.AccountEntry {
		change(&e)
		return e
	}
	for name, c := range map[string]struct {
		reason     string
		entries    []ledger.AccountEntry
		statements []ledger.Statement
		want       []string
	}{
		"open":    {"nothing was closed yet", []ledger.AccountEntry{sale("9/1", "", 60)}, nil, nil},
		"closed":  {"what is owed was paid out", []ledger.AccountEntry{sale("9/1", "a", 60), payout("a", 60), sale("9/2", "", -60)}, []ledger.Statement{closed("a", 1, 60)}, nil},
		"carried": {"what was paid too much goes to the next", []ledger.AccountEntry{sale("9/1", "a", 60), payout("a", 60), sale("9/2", "b", -60), sale("8/1", "c", 100), payout("c", 40)}, []ledger.Statement{closed("a", 1, 60), closed("b", 2, -60), closed("c", 3, 40)}, nil},
		"shares": {"a cent is lost", []ledger.AccountEntry{with(sale("9/1", "", 60), func(e *ledger.AccountEntry) { e.ShopCents-- })}, nil,
			[]string{"entry 9/1 shares out 60 and 59 cents of 120"}},
		"payout": {"the shop gets none", []ledger.AccountEntry{with(payout("a", 60), func(e *ledger.AccountEntry) { e.StatementID, e.ShopCents = "", 1 })}, nil,
			[]string{"payout payout/a is not the consignor's alone"}},
		"no sale": {"an entry is for one", []ledger.AccountEntry{with(sale("9/1", "", 60), func(e *ledger.AccountEntry) { e.HasSale = false })}, nil,
			[]string{"entry 9/1 is for line 9, which is no sale"}},
		"elsewhere": {"a statement is of one account", []ledger.AccountEntry{sale("9/1", "z", 60)}, nil,
			[]string{"entry 9/1 is on a statement of another account"}},
		"balance": {"it is more than it shows", []ledger.AccountEntry{sale("9/1", "a", 60), payout("a", 61)}, []ledger.Statement{closed("a", 1, 61)},
			[]string{"statement 1 has a balance of 61 cents, and its entries come to 60"}},
		"paid": {"it was paid twice", []ledger.AccountEntry{sale("9/1", "a", 60), payout("a", 120)}, []ledger.Statement{closed("a", 1, 60)},
			[]string{"120 cents were paid out with statement 1, whose balance is 60"}},
		"number": {"one is missing", []ledger.AccountEntry{sale("9/1", "b", 60), payout("b", 60)}, []ledger.Statement{closed("b", 2, 60)},
			[]string{"statement 2 is the account's 1."}},
	} {
		if got := audits.Account(c.entries, c.statements); !slices.Equal(got, c.want) {
			t.Errorf("%s: %s: got %q, want %q", name, c.reason, got, c.want)
		}
	}
}
