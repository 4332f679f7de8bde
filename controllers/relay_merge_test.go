package controllers

import (
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
)

func TestMergeRoutes(t *testing.T) {
	key := func(name string) client.ObjectKey { return client.ObjectKey{Namespace: "n", Name: name} }
	route := func(name, secret string) routes.Route {
		return routes.Route{Namespace: "n", Store: name, Shop: name + ".myshopify.com", Secrets: []string{secret}, Topics: []string{"orders/paid"}}
	}
	told := func(list ...routes.Route) map[client.ObjectKey]*routes.Route {
		found := map[client.ObjectKey]*routes.Route{}
		for i := range list {
			found[key(list[i].Store)] = &list[i]
		}
		return found
	}
	there := func(names ...string) map[client.ObjectKey]bool {
		found := map[client.ObjectKey]bool{}
		for _, name := range names {
			found[key(name)] = true
		}
		return found
	}
	cases := map[string]struct {
		reason string
		held   []routes.Route
		told   map[client.ObjectKey]*routes.Route
		there  map[client.ObjectKey]bool
		want   string // store:secret, sorted
	}{
		"nothing":         {"a cluster begins so", nil, nil, nil, ""},
		"first":           {"a store that is new", nil, told(route("a", "1")), there("a"), "a:1"},
		"after a restart": {"a store that was not looked at keeps what it has", []routes.Route{route("a", "1"), route("b", "1")}, nil, there("a", "b"), "a:1 b:1"},
		"one looked at":   {"and the others keep theirs", []routes.Route{route("a", "1"), route("b", "1")}, told(route("a", "2")), there("a", "b"), "a:2 b:1"},
		"gone":            {"deleted while no manager ran", []routes.Route{route("a", "1"), route("b", "1")}, nil, there("a"), "a:1"},
		"dropped":         {"its last subscription is gone, the object may still be there", []routes.Route{route("a", "1")}, map[client.ObjectKey]*routes.Route{key("a"): nil}, there("a"), ""},
		"new to the list": {"a store that told is there, whatever the cache says", nil, told(route("a", "1")), nil, "a:1"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, r := range mergeRoutes(tc.held, tc.told, tc.there) {
				got = append(got, r.Store+":"+r.Secrets[0])
			}
			slices.Sort(got)
			if strings.Join(got, " ") != tc.want {
				t.Errorf("%s: got %q, want %q", tc.reason, got, tc.want)
			}
		})
	}
}

func TestJudgeMiss(t *testing.T) {
	cases := map[string]struct {
		reason string
		miss   relayMiss
		want   relayVerdict
	}{
		"onboarding":         {"nothing is reported before somebody listens", relayMiss{holdsUp: true, first: true}, relayLost},
		"a topic more":       {"the new one waits, although the route is on its way", relayMiss{holdsUp: true, propagating: true, reachable: true, first: true}, relayLost},
		"by chance":          {"a relay is replaced, a packet is lost", relayMiss{reachable: true, first: true}, relayDoubted},
		"again":              {"twice is no chance", relayMiss{reachable: true}, relayLost},
		"still":              {"a lost relay is not doubted again", relayMiss{}, relayLost},
		"after a restart":    {"the condition outlives the count", relayMiss{first: true}, relayLost},
		"rotation":           {"deliveries are still signed with the secret before", relayMiss{propagating: true, reachable: true, first: true}, relayLearning},
		"rotation, later":    {"a mounted Secret takes its time", relayMiss{propagating: true}, relayLearning},
		"rotation, too late": {"the relay never learns", relayMiss{}, relayLost},
	}
	for name, tc := range cases {
		if got := judgeMiss(tc.miss); got != tc.want {
			t.Errorf("%s: %s: got %v, want %v", name, tc.reason, got, tc.want)
		}
	}
}
