package reference

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/shopkeeper-dev/shopkeeper/console"
	"github.com/shopkeeper-dev/shopkeeper/controllers"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/webhookrelay"
)

// Metric is one of Shopkeeper's own.
type Metric struct {
	// Process is the command that shows it, and Type what Prometheus calls it.
	Process, Name, Type, Help string
	Labels                    []string
}

// Metrics are all of Shopkeeper's own, by process and name.
func Metrics(ctx context.Context) (all []Metric, err error) {
	directory, err := os.MkdirTemp("", "shopkeeper-reference")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(directory)) }()
	url := "sqlite://" + filepath.Join(directory, "ledger.db")
	if err := ledger.Migrate(ctx, url); err != nil {
		return nil, err
	}
	books, err := ledger.Open(ctx, ledger.Options{URL: url})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, books.Close()) }()
	for _, process := range []struct {
		name     string
		register func(*recorder) error
	}{
		{"manager", func(r *recorder) error { return manager(r, books) }},
		{"relay", func(r *recorder) error {
			inbox := deliveries.NewInbox(books)
			defer inbox.Close()
			_, err := webhookrelay.New(ctx, webhookrelay.Options{Inbox: inbox, Registry: r, ReloadInterval: time.Second, DrainTime: time.Second, Log: slog.New(slog.DiscardHandler)})
			return err
		}},
		{"console", func(r *recorder) error {
			_, err := console.New(ctx, console.Options{Kubernetes: &rest.Config{}, Ledger: books, Registry: r, ReloadInterval: time.Second, DrainTime: time.Second, Log: slog.New(slog.DiscardHandler)})
			return err
		}},
	} {
		r := recorder{Registry: prometheus.NewRegistry()}
		if err := process.register(&r); err != nil {
			return nil, fmt.Errorf("the metrics of the %s: %w", process.name, err)
		}
		for _, m := range r.metrics {
			m.Process = process.name
			all = append(all, m)
		}
	}
	return all, nil
}

// manager registers the metrics of the manager.
func manager(r *recorder, books *ledger.Ledger) error {
	_, err := controllers.NewStoreMetrics(r, nil, nil)
	if err == nil {
		_, err = controllers.NewJobMetrics(r, nil, nil)
	}
	if err == nil {
		_, err = deliveries.New(deliveries.Options{Ledger: books, Registerer: r})
	}
	if err == nil {
		_, err = controllers.NewTrailAnchors(nil, nil, client.ObjectKey{}, books, controllers.Shops{}, r)
	}
	if err == nil {
		_, err = shopify.NewClients(shopify.Options{Registerer: r})
	}
	return err
}

// recorder notes what is registered, with its type, which a registry does not tell
// before there is a value.
type recorder struct {
	*prometheus.Registry
	metrics []Metric
}

// Register implements prometheus.Registerer.
func (r *recorder) Register(c prometheus.Collector) error {
	descs := make(chan *prometheus.Desc)
	go func() {
		defer close(descs)
		c.Describe(descs)
	}()
	for d := range descs {
		if m, own := described(d); own {
			m.Type = typeOf(c, m.Name)
			r.metrics = append(r.metrics, m)
		}
	}
	return r.Registry.Register(c)
}

// MustRegister implements prometheus.Registerer.
func (r *recorder) MustRegister(all ...prometheus.Collector) {
	for _, c := range all {
		if err := r.Register(c); err != nil {
			panic(err)
		}
	}
}

// shown matches what a prometheus.Desc shows of itself; the library has no other way to
// ask for it.
var shown = regexp.MustCompile(`^Desc\{fqName: "(shopkeeper_[^"]+)", help: "(.*?)", (?:unit: "[^"]*", )?constLabels: \{\}, variableLabels: \{([^}]*)\}\}$`)

func described(d *prometheus.Desc) (m Metric, own bool) {
	found := shown.FindStringSubmatch(d.String())
	if found == nil {
		return m, false
	}
	m.Name, m.Help = found[1], strings.ReplaceAll(found[2], `\"`, `"`)
	if found[3] != "" {
		m.Labels = strings.Split(found[3], ",")
	}
	return m, true
}

// typeOf is by the collector and, where that may be of any type, by Prometheus' rule of
// naming: what ends in _total is a counter.
func typeOf(c prometheus.Collector, name string) string {
	switch c.(type) {
	case *prometheus.HistogramVec:
		return "histogram"
	case *prometheus.SummaryVec:
		return "summary"
	}
	if strings.HasSuffix(name, "_total") {
		return "counter"
	}
	return "gauge"
}

// of says where a process shows its metrics.
var of = map[string]string{
	"manager": "At `/metrics` of `--metrics-bind-address`. `shopkeeper_store_*` and `shopkeeper_syncjob*` are read from the objects when a scrape comes, by the manager that " +
		"works; a second one that waits for the lease shows none. A store that is gone leaves nothing. 1,000 stores are about 15,000 series. " +
		"A condition has one series, not one for each status, so a reason is no label of it: it would start a new series each time that it changes.\n\n" +
		"controller-runtime adds `controller_runtime_*`, `workqueue_*` (in `workqueue_depth`, `priority` 0 is a change or a retry and -100 a routine look), " +
		"`leader_election_master_status` and `rest_client_requests_total`.",
	"relay":   "At `/metrics` of `--operations-listen`. No label has a value that a sender chooses.",
	"console": "At `/metrics` of `--operations-listen`.",
}

func writeMetrics(b *strings.Builder, all []Metric) {
	section(b, 2, "Metrics", "Each process adds Go's own, `go_*` and `process_*`. `config/monitoring` holds PodMonitors, alerts and a dashboard; "+
		"[the runbook](runbook.md) says what to do about each alert. `namespace` and `name` are those of the ShopifyStore.")
	for _, process := range []string{"manager", "relay", "console"} {
		section(b, 3, "Metrics of the "+process, of[process])
		var rows [][]string
		for _, m := range all {
			if m.Process != process {
				continue
			}
			var labels []string
			for _, l := range m.Labels {
				labels = append(labels, code(l))
			}
			rows = append(rows, []string{code(m.Name), m.Type, strings.Join(labels, ", "), m.Help})
		}
		slices.SortStableFunc(rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
		table(b, []string{"metric", "type", "labels", "meaning"}, rows)
	}
}
