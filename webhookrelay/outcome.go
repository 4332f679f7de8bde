package webhookrelay

import (
	"net/http"
	"strconv"
	"time"
)

// Outcome is what became of a request. Metrics count by it.
type Outcome string

// The outcomes. Shopify takes anything but 200 for a failure and sends it again,
// so each says what it is for a person and a metric.
const (
	Stored         Outcome = "Stored"         // durable
	Probed         Outcome = "Probed"         // the manager's question was answered
	NoSuchPath     Outcome = "NoSuchPath"     // not the path of any store
	NotPost        Outcome = "NotPost"        // another method
	SourceRefused  Outcome = "SourceRefused"  // from an address that is not allowed
	TooManyHeaders Outcome = "TooManyHeaders" // more than Shopify ever sends
	BodyTooLarge   Outcome = "BodyTooLarge"   // declared or sent
	BodyTooSlow    Outcome = "BodyTooSlow"    // not there in time
	BodyBroken     Outcome = "BodyBroken"     // the sender ended, or sent no proper HTTP
	Busy           Outcome = "Busy"           // too many requests or bytes at a time
	NoRoutes       Outcome = "NoRoutes"       // none could be loaded yet
	Unauthorized   Outcome = "Unauthorized"   // no such store, or not its signature
	WrongShop      Outcome = "WrongShop"      // signed, and said to be of another shop
	TopicNotRouted Outcome = "TopicNotRouted" // signed, of a topic that the route does not list
	NotWebhook     Outcome = "NotWebhook"     // signed, a probe's body and not its topic or the other way round
	ProbeAhead     Outcome = "ProbeAhead"     // the manager asked for a shop or topics that the route does not have yet
	InboxFull      Outcome = "InboxFull"      // the waiting room is full
	InboxFailed    Outcome = "InboxFailed"    // it could not be stored, or not in time
	Panicked       Outcome = "Panicked"       // a mistake in the relay
)

// answers are the status and the text of each outcome. What comes before the
// signature is verified tells nothing about stores.
var answers = map[Outcome]struct {
	status int
	text   string
}{
	Stored:         {http.StatusOK, "stored"},
	Probed:         {http.StatusOK, "this relay takes the store's webhooks in"},
	NoSuchPath:     {http.StatusNotFound, "webhooks go to /webhooks/<namespace>/<store>"},
	NotPost:        {http.StatusMethodNotAllowed, "webhooks are posted"},
	SourceRefused:  {http.StatusForbidden, "this address may not send webhooks"},
	TooManyHeaders: {http.StatusRequestHeaderFieldsTooLarge, "too many headers"},
	BodyTooLarge:   {http.StatusRequestEntityTooLarge, "the body is too large"},
	BodyTooSlow:    {http.StatusRequestTimeout, "the body did not arrive in time"},
	BodyBroken:     {http.StatusBadRequest, "the body could not be read"},
	Busy:           {http.StatusServiceUnavailable, "too busy"},
	NoRoutes:       {http.StatusServiceUnavailable, "not ready"},
	Unauthorized:   {http.StatusUnauthorized, "no such store, or not signed with its secret"},
	WrongShop:      {http.StatusForbidden, "the store has another shop"},
	TopicNotRouted: {http.StatusForbidden, "the store does not take this topic"},
	NotWebhook:     {http.StatusForbidden, "this is no webhook"},
	ProbeAhead:     {http.StatusConflict, "the route does not have this shop and all of these topics yet"},
	InboxFull:      {http.StatusServiceUnavailable, "too many deliveries wait to be stored"},
	InboxFailed:    {http.StatusServiceUnavailable, "deliveries cannot be stored at present"},
	Panicked:       {http.StatusInternalServerError, "this should not happen"},
}

// retryAfter is what Retry-After says. Shopify goes by a schedule of its own;
// others and load balancers go by this.
const retryAfter = 5 * time.Second

// answer writes the reply to a request.
func (o Outcome) answer(w http.ResponseWriter) {
	a := answers[o]
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	switch a.status {
	case http.StatusMethodNotAllowed:
		h.Set("Allow", http.MethodPost)
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", strconv.Itoa(int(retryAfter.Seconds())))
	case http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusBadRequest:
		h.Set("Connection", "close") // the rest of the body is not waited for
	}
	w.WriteHeader(a.status)
	_, _ = w.Write([]byte(a.text + "\n"))
}
