package controllers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

func request(name string) reconcile.Request {
	return reconcile.Request{NamespacedName: types.NamespacedName{Namespace: "client", Name: name}}
}

func TestPace(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	ran := 0
	p := paced(reconcile.Func(func(context.Context, reconcile.Request) (reconcile.Result, error) {
		ran++
		return reconcile.Result{RequeueAfter: time.Hour}, nil
	}))
	p.now = func() time.Time { return now }
	steps := []struct {
		reason string
		after  time.Duration
		name   string
		runs   bool
		wait   time.Duration
	}{
		{"the first is not held back", 0, "a", true, time.Hour},
		{"the next comes too soon", 0, "a", false, time.Second},
		{"another object has a pace of its own", 0, "b", true, time.Hour},
		{"the rest of the second is waited for", 700 * time.Millisecond, "a", false, 300 * time.Millisecond},
		{"a second is over", 300 * time.Millisecond, "a", true, time.Hour},
		{"what was held back does not count as a beginning", 999 * time.Millisecond, "a", false, time.Millisecond},
		{"and again", time.Millisecond, "a", true, time.Hour},
	}
	for _, s := range steps {
		now = now.Add(s.after)
		before := ran
		result, err := p.Reconcile(t.Context(), request(s.name))
		if err != nil || (ran > before) != s.runs || result.RequeueAfter != s.wait {
			t.Errorf("%s: ran: %v, waits %v (%v)", s.reason, ran > before, result.RequeueAfter, err)
		}
		if !s.runs && result.Priority != nil {
			t.Errorf("%s: what is held back keeps its priority, got %d", s.reason, *result.Priority)
		}
	}
	for i := range 1000 {
		now = now.Add(10 * time.Millisecond)
		if _, err := p.Reconcile(t.Context(), request(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(p.started); n > 200 {
		t.Errorf("%d objects are remembered of 100 a second", n)
	}
}

func TestPriorityOfWhatComesBack(t *testing.T) {
	cases := map[string]struct {
		reason string
		result reconcile.Result
		err    error
	}{
		"resync":       {"nobody waits for it", reconcile.Result{RequeueAfter: time.Hour}, nil},
		"failure":      {"a shop that hangs keeps nobody from being looked at", reconcile.Result{}, errors.New("down")},
		"as it came":   {"the change was carried out", reconcile.Result{RequeueAfter: 1, Priority: new(0)}, nil},
		"nothing more": {"it does not come back", reconcile.Result{}, nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			p := paced(reconcile.Func(func(context.Context, reconcile.Request) (reconcile.Result, error) { return tc.result, tc.err }))
			if got, _ := p.Reconcile(t.Context(), request("a")); *got.Priority != priorityRoutine {
				t.Errorf("%s: priority %d, want %d", tc.reason, *got.Priority, priorityRoutine)
			}
		})
	}
}

// The real queue, filled as a start, resyncs and changes fill it.
func TestChangesGoBeforeResyncs(t *testing.T) {
	queue := priorityqueue.New[reconcile.Request]("test")
	defer queue.ShutDown()
	for i := range 50 {
		queue.AddWithOpts(priorityqueue.AddOpts{Priority: new(priorityRoutine)}, request(fmt.Sprintf("resync-%d", i)))
	}
	queue.AddWithOpts(priorityqueue.AddOpts{Priority: new(priorityRoutine), After: time.Hour}, request("waits"))
	queue.Add(request("new"))
	queue.Add(request("waits"))     // its spec is changed before its resync is due
	queue.Add(request("resync-49")) // and that of one whose resync is due
	var first []string
	for range 4 {
		req, _ := queue.Get()
		first = append(first, req.Name)
		queue.Done(req)
	}
	if want := []string{"new", "waits", "resync-49", "resync-0"}; !slices.Equal(first, want) {
		t.Errorf("came first: %q, want %q", first, want)
	}
}
