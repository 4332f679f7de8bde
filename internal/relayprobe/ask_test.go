package relayprobe

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
)

func maple() routes.Route {
	return routes.Route{
		Namespace: "client-maple-kids", Store: "maple-kids", Shop: "maple-kids.myshopify.com",
		Secrets: []string{"shpss_current", "shpss_previous"}, Topics: []string{"orders/paid", "orders/create"},
	}
}

// The relay's own half is held against this one in webhookrelay.
func TestAnswers(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	cases := map[string]struct {
		reason string
		answer http.HandlerFunc
		want   Problem // empty for none
		text   string  // in the error
	}{
		"proved": {"it is the relay", func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			w.Header().Set(ProofHeader, Proof([]byte("shpss_current"), body))
		}, "", ""},
		"echo": {"what comes back is no proof", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(ProofHeader, r.Header.Get("X-Shopify-Hmac-Sha256"))
		}, NotRelay, "does not prove to be the relay"},
		"proof of another secret": {"the previous one does not show that the new one is there", func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			w.Header().Set(ProofHeader, Proof([]byte("shpss_previous"), body))
		}, NotRelay, "does not prove to be the relay"},
		"a web page": {"many things answer 200", status(200), NotRelay, "does not prove to be the relay"},
		"redirect":   {"Shopify follows none", http.RedirectHandler("/elsewhere", http.StatusTemporaryRedirect).ServeHTTP, NotRelay, "redirects (307)"},
		"401":        {"it passes", status(401), NotRouted, "up to two minutes"},
		"409":        {"it passes too", status(409), NotRouted, "topics"},
		"403":        {"an allow-list", status(403), NotAllowed, "--allow-from"},
		"404":        {"an ingress without a rule", status(404), NotRelay, "--relay-url"},
		"405":        {"something else", status(405), NotRelay, "answers 405"},
		"429":        {"it passes", status(429), NotReady, "429"},
		"503":        {"the relay is not ready, or there is none behind the proxy", status(503), NotReady, "503"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			server := httptest.NewServer(tc.answer)
			defer server.Close()
			err := Ask(t.Context(), server.Client(), server.URL, maple())
			if tc.want == "" {
				g.Expect(err).NotTo(HaveOccurred(), tc.reason)
				return
			}
			g.Expect(err).To(MatchError(ContainSubstring(tc.text)), tc.reason)
			e, ok := errors.AsType[*Error](err)
			g.Expect(ok).To(BeTrue())
			g.Expect(e.Problem).To(Equal(tc.want), tc.reason)
			g.Expect(err.Error()).NotTo(ContainSubstring("shpss_"))
		})
	}
}

func TestWhatIsAsked(t *testing.T) {
	g := NewWithT(t)
	var bodies []string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies = append(bodies, string(body))
		g.Expect(r.Method + " " + r.URL.Path).To(Equal("POST /under/webhooks/client-maple-kids/maple-kids"))
		g.Expect(r.Header.Get("X-Shopify-Topic")).To(Equal("shopkeeper/probe"))
		g.Expect(r.Header.Get("X-Shopify-Shop-Domain")).To(Equal("maple-kids.myshopify.com"))
		g.Expect(r.Header.Get("X-Shopify-Hmac-Sha256")).To(Equal(sign([]byte("shpss_current"), body)))
		topics, ok := Topics(body)
		g.Expect(ok).To(BeTrue())
		g.Expect(topics).To(Equal([]string{"orders/create", "orders/paid"}))
		g.Expect(Reserved(body)).To(BeTrue())
	}))
	defer server.Close()
	for range 2 {
		g.Expect(Ask(t.Context(), server.Client(), server.URL+"/under/", maple())).To(HaveOccurred())
	}
	g.Expect(bodies[0]).NotTo(Equal(bodies[1]), "an answer that was recorded proves nothing")
}

func TestNoAnswer(t *testing.T) {
	g := NewWithT(t)
	problem := func(client *http.Client, url string) (Problem, string) {
		err := Ask(t.Context(), client, url, maple())
		e, ok := errors.AsType[*Error](err)
		g.Expect(ok).To(BeTrue(), "%v", err)
		return e.Problem, e.Error()
	}
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	secure.StartTLS()
	defer secure.Close()
	p, text := problem(&http.Client{}, secure.URL)
	g.Expect(p).To(Equal(NotTrusted))
	g.Expect(text).To(ContainSubstring("public authority"))

	plain := httptest.NewServer(http.NotFoundHandler())
	p, _ = problem(&http.Client{}, "https"+plain.URL[len("http"):])
	g.Expect(p).To(Equal(NotTrusted), "it does not speak TLS")
	plain.Close()
	p, text = problem(&http.Client{}, plain.URL)
	g.Expect(p).To(Equal(NotReachable))
	g.Expect(text).To(And(ContainSubstring("connection refused"), ContainSubstring("see whether the relay runs")))

	var lc net.ListenConfig
	silent, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	g.Expect(err).NotTo(HaveOccurred())
	defer silent.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err = Ask(ctx, &http.Client{}, "http://"+silent.Addr().String(), maple())
	g.Expect(err).To(MatchError(ContainSubstring("did not answer")))
	g.Expect(err).To(MatchError(context.DeadlineExceeded))

	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	g.Expect(Ask(ctx, &http.Client{}, "http://"+silent.Addr().String(), maple())).To(BeIdenticalTo(context.Canceled), "the manager ends, and the relay is not to blame")
}

func TestWhatCannotBeAsked(t *testing.T) {
	g := NewWithT(t)
	for _, url := range []string{"", "hooks.example.com", "https://", "http://%"} {
		g.Expect(Ask(t.Context(), &http.Client{}, url, maple())).To(MatchError(ContainSubstring("give a URL such as")), url)
	}
	broken := maple()
	broken.Secrets = nil
	g.Expect(Ask(t.Context(), &http.Client{}, "https://hooks.example.com", broken)).To(MatchError(ContainSubstring("0 secrets")))
}

// A condition tells the text, and is written where it changes.
func TestTheSameFailureReadsTheSame(t *testing.T) {
	g := NewWithT(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(connection.(*net.TCPConn).SetLinger(0)).To(Succeed()) // a reset, as when a relay is killed
		_ = connection.Close()
	}))
	defer server.Close()
	first := Ask(t.Context(), &http.Client{Transport: &http.Transport{}}, server.URL, maple())
	again := Ask(t.Context(), &http.Client{Transport: &http.Transport{}}, server.URL, maple())
	g.Expect(first).To(MatchError(ContainSubstring("connection reset")))
	g.Expect(again).To(MatchError(first.Error()))
}
