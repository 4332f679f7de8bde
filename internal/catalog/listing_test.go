package catalog_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// album keeps a photo under each hash.
type album struct{}

func (album) Read(_ context.Context, _ ledger.Store, hash string) ([]byte, error) {
	picture := image.NewGray(image.Rect(0, 0, 8, 6))
	picture.Pix[0] = hash[0]
	var b bytes.Buffer
	err := jpeg.Encode(&b, picture, nil)
	return b.Bytes(), err
}

// listBed is a shop, and items on their way there.
type listBed struct {
	*WithT
	t      *testing.T
	store  deliverytest.Store
	sim    *simulator.Simulator
	now    time.Time
	ledger *ledger.Ledger
	shop   *catalog.Shop
	// mu guards broken: a connection that is cut off tells its end of nothing, so that
	// nobody has to have seen that the server is done with it.
	mu sync.Mutex
	// broken answers in Shopify's stead where it is not nil.
	broken func(http.ResponseWriter, *http.Request) bool
}

// breaks has requests answered in Shopify's stead from now on, one at a time; nil ends it.
func (b *listBed) breaks(broken func(http.ResponseWriter, *http.Request) bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.broken = broken
}

// breaking says whether a request was answered in Shopify's stead.
func (b *listBed) breaking(w http.ResponseWriter, r *http.Request) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.broken != nil && b.broken(w, r)
}

func newListBed(t *testing.T) *listBed {
	t.Helper()
	b := &listBed{WithT: NewWithT(t), t: t, store: deliverytest.NewStore("maple-kids"), now: time.Now().UTC().Truncate(time.Second)}
	b.sim = simulator.New(simulator.Options{Versions: simulator.KnownVersions()})
	t.Cleanup(b.sim.Close)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !b.breaking(w, r) {
			b.sim.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	b.ledger = ledgertest.Open(t, ledgertest.OnSQLite(t).Manager, func() time.Time { return b.now })
	b.Expect(b.store.OpenShop(b.sim, "http://127.0.0.1:1")).To(Succeed())
	b.Expect(b.store.Found(t.Context(), b.ledger, b.sim, b.now)).To(Succeed())
	shops, err := deliverytest.NewShops(server.URL, []deliverytest.Store{b.store})
	b.Expect(err).NotTo(HaveOccurred())
	client, err := shops.Client(t.Context(), b.store.Store)
	b.Expect(err).NotTo(HaveOccurred())
	place, err := shops.Place(t.Context(), b.store.Store)
	b.Expect(err).NotTo(HaveOccurred())
	b.shop = &catalog.Shop{
		Client: client, Ledger: b.ledger, Store: b.store.Store, Photos: album{},
		Place: func(context.Context) (catalog.Place, error) { return place, nil },
	}
	return b
}

// in changes the ledger.
func (b *listBed) in(f func(*ledger.Tx) error) {
	b.t.Helper()
	b.Expect(b.ledger.Update(b.t.Context(), b.store.Store, f)).To(Succeed())
}

// bring takes an item in with photos.
func (b *listBed) bring(id string, photos ...string) {
	b.t.Helper()
	b.in(func(tx *ledger.Tx) error {
		if err := tx.PutItem(ledger.Item{ID: id, ConsignorID: deliverytest.Robin, EventID: deliverytest.Event, Title: "Rain boots", PriceCents: 2499, MarkdownEligible: true, State: string(catalog.Ready)}); err != nil {
			return err
		}
		for _, hash := range photos {
			if _, err := tx.PutPhoto(ledger.ItemPhoto{ItemID: id, Hash: hash, Width: 8, Height: 6, Bytes: 100}); err != nil {
				return err
			}
		}
		return nil
	})
}

// push pushes an item once, and tells what came of it.
func (b *listBed) push(id, key string) error {
	record, err := b.shop.Push(b.t.Context(), id, key)
	if err != nil {
		return err
	}
	return b.ledger.Update(b.t.Context(), b.store.Store, record)
}

// state is how an item stands, here and there, in words.
func (b *listBed) state(id string) string {
	b.t.Helper()
	var item ledger.Item
	var photos []ledger.ItemPhoto
	b.Expect(b.ledger.View(b.t.Context(), b.store.Store, func(tx *ledger.Tx) (err error) {
		if item, err = tx.Item(id); err == nil {
			photos, err = tx.Photos(id)
		}
		return err
	})).To(Succeed())
	shop, _ := b.sim.Shop(b.store.Domain)
	there := ""
	for _, p := range shop.Products {
		for _, v := range p.Variants {
			for _, i := range shop.InventoryItems {
				if i.ID != v.InventoryItemID || i.SKU != id {
					continue
				}
				stock := 0
				for _, l := range i.Levels {
					stock += l.Available
				}
				there += fmt.Sprintf(" | %s %q %d/%d stock %d, %d photos, published %t", p.Status, p.Title, v.Price, v.CompareAt, stock, len(p.Media), len(p.Publishings) > 0)
			}
		}
	}
	unsent := 0
	for _, photo := range photos {
		if photo.MediaID == 0 {
			unsent++
		}
	}
	return fmt.Sprintf("%s, %d photos to send%s", item.State, unsent, there)
}

const (
	listed = `listed, 0 photos to send | ACTIVE "Rain boots" 2499/0 stock 1, 2 photos, published true`
	usual  = "boots"
)

func TestAnItemIsListed(t *testing.T) {
	b := newListBed(t)
	b.bring(usual, "a", "b")
	b.Expect(b.push(usual, "push-1")).To(Succeed())
	b.Expect(b.state(usual)).To(Equal(listed))
	calls := b.sim.CallCount()
	b.Expect(b.push(usual, "push-2")).To(Succeed())
	b.Expect(b.sim.CallCount()-calls).To(BeEquivalentTo(1), "what is as it should be is read, and no more")
	b.Expect(b.state(usual)).To(Equal(listed))
}

// afterwards are things that happen to an item that is listed, and what the next push
// comes to.
var afterwards = map[string]struct {
	reason string
	then   func(*listBed)
	want   string
}{
	"dearer": {"its price follows", func(b *listBed) {
		b.in(func(tx *ledger.Tx) error { i, _ := tx.Item(usual); i.PriceCents = 3000; return tx.PutItem(i) })
	}, `listed, 0 photos to send | ACTIVE "Rain boots" 3000/0 stock 1, 2 photos, published true`},
	"renamed": {"its title follows", func(b *listBed) {
		b.in(func(tx *ledger.Tx) error { i, _ := tx.Item(usual); i.Title = "Boots"; return tx.PutItem(i) })
	}, `listed, 0 photos to send | ACTIVE "Boots" 2499/0 stock 1, 2 photos, published true`},
	"another photo": {"it is put behind the others", func(b *listBed) {
		b.in(func(tx *ledger.Tx) error {
			_, err := tx.PutPhoto(ledger.ItemPhoto{ItemID: usual, Hash: "c", Width: 8, Height: 6, Bytes: 100})
			return err
		})
	}, `listed, 0 photos to send | ACTIVE "Rain boots" 2499/0 stock 1, 3 photos, published true`},
	"marked down": {"the price before stands beside it", func(b *listBed) {
		b.in(func(tx *ledger.Tx) error {
			e, _ := tx.SaleEvent(deliverytest.Event)
			e.MarkdownStartsAt, e.MarkdownPercent = b.now, 50_00
			return tx.PutSaleEvent(e)
		})
	}, `listed, 0 photos to send | ACTIVE "Rain boots" 1250/2499 stock 1, 2 photos, published true`},
	"withdrawn": {"it is off the shelf", func(b *listBed) {
		b.in(func(tx *ledger.Tx) error { _, err := catalog.Withdraw(tx, usual, catalog.By{Actor: "ana"}); return err })
	}, `withdrawn, 0 photos to send | DRAFT "Rain boots" 2499/0 stock 0, 2 photos, published true`},
	"archived": {"what is for sale is for sale", merchant("ARCHIVED"), listed},
	"on no list": {"who knows its address can buy it", merchant("UNLISTED"),
		`listed, 0 photos to send | UNLISTED "Rain boots" 2499/0 stock 1, 2 photos, published true`},
	"on no list, and withdrawn": {"nobody can", func(b *listBed) { merchant("UNLISTED")(b); withdraws(b) },
		`withdrawn, 0 photos to send | DRAFT "Rain boots" 2499/0 stock 0, 2 photos, published true`},
	"sold there": {"the last piece is not put back: the webhook is on its way", func(b *listBed) {
		_, err := b.sim.Checkout(b.store.Domain, simulator.Checkout{Lines: []simulator.CheckoutLine{{SKU: usual}}})
		b.Expect(err).NotTo(HaveOccurred())
	}, `listed, 0 photos to send | ACTIVE "Rain boots" 2499/0 stock 0, 2 photos, published true`},
	"back from the till": {"what was taken off the shelf is put there again", func(b *listBed) {
		b.in(func(tx *ledger.Tx) error { return tx.SetItemState(usual, string(catalog.Sold)) })
		b.Expect(b.push(usual, "push-sold")).To(Succeed())
		b.in(func(tx *ledger.Tx) error { return tx.SetItemState(usual, string(catalog.Listed)) })
	}, listed},
	"over": {"the event has ended", func(b *listBed) { b.now = b.now.Add(25 * time.Hour) },
		`listed, 0 photos to send | DRAFT "Rain boots" 2499/0 stock 0, 2 photos, published true`},
	"deleted": {"a person deleted it, and a person decides", func(b *listBed) {
		b.in(func(tx *ledger.Tx) error {
			p, err := tx.Product(usual)
			b.Expect(err).NotTo(HaveOccurred())
			b.Expect(b.sim.DeleteProduct(b.store.Domain, p.ProductID)).To(Succeed())
			return catalog.Deleted(tx, p.ProductID, "products/delete")
		})
	}, `listed, 0 photos to send`},
}

func TestWhatBecomesOfAListing(t *testing.T) {
	for name, tc := range afterwards {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newListBed(t)
			b.bring(usual, "a", "b")
			b.Expect(b.push(usual, "push-1")).To(Succeed())
			tc.then(b)
			for _, key := range []string{"push-2", "push-3"} {
				b.Expect(b.push(usual, key)).To(Succeed())
				b.Expect(b.state(usual)).To(Equal(tc.want), tc.reason)
			}
		})
	}
}

// TestStockThatMovesMeanwhile has somebody else move the stock between the push's look
// and its change: that is a conflict, the stock is not overwritten, and the push is made
// again with what is there then.
func TestStockThatMovesMeanwhile(t *testing.T) {
	cases := map[string]struct {
		reason string
		before func(*listBed)
		moves  func(*simulator.Shop)
		want   string
	}{
		"sold":     {"it is not sold below zero, nor put back", withdraws, available(0), `withdrawn, 0 photos to send | DRAFT "Rain boots" 2499/0 stock 0, 2 photos, published true`},
		"oversold": {"that it was sold twice stays for all to see", withdraws, available(-1), `withdrawn, 0 photos to send | DRAFT "Rain boots" 2499/0 stock -1, 2 photos, published true`},
		"raised":   {"none is left of what a person counts", withdraws, available(3), `withdrawn, 0 photos to send | DRAFT "Rain boots" 2499/0 stock 0, 2 photos, published true`},
		"counted": {"there is one, whoever put it there", func(b *listBed) {
			withdraws(b)
			b.Expect(b.push(usual, "push-off")).To(Succeed())
			b.in(func(tx *ledger.Tx) error { return tx.SetItemState(usual, string(catalog.Listed)) })
		}, available(1), listed},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newListBed(t)
			b.bring(usual, "a", "b")
			b.Expect(b.push(usual, "push-1")).To(Succeed())
			tc.before(b)
			moved := false
			b.breaks(func(_ http.ResponseWriter, r *http.Request) bool {
				if !moved && asks(b.WithT, r, "mutation SetQuantities") {
					moved = true
					b.Expect(b.sim.Update(b.store.Domain, tc.moves)).To(Succeed())
				}
				return false
			})
			err := b.push(usual, "push-2")
			b.Expect(shopify.KindOf(err)).To(Equal(shopify.Conflict), "%v", err)
			b.Expect(err).To(MatchError(ContainSubstring("no longer matches the persisted quantity")))
			b.Expect(b.push(usual, "push-2")).To(Succeed())
			b.Expect(b.state(usual)).To(Equal(tc.want), tc.reason)
		})
	}
}

// TestWhereItIsPutBack: at the location of the spec, whichever the shop names first.
func TestWhereItIsPutBack(t *testing.T) {
	b := newListBed(t)
	b.bring(usual)
	b.Expect(b.push(usual, "push-1")).To(Succeed())
	b.in(func(tx *ledger.Tx) error { return tx.SetItemState(usual, string(catalog.Sold)) })
	b.Expect(b.push(usual, "push-2")).To(Succeed())
	b.in(func(tx *ledger.Tx) error { return tx.SetItemState(usual, string(catalog.Listed)) })
	place, err := b.shop.Place(t.Context())
	b.Expect(err).NotTo(HaveOccurred())
	b.Expect(b.sim.Update(b.store.Domain, func(s *simulator.Shop) {
		place.Location = s.Locations[1].ID
		s.InventoryItems[0].Levels = append(s.InventoryItems[0].Levels, simulator.InventoryLevel{LocationID: place.Location})
	})).To(Succeed())
	b.shop.Place = func(context.Context) (catalog.Place, error) { return place, nil }
	b.Expect(b.push(usual, "push-3")).To(Succeed())
	shop, _ := b.sim.Shop(b.store.Domain)
	for _, l := range shop.InventoryItems[0].Levels {
		b.Expect(l.Available == 1).To(Equal(l.LocationID == place.Location), "location %d has %d", l.LocationID, l.Available)
	}
}

// merchant has somebody give the shop's one product another status.
func merchant(status string) func(*listBed) {
	return func(b *listBed) {
		b.Expect(b.sim.Update(b.store.Domain, func(s *simulator.Shop) { s.Products[0].Status = status })).To(Succeed())
	}
}

func withdraws(b *listBed) {
	b.in(func(tx *ledger.Tx) error { return tx.SetItemState(usual, string(catalog.Withdrawn)) })
}

// available has a shop's one item in stock so many times.
func available(n int) func(*simulator.Shop) {
	return func(s *simulator.Shop) { s.InventoryItems[0].Levels[0].Available = n }
}

// asks says whether a request holds a text, and leaves it to be read.
func asks(g *WithT, r *http.Request, text string) bool {
	body, err := io.ReadAll(r.Body)
	g.Expect(err).NotTo(HaveOccurred())
	r.Body = io.NopCloser(bytes.NewReader(body))
	return bytes.Contains(body, []byte(text))
}

func TestWithoutTheRightToPublish(t *testing.T) {
	b := newListBed(t)
	place, err := b.shop.Place(t.Context())
	b.Expect(err).NotTo(HaveOccurred())
	b.shop.Place = func(context.Context) (catalog.Place, error) { return catalog.Place{Location: place.Location}, nil }
	b.bring("hat")
	b.Expect(b.push("hat", "push-hat")).To(Succeed())
	b.Expect(b.state("hat")).To(Equal(`listed, 0 photos to send | ACTIVE "Rain boots" 2499/0 stock 1, 0 photos, published true`), "REST takes no such right")

	asked := 0
	b.breaks(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut {
			return false
		}
		asked++
		w.WriteHeader(http.StatusForbidden)
		return true
	})
	b.bring(usual)
	b.Expect(b.push(usual, "push-1")).To(Succeed())
	b.bring("scarf")
	b.Expect(b.push("scarf", "push-scarf")).To(Succeed())
	b.Expect(b.push("scarf", "push-scarf-2")).To(Succeed())
	b.Expect(b.push("hat", "push-hat-2")).To(Succeed())
	b.Expect(asked).To(Equal(1), "what was refused is not asked for again for each item")
	b.Expect(b.state("scarf")).To(Equal(b.state(usual)))
	b.Expect(b.state(usual)).To(Equal(`ready, 0 photos to send | DRAFT "Rain boots" 2499/0 stock 1, 0 photos, published false`))
	findings := func() (kinds []string) {
		b.Expect(b.ledger.View(t.Context(), b.store.Store, func(tx *ledger.Tx) error {
			list, err := tx.Findings()
			for _, f := range list {
				kinds = append(kinds, f.Kind)
			}
			return err
		})).To(Succeed())
		return kinds
	}
	b.Expect(findings()).To(Equal([]string{catalog.FindingNotPublishable}))
	b.shop.Place = func(context.Context) (catalog.Place, error) { return place, nil }
	b.Expect(b.push(usual, "push-2")).To(Succeed())
	b.Expect(b.state(usual)).To(Equal(`listed, 0 photos to send | ACTIVE "Rain boots" 2499/0 stock 1, 0 photos, published true`))
	b.Expect(findings()).To(BeEmpty())
}

// TestAProductThatAPersonMade is taken over by its SKU, and by no other sign.
func TestAProductThatAPersonMade(t *testing.T) {
	b := newListBed(t)
	b.bring(usual)
	_, err := b.store.Shelve(b.sim, usual, 1000)
	b.Expect(err).NotTo(HaveOccurred())
	b.Expect(b.push(usual, "push-1")).To(Succeed())
	b.Expect(b.state(usual)).To(Equal(`listed, 0 photos to send | ACTIVE "Rain boots" 2499/0 stock 1, 0 photos, published true`))
}

func TestPhotosThatNobodyKeeps(t *testing.T) {
	b := newListBed(t)
	b.shop.Photos = nil
	b.bring(usual, "a")
	b.Expect(b.push(usual, "push-1")).To(MatchError(catalog.ErrNoPhotos))
}
