package webhookrelay

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/relayprobe"
)

// Handler takes webhooks in: limits, then the signature, then the route, then the
// inbox, and only then 200.
type Handler struct {
	inbox   Inbox
	limits  Limits
	peers   Peers
	metrics *metrics
	log     *slog.Logger
	now     func() time.Time

	routes   atomic.Pointer[table] // nil until routes were loaded
	requests room
	buffered room
	draining atomic.Bool
	failing  atomic.Bool // whether the last Put failed
}

func newHandler(inbox Inbox, limits Limits, peers Peers, m *metrics, log *slog.Logger) *Handler {
	h := &Handler{inbox: inbox, limits: limits, peers: peers, metrics: m, log: log, now: time.Now}
	h.requests.size, h.buffered.size = int64(limits.Requests), limits.BufferedBytes
	m.watch(h)
	return h
}

// paths serves a handler under the paths of stores.
func (h *Handler) paths() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/webhooks/{namespace}/{store}", h)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		h.metrics.observe(NoSuchPath, 0)
		NoSuchPath.answer(w)
	})
	return mux
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	arrived := h.now()
	if h.draining.Load() {
		w.Header().Set("Connection", "close") // the next request goes to another relay
	}
	outcome := h.guarded(w, r, arrived)
	outcome.answer(w)
	h.metrics.observe(outcome, h.now().Sub(arrived))
	h.log.LogAttrs(r.Context(), slog.LevelDebug, "request", slog.String("outcome", string(outcome)), slog.String("from", r.RemoteAddr))
}

// guarded handles a request, and survives a mistake of ours.
func (h *Handler) guarded(w http.ResponseWriter, r *http.Request, arrived time.Time) (outcome Outcome) {
	defer func() {
		if mistake := recover(); mistake != nil {
			h.log.ErrorContext(r.Context(), "a request could not be handled: please report this", "panic", mistake, "stack", string(debug.Stack()))
			outcome = Panicked
		}
	}()
	return h.handle(w, r, arrived)
}

func (h *Handler) handle(w http.ResponseWriter, r *http.Request, arrived time.Time) Outcome {
	routes := h.routes.Load()
	switch {
	case r.Method != http.MethodPost:
		return NotPost
	case countHeaders(r.Header) > h.limits.Headers:
		return TooManyHeaders
	case !h.peers.allow(r):
		return SourceRefused
	case routes == nil:
		return NoRoutes
	case !h.requests.take(1):
		return Busy
	}
	defer h.requests.give(1)
	b, outcome := h.readBody(w, r)
	defer h.buffered.give(b.taken)
	if outcome != "" {
		return outcome
	}
	to := routes.find(r.PathValue("namespace"), r.PathValue("store"))
	secret := to.signers.signed(b.bytes, r.Header.Get(signatureHeader))
	if secret == nil {
		return Unauthorized
	}
	topic := r.Header.Get(topicHeader)
	switch {
	case topic == relayprobe.Topic:
		return answerProbe(w.Header(), r.Header.Get(shopHeader), to, secret, b.bytes)
	case r.Header.Get(shopHeader) != to.shop:
		return WrongShop
	case relayprobe.Reserved(b.bytes):
		return NotWebhook
	case !slices.Contains(to.topics, topic):
		return TopicNotRouted
	}
	return h.store(r.Context(), received(to, topic, r.Header, b.bytes, arrived), arrived)
}

func countHeaders(h http.Header) int {
	n := 0
	for _, values := range h {
		n += len(values)
	}
	return n
}

// answerProbe answers the manager's question whether webhooks would be taken in.
func answerProbe(reply http.Header, shop string, to *route, secret, body []byte) Outcome {
	topics, ok := relayprobe.Topics(body)
	switch {
	case !ok:
		return NotWebhook
	case shop != to.shop || to.lacks(topics):
		return ProbeAhead
	}
	reply.Set(relayprobe.ProofHeader, relayprobe.Proof(secret, body))
	return Probed
}

// store makes a delivery durable. It does so too where the sender has left in the
// meantime: the delivery is then there when Shopify sends it again.
func (h *Handler) store(ctx context.Context, d deliveries.Received, arrived time.Time) Outcome {
	left := h.limits.AnswerTime - h.now().Sub(arrived)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), left)
	defer cancel()
	switch err := h.inbox.Put(ctx, d); {
	case err == nil:
		h.metrics.accept(d.Topic, len(d.Body))
		if h.failing.Swap(false) {
			h.log.InfoContext(ctx, "deliveries are stored again")
		}
		return Stored
	case errors.Is(err, deliveries.ErrFull):
		return InboxFull
	default:
		if !h.failing.Swap(true) { // one line, not one for each delivery
			h.log.ErrorContext(ctx, "deliveries cannot be stored, and Shopify will send them again", "error", err)
		}
		return InboxFailed
	}
}
