//go:build e2e

// Package e2e installs Shopkeeper in a real cluster as its users do, and goes through
// what happens to it there. `make e2e` runs it. It needs a kubeconfig, kubectl, and the
// images on the nodes; Shopify is the simulated one of overlays/kind.
package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

// The namespaces of overlays/kind, and one of the tests' own.
const (
	system    = "shopkeeper-system"
	databases = "shopkeeper-ledger"
	shopify   = "shopkeeper-simulator"
	ours      = "shopkeeper-e2e"
)

// patience is how long a condition may take to come about on a busy machine.
const patience = 5 * time.Minute

// The clients of all scenarios.
var (
	maple   = deliverytest.NewStore("maple-kids")
	thrifty = deliverytest.NewStore("thrifty-bees")
	stores  = []deliverytest.Store{maple, thrifty}
)

// cluster is the cluster, and what is known of it from one scenario to the next.
type cluster struct {
	t *testing.T
	// ctx ends with all scenarios; kubeconfig and overlay are paths.
	ctx                 context.Context
	kubeconfig, overlay string
	config              *rest.Config
	kube                client.Client
	// before is every object that was there before Shopkeeper was.
	before map[string]string
	// till is what each item earned that was sold beside the shop, by store.
	till map[string]map[string]string
	// next is the number of the next item that a customer buys.
	next atomic.Int64
}

// TestInACluster goes through the scenarios in their order: each builds on those before.
func TestInACluster(t *testing.T) {
	c := connect(t)
	for _, scenario := range []struct {
		name string
		run  func(*scene)
	}{
		{"Install", install},
		{"Network", network},
		{"Onboard", onboard},
		{"Sale", sale},
		{"Kills", kills},
		{"Restore", restore},
		{"GitOps", gitOps},
		{"Settle", settle},
		{"DeleteNamespace", deleteNamespace},
		{"Uninstall", uninstall},
		{"Upgrade", upgrade},
		{"UninstallAgain", uninstall},
	} {
		started := time.Now()
		ok := t.Run(scenario.name, func(t *testing.T) {
			s := &scene{WithT: NewWithT(t), t: t, cluster: c}
			s.SetDefaultEventuallyTimeout(patience)
			s.SetDefaultEventuallyPollingInterval(250 * time.Millisecond)
			scenario.run(s)
		})
		t.Logf("%s: %s", scenario.name, time.Since(started).Round(100*time.Millisecond))
		if !ok {
			c.dump()
			t.FailNow()
		}
	}
}

// scene is a scenario on its way.
type scene struct {
	*WithT
	*cluster
	t *testing.T
}

func connect(t *testing.T) *cluster {
	t.Helper()
	g := NewWithT(t)
	c := &cluster{t: t, ctx: t.Context(), kubeconfig: os.Getenv("KUBECONFIG"), overlay: os.Getenv("E2E_OVERLAY"), till: map[string]map[string]string{}}
	if c.kubeconfig == "" || c.overlay == "" {
		t.Fatal("these tests need a cluster: run `make e2e`, which makes one, or `make e2e E2E_KUBECONFIG=... E2E_LOAD=...` for one that is there")
	}
	var err error
	c.config, err = clientcmd.BuildConfigFromFlags("", c.kubeconfig)
	g.Expect(err).NotTo(HaveOccurred())
	c.config.QPS = -1
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	c.kube, err = client.New(c.config, client.Options{Scheme: scheme})
	g.Expect(err).NotTo(HaveOccurred())
	ofOurs := []string{"get", "--ignore-not-found", "-o", "name"}
	for _, crd := range []string{"shopifystores", "syncjobs"} {
		ofOurs = append(ofOurs, "customresourcedefinition/"+crd+"."+v1alpha1.GroupVersion.Group)
	}
	for _, namespace := range []string{system, databases, shopify, ours, maple.Tenant, thrifty.Tenant} {
		ofOurs = append(ofOurs, "namespace/"+namespace)
	}
	there, err := c.kubectl("", ofOurs...)
	g.Expect(err).NotTo(HaveOccurred())
	if there != "" {
		t.Fatalf("these are in the cluster already, and the scenarios would delete them:\n%s", there)
	}
	return c
}

// kubectl runs kubectl, with YAML for its input, and returns what it printed; the error
// has what it complained of.
func (c *cluster) kubectl(input string, args ...string) (string, error) {
	cmd := exec.CommandContext(c.ctx, "kubectl", args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+c.kubeconfig)
	cmd.Dir = testenv.Root()
	cmd.Stdin = strings.NewReader(input)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("kubectl %s: %w: %s%s", strings.Join(args, " "), err, out, complaints.String())
	}
	return string(out), err
}

// must runs kubectl and expects it to succeed.
func (s *scene) must(args ...string) string {
	s.t.Helper()
	return s.mustWith("", args...)
}

func (s *scene) mustWith(input string, args ...string) string {
	s.t.Helper()
	out, err := s.kubectl(input, args...)
	s.Expect(err).NotTo(HaveOccurred())
	return out
}

// refused runs kubectl and expects the API server to refuse it with such words.
func (s *scene) refused(words, input string, args ...string) {
	s.t.Helper()
	_, err := s.kubectl(input, args...)
	s.Expect(err).To(MatchError(ContainSubstring(words)), "kubectl %s", strings.Join(args, " "))
}

// afterwards runs kubectl when the scenario has ended, however it did.
func (s *scene) afterwards(args ...string) {
	s.t.Cleanup(func() {
		if _, err := s.kubectl("", args...); err != nil {
			s.t.Error(err)
		}
	})
}

// dump writes what helps to find out why something failed.
func (c *cluster) dump() {
	for _, args := range [][]string{
		{"get", "pods", "-A", "-o", "wide"},
		{"get", "syncjobs", "-A"},
		{"get", "shopifystores", "-A", "-o", "jsonpath={range .items[*]}{.metadata.name}{\"\\n\"}{range .status.conditions[*]}  {.type}={.status} {.message}{\"\\n\"}{end}{end}"},
		{"get", "events", "-A", "--sort-by=.lastTimestamp"},
		{"logs", "-n", system, "-l", "app.kubernetes.io/component=manager", "--prefix", "--tail=50"},
		{"logs", "-n", system, "-l", "app.kubernetes.io/component=relay", "--prefix", "--tail=50"},
		{"logs", "-n", system, "-l", "app.kubernetes.io/component=console", "--prefix", "--tail=50"},
		{"logs", "-n", databases, "postgres-0", "--all-containers", "--tail=50"},
	} {
		out, err := c.kubectl("", args...)
		c.t.Logf("kubectl %s\n%s%v", strings.Join(args, " "), out, err)
	}
}
