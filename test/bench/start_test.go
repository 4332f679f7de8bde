package bench

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/fluxcd/pkg/runtime/conditions"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

// starts is how often each process is started; the median counts.
const starts = 5

// BenchmarkStart measures the image, as a node fetches it, and how long its program takes
// until it is ready, as manager and as relay, with PostgreSQL: in seconds, and as a
// multiple of what it takes to say its version. The manager is measured until it has seen
// to a store, too: it is ready before it leads.
func BenchmarkStart(b *testing.B) {
	binary, size := makeImage(b)
	place := ledgertest.OnPostgres(b)
	file := filepath.Join(b.TempDir(), "routes.json")
	text, err := routes.Format(benchRoutes())
	must(b, err)
	must(b, os.WriteFile(file, text, 0o600))
	manager := func(address string) []string {
		return []string{
			"manager", "--kubeconfig", testenv.Kubeconfig(b, restConfig), "--leader-elect-namespace", "default", "--relay-url", "https://hooks.example.com",
			"--ledger-url", place.Manager, "--metrics-bind-address", "0", "--health-probe-bind-address", address,
		}
	}
	relay := func(address string) []string {
		return []string{"relay", "--listen", "127.0.0.1:0", "--operations-listen", address, "--routes", file, "--ledger-url", place.Relay}
	}
	kube := newKube(b)
	for b.Loop() {
		b.ReportMetric(float64(size)/1e6, "MB-image")
		var idle, manages, works, relays []time.Duration
		for range starts {
			began := time.Now()
			must(b, exec.CommandContext(b.Context(), binary, "--version").Run())
			idle = append(idle, time.Since(began))
			manages = append(manages, until(b, binary, manager, ready))
			store := suspended(b, kube)
			works = append(works, until(b, binary, manager, func(ctx context.Context, _ string) bool {
				return kube.Get(ctx, client.ObjectKeyFromObject(store), store) == nil && conditions.IsTrue(store, v1alpha1.SuspendedCondition)
			}))
			must(b, kube.Delete(b.Context(), store))
			relays = append(relays, until(b, binary, relay, ready))
		}
		b.ReportMetric(median(works).Seconds(), "s-manager-works")
		b.ReportMetric(median(manages).Seconds(), "s-manager-ready")
		b.ReportMetric(median(manages).Seconds()/median(idle).Seconds(), "x-version-manager")
		b.ReportMetric(median(relays).Seconds(), "s-relay-ready")
		b.ReportMetric(median(relays).Seconds()/median(idle).Seconds(), "x-version-relay")
	}
}

// makeImage makes the image, and returns the program that is in it, and the size of its
// archive, whose layers are compressed, in bytes.
func makeImage(b *testing.B) (binary string, size int64) {
	b.Helper()
	directory := b.TempDir()
	cmd := exec.CommandContext(b.Context(), "make", "-s", "image", "DIST="+directory)
	cmd.Dir = testenv.Root()
	cmd.Env = append(os.Environ(), "MAKEFLAGS=") // not those of the make that runs this
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	archive, err := os.Stat(filepath.Join(directory, "shopkeeper.tar"))
	must(b, err)
	return filepath.Join(directory, "linux-"+runtime.GOARCH, "shopkeeper"), archive.Size()
}

// suspended is a store that asks for nothing but to be told that it is suspended.
func suspended(b *testing.B, kube client.Client) *v1alpha1.ShopifyStore {
	b.Helper()
	store := &v1alpha1.ShopifyStore{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "suspended"},
		Spec:       v1alpha1.ShopifyStoreSpec{ClientName: "Nobody", ShopDomain: "nobody.myshopify.com", Suspend: true, CredentialsSecretRef: v1alpha1.SecretReference{Name: "none"}},
	}
	eventually(b, time.Minute, 50*time.Millisecond, "the one before is gone", func() bool { return kube.Create(b.Context(), store) == nil })
	return store
}

// until starts a process, and ends it once something has come about; what it may ask is
// at the address.
func until(b *testing.B, binary string, args func(address string) []string, done func(ctx context.Context, address string) bool) time.Duration {
	b.Helper()
	listener, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
	must(b, err)
	address := listener.Addr().String()
	must(b, listener.Close())
	cmd := exec.CommandContext(b.Context(), binary, args(address)...)
	var said prefix
	cmd.Stdout, cmd.Stderr = &said, &said
	began := time.Now()
	must(b, cmd.Start())
	eventually(b, time.Minute, 5*time.Millisecond, fmt.Sprintf("%s has started", cmd.Args[1]), func() bool { return done(b.Context(), address) })
	took := time.Since(began)
	must(b, cmd.Process.Signal(syscall.SIGTERM))
	if err := cmd.Wait(); err != nil {
		b.Fatalf("%v: %s", err, said)
	}
	return took
}

func ready(ctx context.Context, address string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", http.NoBody)
	if err != nil {
		return false
	}
	resp, err := (&http.Client{Timeout: time.Second}).Do(req)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
}

// prefix keeps the first 4 KiB of what is written to it.
type prefix []byte

// Write implements io.Writer.
func (p *prefix) Write(text []byte) (int, error) {
	*p = append(*p, text[:min(len(text), 4096-len(*p))]...)
	return len(text), nil
}
