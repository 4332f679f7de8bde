package routes

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

const (
	maxName    = 253 // characters, of a Kubernetes object
	maxSecrets = 2   // the current and the previous one
	maxTopics  = 250
)

var (
	namePattern  = regexp.MustCompile(`^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$`)
	topicPattern = regexp.MustCompile(`^[a-z0-9_]+([./][a-z0-9_]+)+$`)
)

// Validate says what is wrong with a route; nil where nothing is. The error holds
// no secret.
func (r Route) Validate() error {
	for _, n := range []struct{ field, name string }{{"namespace", r.Namespace}, {"store", r.Store}} {
		if len(n.name) > maxName || !namePattern.MatchString(n.name) {
			return fmt.Errorf("%s %q: want the name of a Kubernetes object", n.field, n.name)
		}
	}
	if err := r.validate(); err != nil {
		return fmt.Errorf("%s/%s: %w", r.Namespace, r.Store, err)
	}
	return nil
}

func (r Route) validate() error {
	if _, err := shopify.ParseDomain(r.Shop); err != nil {
		return fmt.Errorf("shop: %w", err)
	}
	if n := len(r.Secrets); n == 0 || n > maxSecrets {
		return fmt.Errorf("%d secrets: want the current one and, during a rotation, the previous one", n)
	}
	for i, secret := range r.Secrets {
		switch {
		case strings.TrimSpace(secret) == "":
			return fmt.Errorf("secrets[%d] is empty: anybody could sign with it", i)
		case strings.TrimSpace(secret) != secret:
			return fmt.Errorf("secrets[%d] begins or ends with white space: remove it", i)
		case slices.Contains(r.Secrets[:i], secret):
			return fmt.Errorf("secrets[%d] is there twice", i)
		}
	}
	if len(r.Topics) > maxTopics {
		return fmt.Errorf("%d topics: want at most %d", len(r.Topics), maxTopics)
	}
	for i, topic := range r.Topics {
		switch {
		case !topicPattern.MatchString(topic):
			return fmt.Errorf("topics[%d] %q: want one as Shopify's headers have it, such as orders/create", i, topic)
		case slices.Contains(r.Topics[:i], topic):
			return fmt.Errorf("topics[%d] %q is there twice", i, topic)
		}
	}
	return nil
}
