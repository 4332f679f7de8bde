package webhookrelay

import (
	"slices"

	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
)

// table is the routes as requests look them up. It never changes: a reload makes
// another.
type table struct {
	routes map[storeName]*route
	// nobody is the route of all stores that there are not: its secrets are decoys.
	nobody *route
}

type storeName struct{ namespace, store string }

type route struct {
	name    storeName
	shop    string
	signers signers
	topics  []string
}

func newTable(list []routes.Route) *table {
	t := &table{routes: make(map[storeName]*route, len(list)), nobody: &route{signers: newSigners(nil)}}
	for _, r := range list {
		name := storeName{r.Namespace, r.Store}
		t.routes[name] = &route{name: name, shop: r.Shop, signers: newSigners(r.Secrets), topics: slices.Clone(r.Topics)}
	}
	return t
}

func (t *table) find(namespace, store string) *route {
	if r, ok := t.routes[storeName{namespace, store}]; ok {
		return r
	}
	return t.nobody
}

// lacks says whether one of the topics is not of the route.
func (r *route) lacks(topics []string) bool {
	return slices.ContainsFunc(topics, func(topic string) bool { return !slices.Contains(r.topics, topic) })
}
