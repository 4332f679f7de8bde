package console_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"github.com/shopkeeper-dev/shopkeeper/console"
	"github.com/shopkeeper-dev/shopkeeper/console/api"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/serving"
)

// options are those of a console whose Kubernetes is not to be reached.
func options(l *ledger.Ledger) console.Options {
	return console.Options{
		Kubernetes: &rest.Config{Host: "https://127.0.0.1:1"}, Ledger: l, DrainTime: time.Minute, ReloadInterval: time.Hour,
		Log: slog.New(slog.DiscardHandler),
	}
}

// running is a console that runs.
type running struct {
	t               *testing.T
	api, operations string
	stop            func()        // as SIGTERM does
	delay           chan struct{} // closed, it ends the drain delay
	done            chan error
}

func run(t *testing.T, s *serving.Server) *running {
	t.Helper()
	r := &running{t: t, delay: make(chan struct{}), done: make(chan error, 1)}
	s.After = func(time.Duration) <-chan time.Time {
		over := make(chan time.Time)
		go func() { <-r.delay; close(over) }()
		return over
	}
	requests, probes, err := console.Listen(t.Context(), "127.0.0.1:0", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	r.stop = stop
	r.api, r.operations = "http://"+requests.Addr().String(), "http://"+probes.Addr().String()
	go func() { r.done <- s.Run(ctx, requests, probes) }()
	return r
}

func (r *running) get(url string, headers ...string) (*http.Response, string) {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, url, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	resp, err := (&http.Client{}).Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp, string(text)
}

func (r *running) want(status int, url, text string, headers ...string) {
	r.t.Helper()
	if resp, got := r.get(url, headers...); resp.StatusCode != status || !strings.Contains(got, text) {
		r.t.Errorf("%s: got %d %q, want %d %q", url, resp.StatusCode, got, status, text)
	}
}

func TestTheConsoleRunsAndDrains(t *testing.T) {
	s, err := console.New(t.Context(), options(ledgertest.Open(t, ledgertest.OnSQLite(t).Console, nil)))
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, s)
	r.want(200, r.operations+"/livez", "ok")
	readiness := func(want int) { // a ledger has a second to answer, and the end has to be heard of
		for got := 0; got != want; {
			resp, _ := r.get(r.operations + "/readyz")
			got = resp.StatusCode
		}
	}
	readiness(200)
	r.want(200, r.api+"/openapi.json", "list-items")
	items := r.api + "/api/v1/namespaces/client/stores/store/items"
	r.want(503, items, "Kubernetes could not be asked", "Authorization", "Bearer x")
	r.want(200, r.operations+"/metrics", "\nshopkeeper_console_ready 1\n")
	r.want(200, r.operations+"/metrics", `shopkeeper_console_request_duration_seconds_count{route="list-items",status="503"} 1`)
	r.stop()
	readiness(503)
	if resp, _ := r.get(r.api + "/openapi.json"); resp.StatusCode != 200 || !resp.Close {
		t.Errorf("while others do not know yet: %d, close %v", resp.StatusCode, resp.Close)
	}
	close(r.delay)
	if err := <-r.done; err != nil {
		t.Error(err)
	}
}

func TestNotReadyWithoutItsLedger(t *testing.T) {
	l, err := ledger.Open(t.Context(), ledger.Options{URL: ledgertest.OnSQLite(t).Console})
	if err != nil {
		t.Fatal(err)
	}
	s, err := console.New(t.Context(), options(l))
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	r := run(t, s)
	r.want(503, r.operations+"/readyz", "see whether the ledger is reached")
	r.want(200, r.operations+"/metrics", "\nshopkeeper_console_ready 0\n")
	r.want(200, r.operations+"/livez", "ok")
	close(r.delay)
	r.stop()
	if err := <-r.done; err != nil {
		t.Error(err)
	}
}

func TestWhatIsNoConsole(t *testing.T) {
	for name, c := range map[string]struct {
		reason string
		change func(*console.Options)
		want   string
	}{
		"no key":     {"a certificate alone is of no use", func(o *console.Options) { o.Certificate = "tls.crt" }, "needs its key"},
		"no file":    {"it would serve nobody", func(o *console.Options) { o.Certificate, o.Key = "none.crt", "none.key" }, "none.crt"},
		"no drain":   {"requests would be cut off", func(o *console.Options) { o.DrainTime = 0 }, "drain time"},
		"no request": {"it would serve nobody", func(o *console.Options) { o.Limits = api.Limits{BodyTime: 1, AnswerTime: 1} }, "give each above zero"},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(nil)
			c.change(&o)
			if _, err := console.New(t.Context(), o); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v", c.reason, err)
			}
		})
	}
}
