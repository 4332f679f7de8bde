package simulator

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

// subscriptionMutations change webhook subscriptions. Rules are those of
// https://shopify.dev/docs/api/admin-graphql/latest/input-objects/WebhookSubscriptionInput,
// messages those of Shopify's replies in public records, which put every fault
// of the address at callbackUrl, whichever field it came in.
var subscriptionMutations = map[string]fields{"Mutation": {
	"webhookSubscriptionCreate": root(createSubscription, "topic", "webhookSubscription"),
	"webhookSubscriptionUpdate": root(updateSubscription, "id", "webhookSubscription"),
	"webhookSubscriptionDelete": root(deleteSubscription, "id"),
}}

func createSubscription(r *request, args arguments) (any, error) {
	// Which field the record of this refusal names is not public; it is the only
	// argument that it can be about (?). Text: https://github.com/Shopify/shopify-cli/issues/311.
	topic := args.text("topic")
	if value := r.schema.Types["WebhookSubscriptionTopic"].EnumValues.ForName(topic); !schema.AccessOf(value.Directives).Allows(r.granted) {
		return subscriptionPayload(nil, userError("", "You cannot create a webhook subscription with the specified topic", "topic"))
	}
	if refused := refuseTopic(r.app, topic); refused != nil {
		return subscriptionPayload(nil, refused)
	}
	w := WebhookSubscription{App: r.app.ClientID, Topic: topic, Format: "JSON", APIVersion: r.version, CreatedAt: r.now}
	if errors := fill(r, &w, args.object("webhookSubscription")); len(errors) > 0 {
		return subscriptionPayload(nil, errors...)
	}
	if err := modelled(&w); err != nil {
		return nil, err
	}
	w.ID = r.nextID()
	r.shop.WebhookSubscriptions = append(r.shop.WebhookSubscriptions, w)
	return subscriptionPayload(&r.shop.WebhookSubscriptions[len(r.shop.WebhookSubscriptions)-1])
}

func updateSubscription(r *request, args arguments) (any, error) {
	id, ok, err := args.id("id", "WebhookSubscription")
	if err != nil {
		return nil, err
	}
	w := ownSubscription(r, id)
	if w == nil || !ok {
		return subscriptionPayload(nil, noSubscription())
	}
	changed := *w
	if errors := fill(r, &changed, args.object("webhookSubscription")); len(errors) > 0 {
		return subscriptionPayload(nil, errors...)
	}
	if err := modelled(&changed); err != nil {
		return nil, err
	}
	*w = changed
	return subscriptionPayload(w)
}

func deleteSubscription(r *request, args arguments) (any, error) {
	id, ok, err := args.id("id", "WebhookSubscription")
	if err != nil {
		return nil, err
	}
	if !ok || ownSubscription(r, id) == nil {
		return record{"deletedWebhookSubscriptionId": nil, "userErrors": []any{noSubscription()}}, nil
	}
	r.shop.WebhookSubscriptions = slices.DeleteFunc(r.shop.WebhookSubscriptions, func(w WebhookSubscription) bool { return w.ID == id })
	return record{"deletedWebhookSubscriptionId": gid("WebhookSubscription", id), "userErrors": []any{}}, nil
}

func subscriptionPayload(w *WebhookSubscription, errors ...record) (any, error) {
	payload := record{"webhookSubscription": nil, "userErrors": anys(errors)}
	if w != nil {
		payload["webhookSubscription"] = w
	}
	return payload, nil
}

func noSubscription() record {
	return userError("", "Webhook subscription does not exist", "id")
}

// fill writes the input into a subscription and says what is wrong with the
// result. What the input leaves out stays as it is.
func fill(r *request, w *WebhookSubscription, in arguments) []record {
	switch {
	case in.given("uri"):
		w.URI = strings.TrimSpace(in.text("uri"))
	case in.given("callbackUrl"):
		w.URI = strings.TrimSpace(in.text("callbackUrl"))
	}
	if in.given("format") {
		w.Format = in.text("format")
	}
	for name, field := range map[string]*string{"filter": &w.Filter, "name": &w.Name} {
		if in.given(name) || in.cleared(name) {
			*field = in.text(name)
		}
	}
	for name, field := range map[string]*[]string{"includeFields": &w.IncludeFields, "metafieldNamespaces": &w.MetafieldNamespaces} {
		if in.given(name) || in.cleared(name) {
			*field = in.texts(name)
		}
	}
	if in.given("metafields") || in.cleared("metafields") {
		w.Metafields = nil
		for _, m := range in.objects("metafields") {
			w.Metafields = append(w.Metafields, MetafieldIdentifier{Namespace: canonicalNamespace(r.app, m.text("namespace")), Key: m.text("key")})
		}
	}
	w.UpdatedAt = r.now
	return subscriptionErrors(r, w, in)
}

// subscriptionErrors says what is wrong with a subscription after an input.
func subscriptionErrors(r *request, w *WebhookSubscription, in arguments) []record {
	errors := addressErrors(w.URI)
	if w.Format == "XML" && !strings.HasPrefix(w.URI, "https://") {
		errors = append(errors, inputError("Format can only be used with format: 'json'", "format"))
	}
	if in.given("name") {
		errors = append(errors, nameErrors(w.Name)...)
	}
	for _, other := range ownSubscriptions(r) {
		if other.ID == w.ID {
			continue
		}
		// Records disagree on whether another filter makes another subscription;
		// the stricter reading is that it does not (?).
		if other.Topic == w.Topic && other.URI == w.URI {
			errors = append(errors, inputError("Address for this topic has already been taken", "callbackUrl"))
		}
		if w.Name != "" && strings.EqualFold(other.Name, w.Name) {
			errors = append(errors, inputError("Name already exists, no duplicate allowed", "name"))
		}
	}
	return errors
}

// modelled refuses a filter that the simulator could not heed.
func modelled(w *WebhookSubscription) error {
	if _, err := parseFilter(w.Filter); err != nil {
		return notModelled("the webhook filter %q (%s)", w.Filter, err)
	}
	return nil
}

// inputError is a userError of an input named webhookSubscription; those of
// webhooks have no codes.
func inputError(message, field string) record {
	return userError("", message, "webhookSubscription", field)
}

const eventBridgePrefix = "arn:aws:events:"

var scheme = regexp.MustCompile(`^([a-z][a-z0-9+.-]*)://`)

// pubSub reads the uri of a Google Cloud Pub/Sub topic.
func pubSub(uri string) (project, topic string, ok bool) {
	rest, found := strings.CutPrefix(uri, "pubsub://")
	project, topic, cut := strings.Cut(rest, ":")
	return project, topic, found && cut && project != "" && topic != ""
}

// addressErrors says what is wrong with a uri. That Shopify refuses internal
// hosts too is left out, for a demo delivers to one.
func addressErrors(uri string) []record {
	if uri == "" {
		return []record{inputError("Address can't be blank", "callbackUrl")}
	}
	if strings.HasPrefix(uri, eventBridgePrefix) {
		return nil
	}
	m := scheme.FindStringSubmatch(uri)
	if m == nil {
		return []record{inputError("Address is invalid", "callbackUrl")}
	}
	switch m[1] {
	case "https":
		if u, err := url.Parse(uri); err != nil || u.Hostname() == "" {
			return []record{inputError("Address is invalid", "callbackUrl")}
		}
		return nil
	case "pubsub":
		if _, _, ok := pubSub(uri); !ok {
			return []record{inputError("Address is not a valid GCP pub/sub format. Format should be pubsub://project:topic", "callbackUrl")}
		}
		return nil
	}
	return []record{inputError("Address protocol "+m[1]+":// is not supported", "callbackUrl")}
}

func nameErrors(name string) []record {
	var errors []record
	if name == "" {
		errors = append(errors, inputError("Name is too short (minimum is 1 character)", "name"))
	}
	if !identifier.MatchString(name) {
		errors = append(errors, inputError("Name name field can only contain alphanumeric characters, underscores, and hyphens", "name"))
	}
	if utf8.RuneCountInString(name) > 50 {
		errors = append(errors, inputError("Name is too long (maximum is 50 characters)", "name"))
	}
	return errors
}
