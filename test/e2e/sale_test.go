//go:build e2e

package e2e

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// brought is how many items each client's consignors bring, and price what each costs,
// in cents.
const brought, price = 300, 2499

// Items of the sale scenario; customers of the others begin with the next.
const (
	tillItem, lastOfSale = 0, 9
)

// percent is what consignors get by the default terms.
var percent = map[string]int{deliverytest.Robin: 60, deliverytest.Kim: 70}

func itemName(n int) string {
	return fmt.Sprintf("%s-%d", []string{deliverytest.Kim, deliverytest.Robin}[n%2], n)
}

// sale has a client's people import by the console, and sell in the shop and at the till.
func sale(s *scene) {
	market, books, console := s.shops(), s.ledger(), s.console()
	for _, store := range stores {
		console.as("editor", store).imports(brought)
	}
	console.strangersAreRefused()
	started := time.Now()
	for _, store := range stores {
		s.Eventually(func(g Gomega) { g.Expect(s.states(g, books, store)).To(Equal(map[string]int{"listed": brought})) }).Should(Succeed(), store.Name)
		shop, err := market.shop(store.Domain)
		s.Expect(err).NotTo(HaveOccurred())
		for _, p := range shop.Products {
			s.Expect(p.Status).To(Equal("ACTIVE"), p.Title)
		}
		s.Expect(shop.Products).To(HaveLen(brought), "each item is one product")
	}
	s.t.Logf("%d items were for sale %s after they were imported", 2*brought, time.Since(started).Round(100*time.Millisecond))

	for _, store := range stores {
		console.as("editor", store).sells(itemName(tillItem), price)
	}
	for n := tillItem + 1; n <= lastOfSale; n++ {
		s.Expect(buy(market, n)).To(Succeed())
	}
	s.next.Store(lastOfSale + 1)
	s.settled(market, books)
	s.counted(market, books)
	s.shelved(market, books)
	for _, store := range stores {
		progress := s.ordersJob(store)
		s.Expect(progress.Done).To(BeEquivalentTo(lastOfSale), "each order was read")
		s.Expect(progress.Changed).To(BeZero(), "what webhooks missed")
	}
}

// fate is where an item stands that customers came to, by what buy does, and how many of
// it the shop has then: what is given back is put on the shelf, what is cancelled is not.
func (c *cluster) fate(n int) (state string, available int) {
	switch {
	case n == tillItem:
		return "sold", 0
	case n >= int(c.next.Load()), n%3 == 0:
		return "listed", 1
	case n%5 == 0:
		return "customerReturned", 0
	default:
		return "sold", 0
	}
}

// fates counts the items of a store by where they should stand.
func (c *cluster) fates() map[string]int {
	count := map[string]int{}
	for n := range brought {
		state, _ := c.fate(n)
		count[state]++
	}
	return count
}

// buy has customers of both shops buy an item. Every third is given back, every fifth
// cancelled, and every seventh cheaper.
func buy(market *shops, n int) error {
	for _, store := range stores {
		c := simulator.Checkout{Lines: []simulator.CheckoutLine{{SKU: itemName(n)}}}
		if n%7 == 0 {
			c.Discounts = []simulator.Discount{{Code: "LESS", Amount: 333, Method: simulator.AllocateAcross}}
		}
		order, err := market.checkout(store.Domain, c)
		if err != nil {
			return err
		}
		switch {
		case n%3 == 0:
			err = market.act(store.Domain, order.ID, "refunds", simulator.RefundRequest{Lines: []simulator.RefundRequestLine{{SKU: itemName(n), RestockType: "RETURN"}}})
		case n%5 == 0:
			err = market.act(store.Domain, order.ID, "cancellation", simulator.Cancellation{})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// states counts the items of a store by their state.
func (s *scene) states(g Gomega, books *ledger.Ledger, store deliverytest.Store) map[string]int {
	count := map[string]int{}
	g.Expect(books.View(s.ctx, store.Store, func(tx *ledger.Tx) error {
		for _, consignor := range []string{deliverytest.Robin, deliverytest.Kim} {
			items, err := tx.ItemsOf(deliverytest.Event, consignor)
			if err != nil {
				return err
			}
			for _, i := range items {
				count[i.State]++
			}
		}
		return nil
	})).To(Succeed())
	return count
}

// job has a client's editor make a SyncJob of a type, with what else its spec has, and
// returns its name as kubectl has it.
func (s *scene) job(store deliverytest.Store, spec string) (name string) {
	s.t.Helper()
	job := fmt.Sprintf("apiVersion: shopify.shopkeeper.dev/v1alpha1\nkind: SyncJob\nmetadata: {generateName: by-hand-}\nspec: {storeRef: {name: %s}, type: %s}\n", store.Name, spec)
	return strings.TrimSpace(s.mustWith(job, append(person(store, "editor"), "create", "-o", "name", "-f", "-")...))
}

// finished makes a job, and waits until it is complete.
func (s *scene) finished(store deliverytest.Store, spec string) (name string) {
	s.t.Helper()
	name = s.job(store, spec)
	s.must(append(person(store, "editor"), "wait", "--for=condition=Complete", name, "--timeout=3m")...)
	s.judge("SyncJob", store.Tenant, path.Base(name), verdict{status.CurrentStatus, "Healthy", v1alpha1.ReasonComplete}, "it is complete")
	return name
}

// ordersJob checks all orders by a SyncJob, to its end.
func (s *scene) ordersJob(store deliverytest.Store) (progress v1alpha1.SyncJobProgress) {
	s.t.Helper()
	name := s.finished(store, "Orders")
	text := s.must(append(person(store, "editor"), "get", name, "-o", "jsonpath={.status.progress}")...)
	s.t.Logf("%s %s: %s", store.Name, name, text)
	s.Expect(json.Unmarshal([]byte(text), &progress)).To(Succeed())
	s.Expect(progress.Expected).To(Equal(progress.Done))
	return progress
}

// console is the console as a client's person reaches it.
type console struct {
	s      *scene
	base   string
	client *http.Client
	store  deliverytest.Store
	token  string
}

// console trusts nobody but the CA that overlays/kind was given.
func (s *scene) console() *console {
	s.t.Helper()
	var ca corev1.ConfigMap
	s.Expect(s.kube.Get(s.ctx, client.ObjectKey{Namespace: system, Name: "shopkeeper-ca"}, &ca)).To(Succeed())
	roots := x509.NewCertPool()
	s.Expect(roots.AppendCertsFromPEM([]byte(ca.Data["ca.crt"]))).To(BeTrue())
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	s.t.Cleanup(transport.CloseIdleConnections)
	return &console{s: s, base: "https://" + s.forward(system, "shopkeeper-console", "443"), client: &http.Client{Transport: transport, Timeout: time.Minute}}
}

// as is the console for a service account that has a person's role.
func (c *console) as(role string, store deliverytest.Store) *console {
	c.s.t.Helper()
	out := *c
	out.store = store
	out.token = strings.TrimSpace(c.s.must("create", "token", "-n", store.Tenant, "--audience", "shopkeeper-console", role))
	return &out
}

// send sends a request about a store and returns the answer.
func (c *console) send(method, path, contentType string, body []byte) (int, string) {
	c.s.t.Helper()
	address := fmt.Sprintf("%s/api/v1/namespaces/%s/stores/%s%s", c.base, c.store.Tenant, c.store.Name, path)
	req, err := http.NewRequestWithContext(c.s.ctx, method, address, bytes.NewReader(body))
	c.s.Expect(err).NotTo(HaveOccurred())
	req.Header.Set("Content-Type", contentType)
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	answer, err := c.client.Do(req)
	c.s.Expect(err).NotTo(HaveOccurred())
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	c.s.Expect(err).NotTo(HaveOccurred())
	return answer.StatusCode, string(text)
}

// imports takes in two consignors and what they bring, by CSV.
func (c *console) imports(items int) {
	c.s.t.Helper()
	rows := "item_id,consignor_id,event_id,title,price,markdown_eligible\n"
	for n := range items {
		rows += fmt.Sprintf("%s,%s,%s,Thing %d,%d.%02d,no\n", itemName(n), strings.Split(itemName(n), "-")[0], deliverytest.Event, n, price/100, price%100)
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for _, file := range [][2]string{{"consignors", "consignor_id,name,class\nrobin,Robin,regular\nkim,Kim,super\n"}, {"items", rows}} {
		part, err := w.CreateFormFile(file[0], file[0]+".csv")
		c.s.Expect(err).NotTo(HaveOccurred())
		_, err = io.WriteString(part, file[1])
		c.s.Expect(err).NotTo(HaveOccurred())
	}
	c.s.Expect(w.Close()).To(Succeed())
	status, answer := c.send(http.MethodPost, "/imports", w.FormDataContentType(), form.Bytes())
	c.s.Expect(status).To(Equal(http.StatusOK), answer)
	c.s.Expect(answer).To(ContainSubstring(fmt.Sprintf(`"items":{"new":%d`, items)))
}

// sells hands an item over at the till. The answer says what it earned, which is noted.
func (c *console) sells(item string, cents int) {
	c.s.t.Helper()
	status, answer := c.send(http.MethodPost, "/items/"+item+":sell", "application/json", fmt.Appendf(nil, `{"paidCents": %d}`, cents))
	c.s.Expect(status).To(BeNumerically("<", 300), answer)
	var sold struct {
		ConsignorCents int `json:"consignorCents"`
		ShopCents      int `json:"shopCents"`
	}
	c.s.Expect(json.Unmarshal([]byte(answer), &sold)).To(Succeed())
	consignor, _, _ := strings.Cut(item, "-")
	share := (cents*percent[consignor] + 50) / 100
	c.s.Expect([]int{sold.ConsignorCents, sold.ShopCents}).To(Equal([]int{share, cents - share}))
	if c.s.till[c.store.Name] == nil {
		c.s.till[c.store.Name] = map[string]string{}
	}
	c.s.till[c.store.Name][item] = fmt.Sprintf("%s %d/%d", consignor, share, cents-share)
}

// strangersAreRefused tries what Kubernetes does not allow.
func (c *console) strangersAreRefused() {
	c.s.t.Helper()
	sell := func(c *console) int {
		status, _ := c.send(http.MethodPost, "/items/"+itemName(1)+":sell", "application/json", []byte(`{"paidCents": 100}`))
		return status
	}
	nobody := *c
	nobody.store = maple
	c.s.Expect(sell(&nobody)).To(Equal(http.StatusUnauthorized), "without a token")
	nobody.token = strings.TrimSpace(c.s.must("create", "token", "-n", maple.Tenant, "editor"))
	c.s.Expect(sell(&nobody)).To(Equal(http.StatusUnauthorized), "with a token for the API server")
	c.s.Expect(sell(c.as("viewer", maple))).To(Equal(http.StatusForbidden), "who may only look")
	other := c.as("editor", thrifty)
	other.store = maple
	c.s.Expect(sell(other)).To(Equal(http.StatusForbidden), "of another client")
	status, answer := c.as("viewer", maple).send(http.MethodGet, "/items?limit=1", "", nil)
	c.s.Expect(status).To(Equal(http.StatusOK), answer)
}
