package main

import (
	"context"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	coordinationv1 "k8s.io/api/coordination/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

// asProgram makes the test binary be shopkeeper, so that a test can run it as a
// process of its own.
const asProgram = "SHOPKEEPER_TEST_AS_PROGRAM"

// soon is how long a condition may take to come about on a machine that has much else
// to do.
const soon = 3 * time.Minute

var restConfig *rest.Config

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	SetDefaultEventuallyTimeout(soon)
	os.Exit(ledgertest.Stop(testenv.Run(m, func(config *rest.Config) { restConfig = config })))
}

// program starts shopkeeper, and returns how to end it gracefully.
func program(t *testing.T, args ...string) (stop func()) {
	t.Helper()
	// The test's own context ends before its clean-up, which would kill it.
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := false
	stop = func() {
		t.Helper()
		if ended {
			return
		}
		ended = true
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("shopkeeper %v: %v", args, err)
		}
	}
	t.Cleanup(stop)
	return stop
}

// A manager that is stopped gives its lease back, so that the next one does not
// wait until it runs out.
func TestTheNextManagerTakesOver(t *testing.T) {
	kube, err := client.New(restConfig, client.Options{Scheme: newScheme()})
	if err != nil {
		t.Fatal(err)
	}
	lease := func(g Gomega) (holder string, duration time.Duration) {
		var l coordinationv1.Lease
		g.Expect(kube.Get(t.Context(), client.ObjectKey{Namespace: "default", Name: leaseName}, &l)).To(Succeed())
		if l.Spec.HolderIdentity != nil {
			holder = *l.Spec.HolderIdentity
		}
		return holder, time.Duration(*l.Spec.LeaseDurationSeconds) * time.Second
	}
	manager := []string{"manager", "--kubeconfig", testenv.Kubeconfig(t, restConfig), "--leader-elect-namespace", "default",
		"--metrics-bind-address", "0", "--health-probe-bind-address", "0", "--relay-url", "https://hooks.example.com"}

	first := ""
	stopFirst := program(t, manager...)
	NewWithT(t).Eventually(func(g Gomega) {
		first, _ = lease(g)
		g.Expect(first).NotTo(BeEmpty())
	}, soon, 50*time.Millisecond).Should(Succeed())
	program(t, manager...)

	stopFirst()
	after, duration := lease(NewWithT(t))
	stopped := time.Now()
	if after == first {
		t.Errorf("the first manager ended and still holds the lease, for up to %v", duration)
	}
	NewWithT(t).Eventually(func(g Gomega) { // it may still be starting
		holder, _ := lease(g)
		g.Expect(holder).NotTo(Or(BeEmpty(), Equal(first)))
	}, soon, 50*time.Millisecond).Should(Succeed())
	t.Logf("the next manager held the lease %v after the first one's end", time.Since(stopped).Round(time.Millisecond))
}
