package simulator

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

const relay = "https://relay.example/hooks/maple?a=1"

// hooked is a world on a simulated clock whose deliveries are caught. Its shop
// has one subscription, to ORDERS_CREATE.
type hooked struct {
	*world
	clock *Clock
	got   *receiver
}

func newHooked(t *testing.T, change func(*Options)) *hooked {
	t.Helper()
	clock := NewClock(clockStart)
	w := &hooked{world: &world{WithT: NewWithT(t), time: clockStart}, clock: clock, got: &receiver{now: clock.Now}}
	options := Options{Clock: clock, Webhooks: WebhookOptions{Transport: w.got}}
	if change != nil {
		change(&options)
	}
	w.sim = New(options)
	w.Expect(w.sim.AddShop(NewShop(maple, "Maple Kids"))).To(Succeed())
	w.subscribe(WebhookSubscription{Topic: "ORDERS_CREATE", URI: relay})
	w.server = httptest.NewServer(w.sim)
	t.Cleanup(w.server.Close)
	t.Cleanup(w.sim.Close)
	return w
}

// subscribe adds a subscription of the shop's app and returns its number.
func (w *hooked) subscribe(s WebhookSubscription) uint64 {
	w.update(func(shop *Shop) {
		s.App = orDefault(s.App, shop.Apps[0].ClientID)
		shop.WebhookSubscriptions = append(shop.WebhookSubscriptions, s)
	})
	all := w.shop().WebhookSubscriptions
	return all[len(all)-1].ID
}

func (w *hooked) emit(topic string, payload any) Event {
	e, err := w.sim.Emit(maple, topic, payload, EventOptions{})
	w.Expect(err).NotTo(HaveOccurred())
	return e
}

// receiver is a subscriber: a transport that takes down what it is sent and
// answers 200, or what answer says to the n-th request, from 1.
type receiver struct {
	now    func() time.Time
	answer func(n int, r *http.Request) (status int, err error)

	mu  sync.Mutex
	got []received
}

type received struct {
	at     time.Time
	url    string
	host   string
	header http.Header
	body   string
}

func (r *receiver) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	r.got = append(r.got, received{r.now(), req.URL.String(), req.Host, req.Header, string(body)})
	n, status := len(r.got), 200
	r.mu.Unlock()
	if r.answer != nil {
		if status, err = r.answer(n, req); err != nil {
			return nil, err
		}
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(nil)), Request: req}, nil
}

func (r *receiver) requests() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]received(nil), r.got...)
}

// bodies are those of all requests.
func (r *receiver) bodies() []string {
	var all []string
	for _, g := range r.requests() {
		all = append(all, g.body)
	}
	return all
}

// failing answers every request with 500.
func failing(int, *http.Request) (int, error) { return 500, nil }

// states are those of all deliveries.
func (w *hooked) states() []string {
	var all []string
	for _, d := range w.sim.Deliveries(DeliveryFilter{}) {
		all = append(all, d.State)
	}
	return all
}

// mac is HMAC-SHA-256 as RFC 2104 defines it, so that the simulator's is not
// held against itself.
func mac(body, key string) string {
	pad := func(with byte) []byte {
		block := make([]byte, sha256.BlockSize)
		copy(block, key)
		for i := range block {
			block[i] ^= with
		}
		return block
	}
	inner := sha256.Sum256(append(pad(0x36), body...))
	outer := sha256.Sum256(append(pad(0x5c), inner[:]...))
	return base64.StdEncoding.EncodeToString(outer[:])
}

func TestDeliveryRequest(t *testing.T) {
	w := newHooked(t, nil)
	w.update(func(s *Shop) {
		s.WebhookSubscriptions[0].APIVersion, s.WebhookSubscriptions[0].Name = "2026-07", "shopkeeper-1"
	})
	at := clockStart.Add(-time.Second + 5)
	e, err := w.sim.Emit(maple, "ORDERS_CREATE", json.RawMessage(`{"id": 820982911946154508, "note": "<b>&</b>"}`),
		EventOptions{ID: "event-1", At: at, SubTopic: "type:lookbook"})
	w.Expect(err).NotTo(HaveOccurred())
	w.Expect(e).To(Equal(Event{ID: "event-1", Topic: "orders/create", Deliveries: []uint64{1}}))
	w.Expect(w.got.requests()).To(BeEmpty(), "nothing is sent before the clock goes on")
	w.clock.Advance(0)

	w.Expect(w.got.requests()).To(HaveLen(1))
	got := w.got.requests()[0]
	w.Expect(got.url).To(Equal(relay))
	w.Expect(got.host).To(Equal("relay.example"))
	w.Expect(got.body).To(MatchJSON(`{"id": 820982911946154508, "note": "<b>&</b>"}`))
	w.Expect(got.body).To(ContainSubstring("820982911946154508"), "an id keeps all its digits")
	id := got.header.Get("X-Shopify-Webhook-Id")
	w.Expect(id).To(MatchRegexp(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`))
	want := http.Header{}
	for name, value := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "Shopify-Captain-Hook", "X-Shopify-Topic": "orders/create",
		"X-Shopify-Hmac-Sha256": mac(got.body, "maple-kids-secret"), "X-Shopify-Shop-Domain": maple, "X-Shopify-API-Version": "2026-07",
		"X-Shopify-Webhook-Id": id, "X-Shopify-Event-Id": "event-1", "X-Shopify-Triggered-At": "2026-11-23T08:59:59.000000005Z",
		"X-Shopify-Name": "shopkeeper-1", "X-Shopify-Sub-Topic": "type:lookbook",
	} {
		want.Set(name, value)
	}
	w.Expect(got.header).To(Equal(want))

	d := w.sim.Deliveries(DeliveryFilter{})[0]
	w.Expect(d).To(Equal(Delivery{
		Sequence: 1, Shop: maple, App: "maple-kids-app", Topic: "orders/create", Subscription: w.shop().WebhookSubscriptions[0].ID, URI: relay,
		EventID: "event-1", WebhookID: id, APIVersion: "2026-07", TriggeredAt: at, Bytes: len(got.body), State: DeliveryDone,
		Attempts: []Attempt{{Time: clockStart, WebhookID: id, Status: 200}},
	}))
}

func TestHeadersThatAreOptional(t *testing.T) {
	w := newHooked(t, nil)
	w.emit("orders/create", map[string]any{"id": 1})
	w.clock.Advance(0)
	header := w.got.requests()[0].header
	w.Expect(header).NotTo(HaveKey("X-Shopify-Name"), "a subscription need not have a name")
	w.Expect(header).NotTo(HaveKey("X-Shopify-Sub-Topic"))
	w.Expect(header.Get("X-Shopify-API-Version")).To(Equal(latest), "one that never had a version gets the latest")
	w.Expect(header.Get("X-Shopify-Event-Id")).NotTo(BeEmpty())
	w.Expect(header.Get("X-Shopify-Event-Id")).NotTo(Equal(header.Get("X-Shopify-Webhook-Id")))
}

// TestKnownSignature holds against a value made by
// printf '%s' '{"id":1}' | openssl dgst -sha256 -hmac secret -binary | base64.
func TestKnownSignature(t *testing.T) {
	NewWithT(t).Expect(signature([]byte(`{"id":1}`), "secret")).To(Equal("A971iWIMgT8Zj9A9eWfikrFj7wQ16/Qwcc4OlRl2PLc="))
}

func TestWhatCountsAsDelivered(t *testing.T) {
	cases := map[string]struct {
		reason string
		status int
		err    error
		want   string
	}{
		"ok":         {"200 is what Shopify asks for", 200, nil, DeliveryDone},
		"accepted":   {"any 2xx will do", 202, nil, DeliveryDone},
		"no content": {"with or without a body", 204, nil, DeliveryDone},
		"redirect":   {"a redirect is no success and is not followed", 302, nil, DeliveryPending},
		"permanent":  {"nor is a permanent one", 308, nil, DeliveryPending},
		"refused":    {"a refusal is tried again, whatever it says", 400, nil, DeliveryPending},
		"gone":       {"even one for good", 410, nil, DeliveryPending},
		"broken":     {"so is an error", 500, nil, DeliveryPending},
		"no reply":   {"and a connection that fails", 0, errors.New("connection refused"), DeliveryPending},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newHooked(t, nil)
			w.got.answer = func(int, *http.Request) (int, error) { return tc.status, tc.err }
			w.emit("ORDERS_CREATE", map[string]any{"id": 1})
			w.clock.Advance(0)
			d := w.sim.Deliveries(DeliveryFilter{})[0]
			w.Expect(d.State).To(Equal(tc.want), tc.reason)
			w.Expect(d.Attempts).To(HaveLen(1))
			w.Expect(d.Attempts[0].Status).To(Equal(tc.status))
			w.Expect(d.Attempts[0].Error == "").To(Equal(tc.want == DeliveryDone))
			w.Expect(d.Next != nil).To(Equal(tc.want == DeliveryPending))
		})
	}
}

func TestAnAttemptHasFiveSeconds(t *testing.T) {
	w := newHooked(t, nil)
	var before time.Time
	w.got.answer = func(_ int, r *http.Request) (int, error) {
		deadline, there := r.Context().Deadline()
		w.Expect(there).To(BeTrue())
		began := deadline.Add(-5 * time.Second)
		w.Expect(began).To(And(BeTemporally(">=", before), BeTemporally("<=", time.Now())))
		return 200, nil
	}
	w.emit("ORDERS_CREATE", map[string]any{"id": 1})
	before = time.Now()
	w.clock.Advance(0)
	w.Expect(w.states()).To(Equal([]string{DeliveryDone}))
	w.Expect(WebhookOptions{}.connectTimeout()).To(Equal(time.Second))
}

// TestOverTheWire has the simulator's own transport deliver to a real server.
func TestOverTheWire(t *testing.T) {
	cases := map[string]struct {
		reason  string
		answer  http.HandlerFunc
		timeout time.Duration
		want    string // in the attempt's error; empty for none
	}{
		"answered": {reason: "a server that answers", answer: func(http.ResponseWriter, *http.Request) {}},
		"moved": {reason: "a redirect stays a redirect", want: "307", answer: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}},
		"silent": {reason: "a server that takes too long", want: "deadline", timeout: 500 * time.Millisecond,
			answer: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
		"hung up": {reason: "a server that hangs up", want: "EOF", answer: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			paths := make(chan string, 9)
			subscriber := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil || r.Header.Get("X-Shopify-Hmac-Sha256") != mac(string(body), "maple-kids-secret") {
					panic("the signature is not that of the body")
				}
				paths <- r.Host + r.URL.Path
				tc.answer(rw, r)
			}))
			defer subscriber.Close()
			w := newHooked(t, func(o *Options) {
				o.Webhooks = WebhookOptions{ConnectTimeout: patience, Timeout: orDefault(tc.timeout, patience)}
			})
			w.Expect(w.sim.SetDelivery(maple, DeliverySettings{Via: subscriber.URL})).To(Succeed())
			w.emit("ORDERS_CREATE", map[string]any{"id": 1})
			w.clock.Advance(0)
			made := w.sim.Deliveries(DeliveryFilter{})[0].Attempts[0]
			w.Expect(made.Error).To(ContainSubstring(tc.want), tc.reason)
			w.Expect(made.Error == "").To(Equal(tc.want == ""), tc.reason)
			if tc.timeout == 0 {
				w.Expect(<-paths).To(Equal("relay.example/hooks/maple"), "the path and host of the subscription's own address")
				w.Expect(paths).To(BeEmpty(), "once")
			}
		})
	}
}

func TestOnlyThisMachineIsReached(t *testing.T) {
	cases := map[string]struct {
		reason, uri string
		options     WebhookOptions
		want        string
	}{
		"stranger": {"a simulator does not call strangers", "https://shop.example.com/hook", WebhookOptions{}, "not this machine"},
		"address":  {"by number neither", "https://192.0.2.1/hook", WebhookOptions{}, "not this machine"},
		"loopback": {"this machine may be called", "http://127.0.0.1:1/hook", WebhookOptions{}, "refused"},
		"by name":  {"by its name too", "http://localhost:1/hook", WebhookOptions{}, "refused"},
		"allowed":  {"or any, where that is wanted", "http://no.invalid/hook", WebhookOptions{AnyHost: true}, "no.invalid"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newHooked(t, func(o *Options) { o.Webhooks = tc.options })
			w.update(func(s *Shop) { s.WebhookSubscriptions[0].URI = tc.uri })
			w.emit("ORDERS_CREATE", map[string]any{"id": 1})
			w.clock.Advance(0)
			d := w.sim.Deliveries(DeliveryFilter{})[0]
			problem := d.Error
			if len(d.Attempts) > 0 {
				problem = d.Attempts[0].Error
			}
			w.Expect(problem).To(ContainSubstring(tc.want), tc.reason)
			w.Expect(d.State == DeliveryNotSent).To(Equal(tc.want == "not this machine"))
			w.Expect(w.shop().WebhookSubscriptions[0].Failures).To(Equal(len(d.Attempts)), "what is not sent is no failure")
		})
	}
}

func TestRealTimers(t *testing.T) {
	tries := make(chan string, 9)
	subscriber := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if len(tries) < 2 {
			rw.WriteHeader(http.StatusServiceUnavailable)
		}
		tries <- r.Header.Get("X-Shopify-Webhook-Id")
	}))
	defer subscriber.Close()
	g := NewWithT(t)
	sim := New(Options{Webhooks: WebhookOptions{ConnectTimeout: patience, Timeout: patience, Retries: []time.Duration{time.Millisecond, 2 * time.Millisecond, time.Hour}}})
	shop := NewShop(maple, "Maple Kids")
	shop.WebhookSubscriptions = []WebhookSubscription{{App: shop.Apps[0].ClientID, Topic: "ORDERS_CREATE", URI: subscriber.URL}}
	g.Expect(sim.AddShop(shop)).To(Succeed())
	_, err := sim.Emit(maple, "ORDERS_CREATE", map[string]any{"id": 1}, EventOptions{})
	g.Expect(err).NotTo(HaveOccurred())
	g.Eventually(func() string { return sim.Deliveries(DeliveryFilter{})[0].State }).Should(Equal(DeliveryDone))
	g.Expect(tries).To(HaveLen(3))

	sim.Close()
	_, err = sim.Emit(maple, "ORDERS_CREATE", map[string]any{"id": 2}, EventOptions{})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(sim.Deliveries(DeliveryFilter{After: 1})[0].Error).To(ContainSubstring("closed"))
	g.Expect(tries).To(HaveLen(3), "a closed simulator sends nothing")
}

func TestCloseEndsWhatIsUnderWay(t *testing.T) {
	under := make(chan struct{})
	w := newHooked(t, nil)
	w.got.answer = func(_ int, r *http.Request) (int, error) {
		close(under)
		<-r.Context().Done()
		return 0, r.Context().Err()
	}
	w.emit("ORDERS_CREATE", map[string]any{"id": 1})
	done := make(chan int)
	go func() { done <- w.clock.Advance(24 * time.Hour) }()
	<-under
	w.sim.Close()
	w.Expect(<-done).To(Equal(1))
	w.Expect(w.sim.Deliveries(DeliveryFilter{})[0].Attempts).To(BeEmpty(), "it is nobody's failure")
	w.Expect(strings.Join(w.states(), "")).To(Equal(DeliveryPending))
}

func TestDeliveriesFromManySides(t *testing.T) {
	w := newHooked(t, nil)
	var seen sync.Map
	w.got.answer = func(_ int, r *http.Request) (int, error) {
		_, again := seen.LoadOrStore(r.Header.Get("X-Shopify-Webhook-Id"), true)
		return map[bool]int{true: 200, false: 500}[again], nil
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 20 {
				if _, err := w.sim.Emit(maple, "ORDERS_CREATE", map[string]any{"id": i}, EventOptions{}); err != nil {
					t.Error(err)
				}
				w.clock.Advance(time.Minute)
				w.sim.Deliveries(DeliveryFilter{State: DeliveryPending})
				_ = w.sim.Update(maple, func(s *Shop) { s.Name += "!" })
			}
		})
	}
	all.Wait()
	w.clock.Advance(24 * time.Hour)
	ids := map[string]bool{}
	for _, d := range w.sim.Deliveries(DeliveryFilter{}) {
		w.Expect(d.State).To(Equal(DeliveryDone))
		w.Expect(d.Attempts).To(HaveLen(2))
		ids[d.WebhookID] = true
	}
	w.Expect(ids).To(HaveLen(160), "no id is used twice")
}
