package webhookrelay

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/serving"
)

// running is a relay that runs.
type running struct {
	webhooks, operations string        // addresses
	stop                 func()        // as SIGTERM does
	delay                chan struct{} // closed, it ends the drain delay
	done                 chan error
}

func run(t *testing.T, s *Server) *running {
	t.Helper()
	r := &running{delay: make(chan struct{}), done: make(chan error, 1)}
	s.serving.After = func(time.Duration) <-chan time.Time {
		over := make(chan time.Time)
		go func() { <-r.delay; close(over) }()
		return over
	}
	ctx, cancel := context.WithCancel(t.Context())
	r.stop = cancel
	webhooks, operations := listen(t), listen(t)
	r.webhooks, r.operations = webhooks.Addr().String(), "http://"+operations.Addr().String()
	go func() { r.done <- s.Run(ctx, webhooks, operations) }()
	return r
}

// end stops a relay whose drain delay has not been ended.
func (r *running) end(g Gomega) {
	r.stop()
	close(r.delay)
	g.Expect(<-r.done).To(Succeed())
}

func get(url string) (int, string) {
	resp, err := (&http.Client{}).Get(url)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text)
}

func TestReadiness(t *testing.T) {
	m := newMount(t)
	var mu sync.Mutex
	var broken error
	asked := 0
	inbox := &recorder{ping: func(context.Context) error {
		mu.Lock()
		defer mu.Unlock()
		asked++
		return broken
	}}
	s := newTestServer(t, m, inbox, nil)
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	s.health.inbox.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	later := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		now, broken = now.Add(serving.PingEvery), err
	}
	r := run(t, s)
	defer r.end(m)
	ready := func() int {
		status, _ := get(r.operations + "/readyz")
		_, shown := get(r.operations + "/metrics")
		m.Expect(shown).To(ContainSubstring(map[int]string{200: "\nshopkeeper_relay_ready 1\n", 503: "\nshopkeeper_relay_ready 0\n"}[status]))
		return status
	}
	live := func() int { status, _ := get(r.operations + "/livez"); return status }

	_, text := get(r.operations + "/readyz")
	m.Expect(text).To(ContainSubstring("no routes were loaded yet"))
	m.Expect(live()).To(Equal(200), "a restart would not bring routes")
	m.putRoutes(maple())
	m.Eventually(func() int { status, _ := get(r.operations + "/readyz"); return status }).Should(Equal(200))

	times := func() int { mu.Lock(); defer mu.Unlock(); return asked }
	before := times()
	m.Expect(ready()).To(Equal(200))
	m.Expect(times()).To(Equal(before), "an answer holds for a second")
	later(errors.New("connection refused"))
	m.Expect(ready()).To(Equal(503))
	m.Expect(live()).To(Equal(200), "nor a ledger")
	later(nil)
	m.Expect(ready()).To(Equal(200))

	status, _ := get("http://" + r.webhooks + "/readyz")
	m.Expect(status).To(Equal(404), "who sends webhooks sees no probes and no metrics")
}

func TestDrainLosesNothing(t *testing.T) {
	m := newMount(t)
	m.putRoutes(maple())
	inbox, waiting, release := held()
	r := run(t, newTestServer(t, m, inbox, nil))
	send := func() (int, error) {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		resp, err := client.Do(over("http://"+r.webhooks, webhook(maple(), currentSecret, orderBody)))
		if err != nil {
			return 0, err
		}
		return resp.StatusCode, resp.Body.Close()
	}
	var all sync.WaitGroup
	taken := func() {
		all.Go(func() {
			status, err := send()
			m.Expect(err).NotTo(HaveOccurred())
			m.Expect(status).To(Equal(200))
		})
		<-waiting
	}
	taken()
	r.stop()
	m.Eventually(func() string { _, text := get(r.operations + "/readyz"); return text }).Should(ContainSubstring("shutting down"))
	taken() // not everybody knows yet

	close(r.delay)
	m.Eventually(func() error { // to connect is enough: a webhook that still got in would be a third one
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", r.webhooks)
		if err == nil {
			_ = conn.Close()
		}
		return err
	}).Should(MatchError(ContainSubstring("connection refused")))
	m.Expect(r.done).NotTo(Receive(), "two are worked on")
	status, _ := get(r.operations + "/livez")
	m.Expect(status).To(Equal(200), "it is not to be killed meanwhile")
	close(release)
	all.Wait()
	m.Expect(<-r.done).To(Succeed())
	m.Expect(inbox.stored()).To(HaveLen(2))
}

func TestADrainEnds(t *testing.T) {
	m := newMount(t)
	m.putRoutes(maple())
	inbox, waiting, release := held()
	defer close(release)
	r := run(t, newTestServer(t, m, inbox, func(o *Options) { o.DrainTime = 20 * time.Millisecond }))
	failed := make(chan error, 1)
	go func() {
		resp, err := (&http.Client{}).Do(over("http://"+r.webhooks, webhook(maple(), currentSecret, orderBody)))
		if err == nil {
			_ = resp.Body.Close()
		}
		failed <- err
	}()
	<-waiting
	r.stop()
	close(r.delay)
	m.Expect(<-r.done).To(MatchError(ContainSubstring("were cut off")))
	m.Expect(<-failed).To(HaveOccurred(), "and not answered 200")
}

func TestAListenerThatFailsEndsTheRelay(t *testing.T) {
	m := newMount(t)
	s := newTestServer(t, m, &recorder{}, nil)
	webhooks, operations := listen(t), listen(t)
	m.Expect(operations.Close()).To(Succeed())
	m.Expect(s.Run(t.Context(), webhooks, operations)).To(MatchError(net.ErrClosed))
	m.Expect(webhooks.Close()).To(MatchError(net.ErrClosed), "it was closed")
}

func TestManyConnections(t *testing.T) {
	m, inbox := newMount(t), &recorder{}
	m.putRoutes(maple())
	r := run(t, newTestServer(t, m, inbox, func(o *Options) { o.Limits.Connections = 8 }))
	const senders = 100
	var all sync.WaitGroup
	for range senders {
		all.Go(func() {
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			resp, err := client.Do(over("http://"+r.webhooks, webhook(maple(), currentSecret, orderBody)))
			m.Expect(err).NotTo(HaveOccurred())
			_ = resp.Body.Close()
			m.Expect(resp.StatusCode).To(Equal(200))
		})
	}
	all.Wait()
	m.Expect(inbox.stored()).To(HaveLen(senders), "more than are open at a time wait")
	r.end(m)
}

func TestMetricsAreServed(t *testing.T) {
	m := newMount(t)
	m.putRoutes(maple())
	r := run(t, newTestServer(t, m, &recorder{}, nil))
	defer r.end(m)
	request := webhook(maple(), currentSecret, orderBody)
	request.Header.Set(topicHeader, "made/up")
	resp, err := (&http.Client{}).Do(over("http://"+r.webhooks, request))
	m.Expect(err).NotTo(HaveOccurred())
	_ = resp.Body.Close()
	_, text := get(r.operations + "/metrics")
	m.Expect(text).To(ContainSubstring(`shopkeeper_relay_request_duration_seconds_count{outcome="TopicNotRouted"} 1`))
	m.Expect(strings.Contains(text, "made/up")).To(BeFalse(), "a sender does not choose labels")
	m.Expect(text).To(ContainSubstring("shopkeeper_relay_routes 1\n"))
}
