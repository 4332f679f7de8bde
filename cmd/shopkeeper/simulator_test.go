package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
)

// startSimulator runs the command and returns its address once it listens, and
// a function that ends it and returns its error.
func startSimulator(t *testing.T, args ...string) (address string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	cmd := newSimulatorCommand()
	cmd.SetArgs(append([]string{"--listen", "127.0.0.1:0"}, args...))
	cmd.SetOut(writer)
	done := make(chan error, 1)
	go func() {
		err := cmd.ExecuteContext(ctx)
		_ = writer.CloseWithError(io.EOF)
		done <- err
	}()
	line, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil {
		cancel()
		t.Fatalf("the simulator ended: %v", <-done)
	}
	address = regexp.MustCompile(`https?://\S+`).FindString(line)
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	return address, func() error { cancel(); return <-done }
}

func send(t *testing.T, client *http.Client, method, url, host, body string) (int, string) {
	t.Helper()
	g := NewWithT(t)
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	g.Expect(err).NotTo(HaveOccurred())
	req.Host = host
	req.Header.Set("X-Shopify-Access-Token", "shpat_maple-kids")
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	g.Expect(err).NotTo(HaveOccurred())
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	g.Expect(err).NotTo(HaveOccurred())
	return resp.StatusCode, string(text)
}

const mapleShop = `{"domain": "maple-kids.myshopify.com", "name": "Maple Kids"}`

func TestSimulatorGoesOnFromItsState(t *testing.T) {
	g := NewWithT(t)
	dir := t.TempDir()
	state, shops := filepath.Join(dir, "state.json"), filepath.Join(dir, "shops.json")
	g.Expect(os.WriteFile(shops, []byte(`{"shops": [{"domain": "oak-kids.myshopify.com", "name": "Oak Kids"}]}`), 0o600)).To(Succeed())

	address, stop := startSimulator(t, "--state", state, "--shops", shops)
	status, text := send(t, &http.Client{}, "POST", address+"/__sim/shops", "", mapleShop)
	g.Expect(status).To(Equal(201), text)
	_, _ = send(t, &http.Client{}, "PATCH", address+"/__sim/shops/oak-kids.myshopify.com", "", `{"name": "Oak & Elm"}`)
	g.Expect(stop()).To(Succeed())
	info, err := os.Stat(state)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(info.Mode().Perm()).To(Equal(os.FileMode(0o600)), "there are secrets in it")
	g.Expect(os.ReadDir(dir)).To(HaveLen(2), "nothing else is left behind")

	address, stop = startSimulator(t, "--state", state, "--shops", shops)
	_, text = send(t, &http.Client{}, "GET", address+"/__sim/shops", "", "")
	g.Expect(text).To(And(ContainSubstring("Maple Kids"), ContainSubstring("Oak & Elm")), "the state is newer than --shops")
	g.Expect(stop()).To(Succeed())
}

func TestSimulatorsClock(t *testing.T) {
	g := NewWithT(t)
	state := filepath.Join(t.TempDir(), "state.json")
	address, stop := startSimulator(t, "--clock", "2026-11-23T09:00:00Z", "--state", state)
	_, text := send(t, &http.Client{}, "POST", address+"/__sim/clock", "", `{"advance": "90m"}`)
	g.Expect(text).To(ContainSubstring(`"now":"2026-11-23T10:30:00Z"`))
	g.Expect(stop()).To(Succeed())
	address, stop = startSimulator(t, "--clock", "2026-11-23T09:00:00Z", "--state", state)
	_, text = send(t, &http.Client{}, "GET", address+"/__sim/clock", "", "")
	g.Expect(text).To(ContainSubstring(`"now":"2026-11-23T10:30:00Z"`), "time goes on where it was")
	g.Expect(stop()).To(Succeed())
	address, stop = startSimulator(t)
	_, text = send(t, &http.Client{}, "GET", address+"/__sim/clock", "", "")
	g.Expect(text).To(ContainSubstring(`"simulated":false`))
	g.Expect(stop()).To(Succeed())
}

func TestSimulatorSpeaksTLS(t *testing.T) {
	g := NewWithT(t)
	caFile := filepath.Join(t.TempDir(), "ca.pem")
	address, stop := startSimulator(t, "--tls", "--ca-file", caFile, "--tls-host", "simulator.example")
	g.Expect(address).To(HavePrefix("https://"))
	authority, err := os.ReadFile(caFile)
	g.Expect(err).NotTo(HaveOccurred())
	roots := x509.NewCertPool()
	g.Expect(roots.AppendCertsFromPEM(authority)).To(BeTrue())
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}
	client := &http.Client{Transport: transport}
	status, text := send(t, client, "POST", address+"/__sim/shops", "", mapleShop)
	g.Expect(status).To(Equal(201), text)
	status, text = send(t, client, "POST", address+"/admin/api/2026-07/graphql.json", "maple-kids.myshopify.com", `{"query": "{ shop { name } }"}`)
	g.Expect(status).To(Equal(200), text)
	g.Expect(text).To(ContainSubstring("Maple Kids"))
	transport.CloseIdleConnections()
	g.Expect(stop()).To(Succeed())
}

func TestSimulatorsVersions(t *testing.T) {
	g := NewWithT(t)
	accessible := func(args ...string) string {
		address, stop := startSimulator(t, args...)
		_, text := send(t, &http.Client{}, "GET", address+"/__sim/versions", "", "")
		g.Expect(stop()).To(Succeed())
		return text
	}
	g.Expect(accessible()).To(ContainSubstring(`"accessible":["2026-01","2026-04","2026-07","2026-10"]`), "whatever the date")
	g.Expect(accessible("--api-versions", "2026-04,2026-10")).To(ContainSubstring(`"accessible":["2026-04","2026-10"]`))
	g.Expect(accessible("--api-versions", "clock")).To(ContainSubstring(`"pinned":[]`))
}

func TestSimulatorsRetries(t *testing.T) {
	g := NewWithT(t)
	address, stop := startSimulator(t, "--webhooks-retries", "10ms,20ms")
	shop := address + "/__sim/shops/maple-kids.myshopify.com"
	for _, act := range [][2]string{
		{address + "/__sim/shops", mapleShop},
		{shop + "/webhook_subscriptions", `{"app": "maple-kids-app", "topic": "ORDERS_CREATE", "uri": "https://127.0.0.1:1/nobody", "apiVersion": "2026-07"}`},
		{shop + "/events", `{"topic": "ORDERS_CREATE"}`},
	} {
		status, text := send(t, &http.Client{}, "POST", act[0], "", act[1])
		g.Expect(status).To(BeNumerically("<", 300), text)
	}
	g.Eventually(func() string {
		_, text := send(t, &http.Client{}, "GET", address+"/__sim/deliveries", "", "")
		return text
	}).Should(ContainSubstring(`"state":"FAILED"`), "8 retries take 4 hours")
	g.Expect(stop()).To(Succeed())
}

func TestSimulatorsFlags(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.json")
	NewWithT(t).Expect(os.WriteFile(broken, []byte(`{`), 0o600)).To(Succeed())
	cases := map[string]struct {
		reason string
		args   []string
		want   string
	}{
		"ca without tls":  {"there would be no CA", []string{"--ca-file", filepath.Join(dir, "ca.pem")}, "--tls"},
		"unknown version": {"there is no schema for it", []string{"--api-versions", "2019-04"}, "--api-versions"},
		"broken state":    {"it is not overwritten", []string{"--state", broken}, "broken.json"},
		"no directory":    {"all would be lost at the end", []string{"--state", filepath.Join(dir, "no", "state.json")}, "no such file"},
		"clock":           {"a time has a form", []string{"--clock", "tomorrow"}, "--clock"},
		"webhooks' ca":    {"a CA is a certificate", []string{"--webhooks-ca-file", broken}, "no PEM certificate"},
		"no webhooks' ca": {"that is there", []string{"--webhooks-ca-file", filepath.Join(dir, "ca.pem")}, "--webhooks-ca-file"},
		"retries' order":  {"the next is the earliest", []string{"--webhooks-retries", "10s,2s"}, "--webhooks-retries"},
		"no shops":        {"what is asked for is there", []string{"--shops", filepath.Join(dir, "shops.json")}, "shops.json"},
		"ca's directory":  {"clients could not find it", []string{"--tls", "--ca-file", filepath.Join(dir, "no", "ca.pem")}, "no such file"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			cmd := newSimulatorCommand()
			cmd.SetArgs(append([]string{"--listen", "127.0.0.1:0"}, tc.args...))
			cmd.SilenceUsage, cmd.SilenceErrors = true, true
			cmd.SetOut(io.Discard)
			g.Expect(cmd.ExecuteContext(t.Context())).To(MatchError(ContainSubstring(tc.want)), tc.reason)
			g.Expect(os.ReadFile(broken)).To(Equal([]byte(`{`)))
		})
	}
}
