package bench

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
	"github.com/shopkeeper-dev/shopkeeper/webhookrelay"
)

const (
	webhookStores = 50
	// The ways to store take turns, for what else runs on a machine comes and goes.
	floodRounds, floodSpell   = 7, 1500 * time.Millisecond
	steadyRounds, steadyCount = 3, 900
)

// BenchmarkWebhooks sends webhooks to a relay, and compares what the inbox takes in
// with the least that could be stored and with storing nothing.
func BenchmarkWebhooks(b *testing.B) {
	for _, engine := range engines {
		b.Run(engine.name, func(b *testing.B) {
			p := engine.make(b)
			inbox := openInbox(b, ledgertest.Open(b, p.Relay, nil))
			ways := []way{{name: "hmac-only", inbox: nowhere{}}, {name: "bare-row", inbox: p.bare}, {name: "ours", inbox: inbox}}
			for b.Loop() {
				compare(b, ways)
			}
		})
	}
}

// way is a way to store, and what was measured of it round by round.
type way struct {
	name          string
	inbox         webhookrelay.Inbox
	address       string
	perSecond     []float64
	processor     []time.Duration // of this process, sender included, for each webhook
	full, relaxed []time.Duration // p99
}

func compare(b *testing.B, ways []way) {
	b.Helper()
	list := benchRoutes()
	var hooks []webhook
	for n := range steadyCount {
		hooks = append(hooks, sign(list[n%len(list)], "orders/paid", fmt.Sprintf(`"id":%d,"updated_at":"2026-11-24T09:00:00Z"`, n+1)))
	}
	for i := range ways {
		ways[i].address = relay(b, ways[i].inbox, list)
	}
	for range floodRounds {
		for i := range ways {
			spent := processorTime(b)
			m := flood(b, ways[i].address, hooks, floodSpell)
			ways[i].processor = append(ways[i].processor, (processorTime(b)-spent)/time.Duration(m.requests))
			ways[i].perSecond, ways[i].full = append(ways[i].perSecond, m.perSecond), append(ways[i].full, m.p99)
		}
	}
	for range steadyRounds {
		for i := range ways {
			ways[i].relaxed = append(ways[i].relaxed, steady(b, ways[i].address, hooks).p99)
		}
	}
	rate := map[string]float64{}
	for _, w := range ways {
		rate[w.name] = median(w.perSecond)
		b.ReportMetric(rate[w.name], w.name+"/s")
		b.ReportMetric(milliseconds(median(w.processor)), "ms-CPU/webhook-"+w.name)
		b.ReportMetric(milliseconds(median(w.full)), "ms-p99-"+w.name)
		b.ReportMetric(milliseconds(median(w.relaxed)), fmt.Sprintf("ms-p99-%s-at-%d/s", w.name, steadyRate))
	}
	b.ReportMetric(rate["ours"]/rate["bare-row"], "ours-of-bare-row")
	b.ReportMetric(rate["ours"]/rate["hmac-only"], "ours-of-hmac-only")
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }

// processorTime is what the process has had of the processors. It tells apart what is
// slow from what has to wait on a machine that others use as well.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// benchRoutes are routes that take what the benchmarks send.
func benchRoutes() []routes.Route {
	var list []routes.Route
	for n := range webhookStores {
		name := fmt.Sprintf("client-%02d", n)
		list = append(list, routes.Route{Namespace: name, Store: "store", Shop: name + ".myshopify.com", Secrets: []string{"shpss_" + name}, Topics: []string{"orders/create", "orders/paid"}})
	}
	return list
}

// relay runs a relay until the benchmark ends, and returns its address.
func relay(b *testing.B, inbox webhookrelay.Inbox, list []routes.Route) string {
	b.Helper()
	text, err := routes.Format(list)
	must(b, err)
	file := filepath.Join(b.TempDir(), "routes.json")
	must(b, os.WriteFile(file, text, 0o600))
	server, err := webhookrelay.New(b.Context(), webhookrelay.Options{
		Inbox: inbox, Routes: file, ReloadInterval: time.Second, DrainTime: 10 * time.Second, Log: slog.New(slog.DiscardHandler),
	})
	must(b, err)
	var lc net.ListenConfig
	webhooks, err := lc.Listen(b.Context(), "tcp", "127.0.0.1:0")
	must(b, err)
	operations, err := lc.Listen(b.Context(), "tcp", "127.0.0.1:0")
	must(b, err)
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx, webhooks, operations) }()
	b.Cleanup(func() { stop(); must(b, <-ended) })
	return webhooks.Addr().String()
}
