//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"time"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

var forwarded = regexp.MustCompile(`127\.0\.0\.1:\d+`)

// forward returns an address of this machine that leads to a pod of a service until
// the scenario ends.
func (s *scene) forward(namespace, service, port string) string {
	s.t.Helper()
	cmd := exec.Command("kubectl", "port-forward", "-n", namespace, "service/"+service, ":"+port)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+s.kubeconfig)
	cmd.Stderr = s.t.Output()
	out, err := cmd.StdoutPipe()
	s.Expect(err).NotTo(HaveOccurred())
	ended, err := ledgertest.Spawn(cmd, syscall.SIGKILL)
	s.Expect(err).NotTo(HaveOccurred())
	s.t.Cleanup(func() { _ = cmd.Process.Kill(); <-ended })
	reader := bufio.NewReader(out)
	line, err := reader.ReadString('\n')
	s.Expect(err).NotTo(HaveOccurred(), "kubectl port-forward")
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	return forwarded.FindString(line)
}

// shops are the simulated shops, by their control API.
type shops struct {
	base   string
	client *http.Client
}

func (s *scene) shops() *shops {
	s.t.Helper()
	return &shops{base: "http://" + s.forward(shopify, "simulator", "http") + "/__sim", client: &http.Client{Timeout: time.Minute}}
}

// call sends one request; out may be nil.
func (s *shops) call(method, path string, in, out any) error {
	var body io.Reader = http.NoBody
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, s.base+path, body)
	if err != nil {
		return err
	}
	answer, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode >= http.StatusMultipleChoices {
		err = fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, text)
	}
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(text, out)
}

// open adds a shop whose rate limit nobody reaches, and of whose webhooks each comes
// twice and some come late.
func (s *shops) open(domain, name string) error {
	return s.call(http.MethodPost, "/shops", map[string]any{
		"domain": domain, "name": name, "rateLimit": simulator.RateLimit{Maximum: 1e6, RestoreRate: 1e5, RESTBucket: 10000, RESTLeak: 1000},
		"delivery": simulator.DeliverySettings{Rules: []simulator.DeliveryRule{{Duplicates: 1, Reorder: simulator.Duration(200 * time.Millisecond)}}},
	}, nil)
}

func (s *shops) shop(domain string) (shop simulator.Shop, err error) {
	err = s.call(http.MethodGet, "/shops/"+domain, nil, &shop)
	return shop, err
}

// annex gives a shop a second location.
func (s *shops) annex(domain, name string) error {
	shop, err := s.shop(domain)
	if err != nil {
		return err
	}
	second := shop.Locations[0]
	second.ID, second.Name, second.Primary = 0, name, false
	return s.call(http.MethodPatch, "/shops/"+domain, map[string]any{"locations": append(shop.Locations, second)}, nil)
}

// subscriptions are the numbers of a shop's webhook subscriptions, by topic.
func (s *scene) subscriptions(g Gomega, market *shops, store deliverytest.Store) map[string]uint64 {
	shop, err := market.shop(store.Domain)
	g.Expect(err).NotTo(HaveOccurred())
	numbers := map[string]uint64{}
	for _, one := range shop.WebhookSubscriptions {
		numbers[one.Topic] = one.ID
	}
	g.Expect(numbers).To(HaveLen(len(shop.WebhookSubscriptions)), "one a topic")
	return numbers
}

// checkout has a customer buy.
func (s *shops) checkout(domain string, c simulator.Checkout) (order simulator.Order, err error) {
	err = s.call(http.MethodPost, "/shops/"+domain+"/checkouts", c, &order)
	return order, err
}

// act does something about an order: payments, refunds or a cancellation.
func (s *shops) act(domain string, order uint64, act string, in any) error {
	return s.call(http.MethodPost, fmt.Sprintf("/shops/%s/orders/%d/%s", domain, order, act), in, nil)
}

// deliveries are those in a state, or all where it is empty.
func (s *shops) deliveries(state string) ([]simulator.Delivery, error) {
	var all struct {
		Deliveries []simulator.Delivery `json:"deliveries"`
	}
	err := s.call(http.MethodGet, "/deliveries?state="+url.QueryEscape(state), nil, &all)
	return all.Deliveries, err
}

// ledger opens the ledger as the manager does, until the scenario ends.
func (s *scene) ledger() *ledger.Ledger {
	s.t.Helper()
	address, err := url.Parse(s.secret(s, system, "shopkeeper-manager-ledger", "url"))
	s.Expect(err).NotTo(HaveOccurred())
	address.Host = s.forward(databases, "postgres", "postgres")
	return ledgertest.Open(s.t, address.String(), nil)
}

func (s *scene) secret(g Gomega, namespace, name, key string) string {
	var secret corev1.Secret
	g.Expect(s.kube.Get(s.ctx, client.ObjectKey{Namespace: namespace, Name: name}, &secret)).To(Succeed())
	return string(secret.Data[key])
}

// shopkeeper runs a subcommand in the manager's pod, where the ledger is known.
func (s *scene) shopkeeper(args ...string) string {
	s.t.Helper()
	return s.must(append([]string{"exec", "-n", system, "deploy/shopkeeper-manager", "-c", "manager", "--", "/shopkeeper"}, args...)...)
}

// lines are the lines of a text that are not empty.
func lines(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
}
