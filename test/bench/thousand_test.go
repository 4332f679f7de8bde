package bench

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fluxcd/pkg/runtime/conditions"
	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

const (
	thousand = 1000
	// changes is how many specs are changed while all stores are looked at.
	changes = 100
)

// BenchmarkThousandStores measures one manager, a process of its own, with 1,000
// stores: until all are Ready, what it needs while nothing happens, and how long
// a change takes while all the others are looked at.
func BenchmarkThousandStores(b *testing.B) {
	round := 0
	for b.Loop() {
		round++
		measureFleet(b, round)
	}
}

func measureFleet(b *testing.B, round int) {
	b.Helper()
	sim := simulator.New(simulator.Options{Now: time.Now, Versions: simulator.KnownVersions()})
	server := httptest.NewServer(sim)
	defer server.Close()
	f := newFleet(b, sim, server.URL, round)
	defer f.remove()

	m := f.manager(time.Hour)
	started := time.Now()
	f.each(func(ctx context.Context, s *v1alpha1.ShopifyStore) error { return f.kube.Create(ctx, s) })
	created := time.Since(started)
	f.waitReady()
	ready := time.Since(started)
	b.ReportMetric(ready.Seconds(), "s/1000-stores")
	b.ReportMetric(ready.Seconds()/created.Seconds(), "x-time-to-create-the-objects")
	b.ReportMetric(m.value("process_resident_memory_bytes")/(1<<20), "MB-after-onboarding")
	m.stop()

	// All are looked at all the time, for they are due more often than that can be done.
	m = f.manager(time.Second)
	latency := f.change(m)
	b.ReportMetric(latency[len(latency)/2].Seconds()*1000, "ms-to-apply-a-change-p50")
	b.ReportMetric(latency[len(latency)*99/100].Seconds()*1000, "ms-to-apply-a-change-p99")
	m.stop()

	const resync = 30 * time.Second
	m = f.manager(resync)
	m.waitReconciles(thousand) // the start's own looks, which read more
	versions, calls, reconciles, cpu := f.versions(), sim.CallCount(), m.value(reconcileTotal), m.value("process_cpu_seconds_total")
	m.waitReconciles(reconciles + 2*thousand)
	reconciles = m.value(reconcileTotal) - reconciles
	b.ReportMetric((m.value("process_cpu_seconds_total")-cpu)*1000/reconciles, "ms-CPU/store-and-resync")
	b.ReportMetric(float64(sim.CallCount()-calls)/reconciles, "queries/store-and-resync")
	b.ReportMetric(float64(f.differ(versions)), "writes-while-idle")
	b.ReportMetric(m.value("process_resident_memory_bytes")/(1<<20), "MB-idle")
	scraped := time.Now()
	m.value("process_resident_memory_bytes")
	b.ReportMetric(time.Since(scraped).Seconds()*1000, "ms/scrape")
	m.stop()
}

// fleet is 1,000 stores, each in a namespace of its own with its Secret.
type fleet struct {
	b        *testing.B
	kube     client.Client
	endpoint string
	binary   string
	config   string
	stores   []*v1alpha1.ShopifyStore
	relay    *httptest.Server
	relayCA  string // a file
}

func newFleet(b *testing.B, sim *simulator.Simulator, endpoint string, round int) *fleet {
	b.Helper()
	kube := newKube(b)
	f := &fleet{b: b, kube: kube, endpoint: endpoint, binary: filepath.Join(b.TempDir(), "shopkeeper"), config: testenv.Kubeconfig(b, restConfig)}
	f.relay, f.relayCA = startRelay(b, kube)
	build := exec.CommandContext(b.Context(), "go", "build", "-o", f.binary, "./cmd/shopkeeper")
	build.Dir = testenv.Root()
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	for i := range thousand {
		name := fmt.Sprintf("fleet-%d-%04d", round, i)
		f.stores = append(f.stores, &v1alpha1.ShopifyStore{
			ObjectMeta: metav1.ObjectMeta{Namespace: name, Name: "store"},
			Spec:       v1alpha1.ShopifyStoreSpec{ClientName: name, ShopDomain: name + ".myshopify.com", CredentialsSecretRef: v1alpha1.SecretReference{Name: "shopify"}},
		})
		must(b, sim.AddShop(simulator.NewShop(name+".myshopify.com", name)))
	}
	f.each(func(ctx context.Context, s *v1alpha1.ShopifyStore) error {
		if err := kube.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: s.Namespace}}); err != nil {
			return err
		}
		return kube.Create(ctx, &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: s.Namespace, Name: "shopify"}, StringData: map[string]string{"accessToken": "shpat_" + s.Namespace, "webhookSecret": s.Namespace + "-secret"},
		})
	})
	return f
}

// newKube is a client that knows the kinds of Kubernetes and ours.
func newKube(b *testing.B) client.Client {
	b.Helper()
	scheme := runtime.NewScheme()
	must(b, clientgoscheme.AddToScheme(scheme))
	must(b, v1alpha1.AddToScheme(scheme))
	kube, err := client.New(restConfig, client.Options{Scheme: scheme})
	must(b, err)
	return kube
}

// each does something with every store, eight at a time.
func (f *fleet) each(do func(context.Context, *v1alpha1.ShopifyStore) error) {
	f.b.Helper()
	all, ctx := errgroup.WithContext(f.b.Context())
	all.SetLimit(8)
	for _, s := range f.stores {
		all.Go(func() error { return do(ctx, s) })
	}
	must(f.b, all.Wait())
}

func (f *fleet) list() []v1alpha1.ShopifyStore {
	f.b.Helper()
	var list v1alpha1.ShopifyStoreList
	must(f.b, f.kube.List(f.b.Context(), &list))
	return list.Items
}

func (f *fleet) waitReady() {
	f.b.Helper()
	eventually(f.b, 5*time.Minute, 500*time.Millisecond, "all stores are Ready", func() bool {
		return !slices.ContainsFunc(f.list(), func(s v1alpha1.ShopifyStore) bool { return !conditions.IsReady(&s) })
	})
}

// versions are the resource versions of all stores, which every write changes.
func (f *fleet) versions() map[string]string {
	f.b.Helper()
	versions := map[string]string{}
	for _, s := range f.list() {
		versions[s.Namespace] = s.ResourceVersion
	}
	return versions
}

// differ counts the stores that were written since.
func (f *fleet) differ(before map[string]string) int {
	f.b.Helper()
	n := 0
	for namespace, version := range f.versions() {
		if before[namespace] != version {
			n++
		}
	}
	return n
}

// change changes specs one after the other while the manager has other stores to
// look at, and returns how long each took to be in effect, sorted.
func (f *fleet) change(m *managerProcess) []time.Duration {
	f.b.Helper()
	var took []time.Duration
	meanwhile := 0.0
	for i := range changes {
		s := f.stores[thousand-1-i*(thousand/changes)]
		must(f.b, f.kube.Get(f.b.Context(), client.ObjectKeyFromObject(s), s))
		s.Spec.MetafieldDefinitions = append(s.Spec.MetafieldDefinitions, v1alpha1.MetafieldDefinition{
			Namespace: "consignment", Key: "size", Name: "Size", Type: "single_line_text_field",
		})
		started := time.Now()
		must(f.b, f.kube.Update(f.b.Context(), s))
		eventually(f.b, time.Minute, 5*time.Millisecond, "a change is in effect", func() bool {
			must(f.b, f.kube.Get(f.b.Context(), client.ObjectKeyFromObject(s), s))
			return s.Status.ObservedGeneration == s.Generation && conditions.IsReady(s)
		})
		took = append(took, time.Since(started))
		if m.value("workqueue_depth") > 0 {
			meanwhile++
		}
	}
	f.b.ReportMetric(meanwhile, "changes-while-others-wait")
	slices.Sort(took)
	return took
}

// remove takes the objects away, and not what is in the shops: they go too.
func (f *fleet) remove() {
	f.b.Helper()
	f.each(func(ctx context.Context, s *v1alpha1.ShopifyStore) error {
		patch := client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"finalizers":null}}`))
		if err := client.IgnoreNotFound(f.kube.Patch(ctx, s, patch)); err != nil {
			return err
		}
		return client.IgnoreNotFound(f.kube.Delete(ctx, s))
	})
}

// managerProcess is a manager that runs apart, so that its memory and time are
// its own.
type managerProcess struct {
	b       *testing.B
	cmd     *exec.Cmd
	metrics string
}

const reconcileTotal = "controller_runtime_reconcile_total"

func (f *fleet) manager(resync time.Duration) *managerProcess {
	f.b.Helper()
	listener, err := new(net.ListenConfig).Listen(f.b.Context(), "tcp", "127.0.0.1:0")
	must(f.b, err)
	address := listener.Addr().String()
	must(f.b, listener.Close())
	m := &managerProcess{b: f.b, metrics: "http://" + address + "/metrics"}
	m.cmd = exec.CommandContext(f.b.Context(), f.binary, "manager", "--kubeconfig", f.config, "--leader-elect=false",
		"--relay-url", f.relay.URL, "--relay-routes-namespace", relayRoutes.Namespace, "--relay-routes-secret", relayRoutes.Name,
		"--shopify-endpoint", f.endpoint, "--resync-interval", resync.String(), "--metrics-bind-address", address, "--health-probe-bind-address", "0")
	m.cmd.Env = append(os.Environ(), "SSL_CERT_FILE="+f.relayCA)
	m.cmd.Stderr = io.Discard
	if os.Getenv("BENCH_LOG") != "" {
		m.cmd.Stderr = os.Stderr
	}
	must(f.b, m.cmd.Start())
	eventually(f.b, time.Minute, 10*time.Millisecond, "the manager works", func() bool {
		_, ok := m.read("controller_runtime_max_concurrent_reconciles")
		return ok
	})
	return m
}

func (m *managerProcess) stop() {
	m.b.Helper()
	must(m.b, m.cmd.Process.Signal(syscall.SIGTERM))
	must(m.b, m.cmd.Wait())
}

// value is a metric's value, summed up over its series.
func (m *managerProcess) value(name string) float64 {
	m.b.Helper()
	v, ok := m.read(name)
	if !ok {
		m.b.Fatalf("the manager shows no %s", name)
	}
	return v
}

func (m *managerProcess) read(name string) (sum float64, found bool) {
	m.b.Helper()
	req, err := http.NewRequestWithContext(m.b.Context(), http.MethodGet, m.metrics, http.NoBody)
	must(m.b, err)
	resp, err := (&http.Client{Timeout: 10 * time.Second}).Do(req)
	if err != nil {
		return 0, false
	}
	defer resp.Body.Close()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		series, value, _ := strings.Cut(lines.Text(), " ")
		if base, _, _ := strings.Cut(series, "{"); base != name {
			continue
		}
		v, err := strconv.ParseFloat(value, 64)
		must(m.b, err)
		sum, found = sum+v, true
	}
	return sum, found
}

// waitReconciles waits until the manager has done so many.
func (m *managerProcess) waitReconciles(n float64) {
	m.b.Helper()
	eventually(m.b, 3*time.Minute, time.Second, "the stores are looked at", func() bool { return m.value(reconcileTotal) >= n })
}

func eventually(b *testing.B, patience, pause time.Duration, what string, test func() bool) {
	b.Helper()
	for deadline := time.Now().Add(patience); !test(); <-time.After(pause) {
		if time.Now().After(deadline) {
			b.Fatalf("not within %v: %s", patience, what)
		}
	}
}
