package controllers

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
)

func TestJobName(t *testing.T) {
	slot := time.Date(2026, 11, 23, 12, 15, 0, 0, time.UTC)
	cases := map[string]struct{ reason, store, schedule, want string }{
		"short":  {"readable", "maple-kids", "orders", "maple-kids-orders-29923935"},
		"fits":   {"63 characters", strings.Repeat("s", 47), "orders", strings.Repeat("s", 47) + "-orders-29923935"},
		"longer": {"shortened, with a digest", strings.Repeat("s", 48), "orders", strings.Repeat("s", 45) + "-4230e1a4-29923935"},
		"dots":   {"a name part must not end with a dot", strings.Repeat("s", 44) + ".example", "orders", strings.Repeat("s", 44) + "-b3f4d8c3-29923935"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := jobName(tc.store, tc.schedule, slot); got != tc.want || len(got) > 63 {
				t.Errorf("%s: got %s (%d), want %s", tc.reason, got, len(got), tc.want)
			}
		})
	}
	if a, b := jobName(strings.Repeat("s", 60)+"-a", "b-c", slot), jobName(strings.Repeat("s", 60)+"-a-b", "c", slot); a == b {
		t.Errorf("two schedules, one name: %s", a)
	}
	if l := storeLabel(&v1alpha1.ShopifyStore{ObjectMeta: metav1.ObjectMeta{Name: strings.Repeat("s", 253)}}); len(l) > 63 {
		t.Errorf("label of %d characters: %s", len(l), l)
	}
}
