package controllers

import (
	"strings"
	"testing"
	"time"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
)

func TestAnOldAPIVersionIsReplaced(t *testing.T) {
	b := newBed(t)
	b.store.Spec.APIVersion = "2024-01"
	b.apply()
	b.ready()
	v := b.store.Status.APIVersion
	if v == nil || v.Requested != "2024-01" || v.Used != "2026-07" || v.Served != "2026-07" || v.SupportedUntil != "2027-07-16" {
		t.Errorf("status.apiVersion: %+v", v)
	}
	if c := b.condition(v1alpha1.ConnectedCondition); c.Reason != v1alpha1.ReasonAPIVersionReplaced {
		t.Errorf("it is said: %s", c)
	}
}

func TestAnEndingAPIVersionIsWarnedOf(t *testing.T) {
	b := newBed(t)
	b.store.Spec.APIVersion = "2026-01" // until 2027-01-16
	b.now = time.Date(2026, 11, 16, 12, 0, 0, 0, time.UTC)
	b.apply()
	b.ready()
	if c := b.condition(v1alpha1.ConnectedCondition); c.Reason != v1alpha1.ReasonConnected {
		t.Errorf("61 days before: %s", c)
	}
	b.happened()
	b.now = b.now.Add(36 * time.Hour)
	b.ready()
	if c := b.condition(v1alpha1.ConnectedCondition); c.Reason != v1alpha1.ReasonAPIVersionEnding || !strings.Contains(c.Message, "2027-01-16") {
		t.Errorf("less than 60 days before: %s", c)
	}
	if got := b.happened(); len(got) != 1 || !strings.HasPrefix(got[0], "Warning APIVersionEnding") {
		t.Errorf("events: %q", got)
	}
	version := b.store.ResourceVersion
	b.now = b.now.Add(24 * time.Hour)
	b.ready()
	if got := b.happened(); len(got) > 0 || b.store.ResourceVersion != version {
		t.Errorf("it is said once, not daily: %q", got)
	}
}
