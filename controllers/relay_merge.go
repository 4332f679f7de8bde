package controllers

import (
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
)

// mergeRoutes decides which routes to publish: of each store that was looked at
// what it told, nil being none; of the others what is held, where there is such a
// store. A store that told a route counts although the list does not have it yet.
func mergeRoutes(held []routes.Route, told map[client.ObjectKey]*routes.Route, there map[client.ObjectKey]bool) []routes.Route {
	var next []routes.Route
	for _, route := range held {
		store := client.ObjectKey{Namespace: route.Namespace, Name: route.Store}
		if _, looked := told[store]; !looked && there[store] {
			next = append(next, route)
		}
	}
	for _, route := range told {
		if route != nil {
			next = append(next, *route)
		}
	}
	return next // in any order: the file has its own
}

// sameRoute compares routes whose topics are sorted; nil is none.
func sameRoute(a, b *routes.Route) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Namespace == b.Namespace && a.Store == b.Store && a.Shop == b.Shop &&
		slices.Equal(a.Secrets, b.Secrets) && slices.Equal(a.Topics, b.Topics)
}

func byStore(list []routes.Route) map[client.ObjectKey]*routes.Route {
	found := make(map[client.ObjectKey]*routes.Route, len(list))
	for i := range list {
		found[client.ObjectKey{Namespace: list[i].Namespace, Name: list[i].Store}] = &list[i]
	}
	return found
}
