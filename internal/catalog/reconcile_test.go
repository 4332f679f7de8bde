package catalog

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

var (
	noon    = time.Date(2027, 4, 10, 12, 0, 0, 0, time.UTC)
	earlier = noon.Add(-2 * time.Hour)
	later   = noon.Add(-time.Hour)
)

// aPair is an item for sale and its product, which agree.
func aPair() Pair {
	return Pair{
		Item:    ledger.Item{ID: "boots", PriceCents: 2499, State: string(Listed)},
		Known:   ledger.Product{ItemID: "boots", ProductID: 1, Status: statusActive, AgreedPriceCents: 2499, AgreedStatus: statusActive},
		Product: &shopify.Product{ID: 1, Status: statusActive, Published: true, UpdatedAt: earlier, Variants: []shopify.Variant{{ID: 11}}},
		Variant: shopify.Variant{ID: 11, SKU: "boots", Price: 2499, Tracked: true, Levels: []shopify.Level{{LocationID: 1, Available: 1}, {LocationID: 2}}},
		want:    want{shelf: On, unhindered: On, listing: shopify.Listing{Item: "boots", Price: 2499}, state: Listed},
	}
}

// unlisted has a person have taken the item off the shelf, and the product with it.
func (p *Pair) unlisted() {
	p.Item.Unlisted, p.want.shelf = true, Off
	p.Known.AgreedStatus, p.Product.Status, p.Variant.Levels[0].Available = statusDraft, statusDraft, 0
}

func (p *Pair) wantPrice(cents int64) { p.Item.PriceCents, p.want.listing.Price = cents, cents }

// words are what a verdict comes to.
func words(v Verdict) string {
	var list []string
	if v.Price != nil {
		list = append(list, fmt.Sprintf("price %d", *v.Price))
	}
	if v.Unlisted != nil {
		list = append(list, map[bool]string{true: "unlisted", false: "listed"}[*v.Unlisted])
	}
	if v.Push {
		list = append(list, "push")
	}
	for _, l := range v.Left {
		list = append(list, "left "+string(l.Part))
	}
	if v.OutOfStock {
		list = append(list, "out of stock")
	}
	return strings.Join(list, ", ")
}

// TestWhichSideWins has each policy decide each conflict. In the columns are the winners by
// MostRecent, Manual, LocalWins and ShopifyWins.
func TestWhichSideWins(t *testing.T) {
	policies := []Policy{MostRecent, Manual, LocalWins, ShopifyWins}
	cases := map[string]struct {
		reason string
		is     func(*Pair)
		// item and product are when they were changed last.
		item, product time.Time
		ledger, shop  string // what comes of it where that side wins
		left          string
		wins          string
	}{
		"price, only the ledger": {"the shop has what both had, whenever it was touched", func(p *Pair) { p.wantPrice(3000) },
			earlier, later, "push", "price 2499", "left Price", "ledger none ledger shop"},
		"price, only the shop": {"the ledger has what both had, whenever it was touched", func(p *Pair) { p.Variant.Price = 2000 },
			later, earlier, "push", "price 2000", "left Price", "shop none ledger shop"},
		"price, both, the ledger later": {"the later one counts", func(p *Pair) { p.wantPrice(3000); p.Variant.Price = 2000 },
			later, earlier, "push", "price 2000", "left Price", "ledger none ledger shop"},
		"price, both, the shop later": {"the later one counts", func(p *Pair) { p.wantPrice(3000); p.Variant.Price = 2000 },
			earlier, later, "push", "price 2000", "left Price", "shop none ledger shop"},
		"price, both at once": {"Shopify's second may be over: what was entered here stays", func(p *Pair) { p.wantPrice(3000); p.Variant.Price = 2000 },
			later, later, "push", "price 2000", "left Price", "ledger none ledger shop"},
		"price, never agreed, the ledger later": {"all that is known are the times", func(p *Pair) { p.Variant.Price, p.Known.AgreedPriceCents = 2000, neverAgreed },
			later, earlier, "push", "price 2000", "left Price", "ledger none ledger shop"},
		"price, never agreed, the shop later": {"all that is known are the times", func(p *Pair) { p.Variant.Price, p.Known.AgreedPriceCents = 2000, neverAgreed },
			earlier, later, "push", "price 2000", "left Price", "shop none ledger shop"},
		"free in the shop": {"who gives things away may", func(p *Pair) { p.Variant.Price = 0 },
			later, earlier, "push", "price 0", "left Price", "shop none ledger shop"},
		"marked down, and changed in the shop": {"a base price cannot be told from a reduced one",
			func(p *Pair) {
				p.want.reduced, p.want.listing.Price, p.want.listing.CompareAt, p.Known.AgreedPriceCents, p.Variant.Price = true, 1250, 2499, 1250, 1000
			},
			earlier, later, "push", "left Price", "left Price", "shop none ledger shop"},
		"marked down since": {"the time changed it, and nobody in the shop", func(p *Pair) { p.want.reduced, p.want.listing.Price, p.want.listing.CompareAt = true, 1250, 2499 },
			earlier, later, "push", "left Price", "left Price", "ledger none ledger shop"},

		"listed, only the ledger": {"it came back to the shelf here", func(p *Pair) { p.Known.AgreedStatus, p.Product.Status = statusDraft, statusDraft },
			earlier, later, "push", "unlisted, push", "left Status", "ledger none ledger shop"},
		"drafted, only the shop": {"it was taken off the shelf there", func(p *Pair) { p.Product.Status = statusDraft },
			later, earlier, "push", "unlisted, push", "left Status", "shop none ledger shop"},
		"archived, only the shop": {"that is off the shelf, too", func(p *Pair) { p.Product.Status = "ARCHIVED" },
			later, earlier, "push", "unlisted, push", "left Status", "shop none ledger shop"},
		"unpublished, only the shop": {"nobody sees it", func(p *Pair) { p.Product.Published = false },
			later, earlier, "push", "unlisted, push", "left Status", "shop none ledger shop"},
		"listed, and archived, the ledger later": {"the later one counts", func(p *Pair) { p.Known.AgreedStatus, p.Product.Status = statusDraft, "ARCHIVED" },
			later, earlier, "push", "unlisted, push", "left Status", "ledger none ledger shop"},
		"listed, and archived, the shop later": {"the later one counts", func(p *Pair) { p.Known.AgreedStatus, p.Product.Status = statusDraft, "ARCHIVED" },
			earlier, later, "push", "unlisted, push", "left Status", "shop none ledger shop"},
		"status never agreed, the ledger later": {"all that is known are the times", func(p *Pair) { p.Known.AgreedStatus, p.Product.Status = "", statusDraft },
			later, earlier, "push", "unlisted, push", "left Status", "ledger none ledger shop"},
		"status never agreed, the shop later": {"all that is known are the times", func(p *Pair) { p.Known.AgreedStatus, p.Product.Status = "", statusDraft },
			earlier, later, "push", "unlisted, push", "left Status", "shop none ledger shop"},

		"unlisted, only the ledger": {"it was taken off the shelf here", func(p *Pair) {
			p.unlisted()
			p.Known.AgreedStatus, p.Product.Status = statusActive, statusActive
		}, earlier, later, "push", "listed, push", "left Status", "ledger none ledger shop"},
		"active, only the shop": {"it was put on the shelf there", func(p *Pair) { p.unlisted(); p.Product.Status = statusActive },
			later, earlier, "push", "listed, push", "left Status", "shop none ledger shop"},
		"unlisted, and on no list, the ledger later": {"the later one counts", func(p *Pair) {
			p.unlisted()
			p.Known.AgreedStatus, p.Product.Status = statusActive, statusUnlisted
		}, later, earlier, "push", "listed, push", "left Status", "ledger none ledger shop"},
		"unlisted, and on no list, the shop later": {"the later one counts", func(p *Pair) {
			p.unlisted()
			p.Known.AgreedStatus, p.Product.Status = statusActive, statusUnlisted
		}, earlier, later, "push", "listed, push", "left Status", "shop none ledger shop"},
		"unlisted, never agreed, the shop later": {"all that is known are the times", func(p *Pair) {
			p.unlisted()
			p.Known.AgreedStatus, p.Product.Status = "", statusActive
		}, earlier, later, "push", "listed, push", "left Status", "shop none ledger shop"},
		"unlisted, never agreed, the ledger later": {"all that is known are the times", func(p *Pair) {
			p.unlisted()
			p.Known.AgreedStatus, p.Product.Status = "", statusActive
		}, later, earlier, "push", "listed, push", "left Status", "ledger none ledger shop"},
	}
	for name, tc := range cases {
		for i, winner := range strings.Fields(tc.wins) {
			t.Run(name+", "+string(policies[i]), func(t *testing.T) {
				p := aPair()
				tc.is(&p)
				p.Product.UpdatedAt = tc.product
				expected := map[string]string{"ledger": tc.ledger, "shop": tc.shop, "none": tc.left}[winner]
				got := words(p.Reconcile(Conflict{Policy: policies[i], Publishes: true, ItemChangedAt: tc.item, Now: noon}))
				// What is on the shelf again by the shop's word has no stock there yet.
				if got = strings.TrimSuffix(got, ", out of stock"); got != expected {
					t.Errorf("%s: got %q, want %q", tc.reason, got, expected)
				}
			})
		}
	}
}

func TestReconcile(t *testing.T) {
	cases := map[string]struct {
		reason string
		is     func(*Pair)
		want   string
		manual string
	}{
		"in order":           {"there is nothing to do", func(*Pair) {}, "", ""},
		"three pieces":       {"there is one", func(p *Pair) { p.Variant.Levels[0].Available = 3 }, "push", "left Stock"},
		"one at each place":  {"there is one", func(p *Pair) { p.Variant.Levels[1].Available = 1 }, "push", "left Stock"},
		"sold beyond":        {"it can be bought when it is gone", func(p *Pair) { p.Variant.Oversold = true }, "push", "left Stock"},
		"uncounted":          {"Shopify sells it for ever", func(p *Pair) { p.Variant.Tracked = false }, "push", "left Stock"},
		"none":               {"it is not put back, and somebody has to look", func(p *Pair) { p.Variant.Levels[0].Available = 0 }, "out of stock", "out of stock"},
		"less than none":     {"it was sold twice", func(p *Pair) { p.Variant.Levels[0].Available = -1 }, "out of stock", "out of stock"},
		"none since just":    {"its webhook is on the way", func(p *Pair) { p.Variant.Levels[0].Available = 0; p.Product.UpdatedAt = noon.Add(-119 * time.Second) }, "", ""},
		"none since a while": {"it would have come", func(p *Pair) { p.Variant.Levels[0].Available = 0; p.Product.UpdatedAt = noon.Add(-120 * time.Second) }, "out of stock", "out of stock"},
		"none, and dearer":   {"its price follows all the same", func(p *Pair) { p.Variant.Levels[0].Available = 0; p.wantPrice(3000) }, "push, out of stock", "left Price, out of stock"},
		"sold":               {"whatever the policy, it is off the shelf", func(p *Pair) { p.want.shelf, p.want.unhindered, p.want.state = Off, Off, Sold }, "push", "push"},
		"withdrawn, and counted at the annex": {"every location is emptied", func(p *Pair) {
			p.want.shelf, p.want.unhindered, p.want.state = Off, Off, Withdrawn
			p.Product.Status, p.Variant.Levels = statusDraft, []shopify.Level{{LocationID: 1}, {LocationID: 2, Available: 1}}
		}, "push", "push"},
		"sold, and dearer in the shop": {"what is off the shelf has no price to follow", func(p *Pair) {
			p.want.shelf, p.want.unhindered, p.want.state, p.Variant.Price = Off, Off, Sold, 9900
			p.Product.Status, p.Variant.Levels = statusDraft, nil
		}, "", ""},
		"over":                  {"its event has ended, before that is in the ledger", func(p *Pair) { p.want.shelf, p.want.unhindered = Off, Off }, "push", "push"},
		"unlisted, and over":    {"nobody lists it any more", func(p *Pair) { p.unlisted(); p.want.unhindered = Off; p.Product.Status = statusActive }, "push", "push"},
		"unlisted on both":      {"there is nothing to do", (*Pair).unlisted, "", ""},
		"unlisted, and counted": {"the lower count is none", func(p *Pair) { p.unlisted(); p.Variant.Levels[0].Available = 1 }, "push", "left Stock"},
		"unlisted, and dearer":  {"its price follows once it is back", func(p *Pair) { p.unlisted(); p.Variant.Price = 9900 }, "", ""},
		"unlisted, its product active and unpublished": {"nobody sees it", func(p *Pair) { p.unlisted(); p.Product.Status, p.Product.Published = statusActive, false }, "", ""},
		"unlisted, and another variant is on sale": {"the product is there for that one", func(p *Pair) {
			p.unlisted()
			p.Product.Status = statusActive
			p.Product.Variants = append(p.Product.Variants, shopify.Variant{ID: 12, Levels: []shopify.Level{{Available: 1}}})
		}, "", ""},
		"listed again in the shop, and dearer": {"the price there is part of it", func(p *Pair) {
			p.unlisted()
			p.Product.Status, p.Variant.Price, p.Variant.Levels[0].Available = statusActive, 3000, 1
		}, "price 3000, listed, push", "left Status, left Stock"},
		"never listed": {"nobody took it off the shelf", func(p *Pair) {
			p.want.state, p.Known.AgreedStatus, p.Product.Status, p.Product.Published = Ready, "", statusDraft, false
		}, "push", "left Status"},
		"cheaper and off the shelf in the shop": {"it is off the shelf; its price follows once it is back", func(p *Pair) { p.Product.Status, p.Variant.Price = statusDraft, 1000 }, "unlisted, push", "left Price, left Status"},
		"not ours":                              {"it is not for us to say", func(p *Pair) { p.want.shelf, p.want.unhindered = AsIs, AsIs; p.Variant.Levels[0].Available = 5 }, "", ""},
		"gone":                                  {"there is nothing to bring together", func(p *Pair) { p.Product = nil }, "", ""},
		"two left":                              {"all that is left to a person stands there", func(p *Pair) { p.wantPrice(1); p.Variant.Levels[0].Available = 2 }, "push", "left Price, left Stock"},
	}
	for name, tc := range cases {
		for policy, expected := range map[Policy]string{MostRecent: tc.want, Manual: tc.manual} {
			t.Run(name+", "+string(policy), func(t *testing.T) {
				p := aPair()
				tc.is(&p)
				v := p.Reconcile(Conflict{Policy: policy, Publishes: true, ItemChangedAt: earlier, Now: noon})
				slices.SortFunc(v.Left, func(a, b Left) int { return strings.Compare(string(a.Part), string(b.Part)) })
				if got := words(v); got != expected {
					t.Errorf("%s: got %q, want %q", tc.reason, got, expected)
				}
			})
		}
	}
}

// TestWaitingToBePublished: where the app may not publish, items wait for a person.
func TestWaitingToBePublished(t *testing.T) {
	p := aPair()
	p.want.state, p.Known.AgreedStatus, p.Product.Status, p.Product.Published = Ready, statusDraft, statusDraft, false
	for _, policy := range []Policy{MostRecent, LocalWins, ShopifyWins, Manual} {
		if got := words(p.Reconcile(Conflict{Policy: policy, ItemChangedAt: later, Now: noon})); got != "" {
			t.Errorf("%s: got %q: there is nothing that a push could do", policy, got)
		}
	}
}
