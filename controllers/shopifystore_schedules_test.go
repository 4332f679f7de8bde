package controllers

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/schedule"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// The schedule of most tests. The bed's clock starts at 12:00.
var quarters = v1alpha1.Schedule{Name: "orders", Schedule: "*/15 * * * *", Type: v1alpha1.SyncJobOrders}

// scheduled makes a bed whose store is in order and has seen the schedules.
func scheduled(t *testing.T, schedules ...v1alpha1.Schedule) *bed {
	t.Helper()
	b := newBed(t)
	b.store.Spec.Schedules = schedules
	b.apply()
	b.ready()
	b.happened()
	b.calls()
	return b
}

// until moves the clock to when a schedule is due that has its slot at a time of
// the day, and reconciles.
func (b *bed) until(s v1alpha1.Schedule, clock string) {
	b.t.Helper()
	slot, err := time.Parse("2006-01-02T15:04", "2026-11-23T"+clock)
	b.must(err)
	b.now = slot.Add(b.offset(s))
	b.settle()
}

func (b *bed) offset(s v1alpha1.Schedule) time.Duration {
	b.t.Helper()
	parsed, err := schedule.Parse(s.Schedule, s.TimeZone)
	b.must(err)
	return parsed.Offset(client.ObjectKeyFromObject(b.store).String() + "/" + s.Name)
}

// jobs are the store's SyncJobs, by name.
func (b *bed) jobs() []v1alpha1.SyncJob {
	b.t.Helper()
	var list v1alpha1.SyncJobList
	b.must(api.List(b.t.Context(), &list, client.InNamespace(b.store.Namespace)))
	return list.Items
}

// slots are the times of day for which there are SyncJobs.
func (b *bed) slots() string {
	b.t.Helper()
	var list []string
	for _, job := range b.jobs() {
		slot, err := time.Parse(time.RFC3339, job.Annotations[v1alpha1.ScheduledTimeAnnotation])
		b.must(err)
		list = append(list, slot.Format("15:04"))
	}
	return strings.Join(list, " ")
}

func (b *bed) expectSlots(want, reason string) {
	b.t.Helper()
	if got := b.slots(); got != want {
		b.t.Fatalf("%s: SyncJobs for %q, want %q", reason, got, want)
	}
}

// end ends all SyncJobs that run.
func (b *bed) end(condition string) {
	b.t.Helper()
	for _, job := range b.jobs() {
		if ended(&job) {
			continue
		}
		conditions.MarkTrue(&job, condition, "Test", "ended")
		b.must(api.Status().Update(b.t.Context(), &job))
	}
}

func TestScheduleMakesSyncJob(t *testing.T) {
	audit := v1alpha1.Schedule{Name: "audit", Schedule: "0 8 * * *", TimeZone: "America/Toronto", Type: v1alpha1.SyncJobAudit,
		Audit: v1alpha1.AuditSpec{Checks: []v1alpha1.AuditCheck{v1alpha1.AuditStock}, Repair: v1alpha1.AuditRepairSafe}}
	b := scheduled(t, audit)
	if c := b.condition(v1alpha1.SchedulesAppliedCondition); c.Condition.Status != metav1.ConditionTrue {
		t.Errorf("got %s", c)
	}
	b.until(audit, "12:59")
	b.expectSlots("", "not due")
	b.until(audit, "13:00") // 8:00 in Toronto
	b.expectSlots("13:00", "due")
	job := b.jobs()[0]
	if want := "store-audit-29923980"; job.Name != want {
		t.Errorf("name %s, want %s", job.Name, want)
	}
	owner := metav1.GetControllerOf(&job)
	if owner == nil || owner.UID != b.store.UID || owner.Kind != "ShopifyStore" || owner.BlockOwnerDeletion == nil || !*owner.BlockOwnerDeletion {
		t.Errorf("the garbage collector would not find it: owner %+v", owner)
	}
	if job.Labels[v1alpha1.StoreLabel] != "store" || job.Labels[v1alpha1.ScheduleLabel] != "audit" {
		t.Errorf("labels %v", job.Labels)
	}
	if s := job.Spec; s.StoreRef.Name != "store" || s.Type != v1alpha1.SyncJobAudit || s.DryRun || s.Audit.Repair != v1alpha1.AuditRepairSafe || !slices.Equal(s.Audit.Checks, audit.Audit.Checks) {
		t.Errorf("spec %+v", s)
	}
	if got := b.happened(); !slices.Equal(got, []string{"Normal Scheduled Schedule audit made SyncJob " + job.Name}) {
		t.Errorf("events %q", got)
	}
	if last := b.store.Status.Schedules[0].LastScheduleTime; !last.Time.Equal(b.now) {
		t.Errorf("last schedule time %s, want %s", last, b.now)
	}
	b.must(api.Delete(t.Context(), &job))
	b.settle()
	b.expectSlots("", "a SyncJob that somebody deleted is not made again")
}

func TestScheduleInObserve(t *testing.T) {
	b := scheduled(t, quarters)
	b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Mode = v1alpha1.ModeObserve })
	b.until(quarters, "12:15")
	if job := b.jobs()[0]; !job.Spec.DryRun {
		t.Error("mode Observe writes nothing, and so do its SyncJobs")
	}
}

func TestScheduleSurvivesDeathBeforeTheNote(t *testing.T) {
	b := scheduled(t, quarters)
	b.power.offAfterCreate = true
	b.now = time.Date(2026, 11, 23, 12, 15, 0, 0, time.UTC).Add(b.offset(quarters))
	if _, err := b.reconcile(); err == nil {
		t.Fatal("the process should have died")
	}
	b.refresh()
	b.expectSlots("12:15", "made before the death")
	if b.store.Status.Schedules[0].LastScheduleTime != nil {
		t.Fatal("the slot was noted: the test tests nothing")
	}
	b.end(v1alpha1.CompleteCondition) // else it would be left alone for that reason
	b.restart()
	b.ready()
	b.expectSlots("12:15", "known for our own")
	if last := b.store.Status.Schedules[0].LastScheduleTime; last == nil || !last.Time.Equal(b.now) {
		t.Errorf("last schedule time %v, want %s", last, b.now)
	}
}

func TestScheduleCatchesUpOnce(t *testing.T) {
	b := scheduled(t, quarters)
	b.now = b.now.Add(380*15*time.Minute + 7*time.Minute)
	b.restart()
	b.settle()
	b.expectSlots("11:00", "one SyncJob, for the last of 380 slots")
	b.end(v1alpha1.CompleteCondition)
	b.now = b.now.Add(time.Minute)
	b.settle()
	b.expectSlots("11:00", "the others are not made up for")
}

func TestScheduleStartsWhenSeen(t *testing.T) {
	b := scheduled(t)
	b.now = b.now.Add(40 * time.Minute)
	b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Schedules = []v1alpha1.Schedule{quarters} })
	b.settle()
	b.expectSlots("", "slots before a schedule was seen are nobody's")
	b.until(quarters, "12:45")
	b.expectSlots("12:45", "the first slot that it sees")
	b.end(v1alpha1.CompleteCondition)

	hourly := quarters
	hourly.Schedule = "50 * * * *"
	b.now = b.now.Add(12 * time.Minute) // 12:57 and more
	b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Schedules = []v1alpha1.Schedule{hourly} })
	b.settle()
	b.expectSlots("12:45", "a schedule that was changed begins anew")
	b.until(hourly, "13:50")
	b.expectSlots("12:45 13:50", "and goes on")
}

func TestScheduleForbidsTwoAtATime(t *testing.T) {
	b := scheduled(t, quarters)
	b.until(quarters, "12:15")
	b.until(quarters, "12:30")
	b.expectSlots("12:15", "one is active")
	if last := b.store.Status.Schedules[0].LastScheduleTime; !last.Time.Equal(b.now) {
		t.Errorf("the slot that was passed over is noted: got %s, want %s", last, b.now)
	}
	b.end(v1alpha1.FailedCondition)
	b.settle()
	b.expectSlots("12:15", "a slot that was passed over is not made up for")
	b.until(quarters, "12:45")
	b.expectSlots("12:15 12:45", "the next one is made")
}

func TestScheduleHistory(t *testing.T) {
	b := scheduled(t, quarters)
	for i, clock := range []string{"12:15", "12:30", "12:45", "13:00", "13:15", "13:30", "13:45"} {
		b.until(quarters, clock)
		b.end([]string{v1alpha1.CompleteCondition, v1alpha1.FailedCondition}[i%2])
	}
	b.settle()
	b.expectSlots("12:45 13:15 13:30 13:45", "three that succeeded and one that failed are kept")

	b.until(quarters, "14:00")
	b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Schedules[0].SuccessfulRunsHistoryLimit = new(int32(1)) })
	b.settle()
	b.expectSlots("13:30 13:45 14:00", "a lower limit counts at once; what runs is no history")

	b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Schedules = nil })
	b.ready()
	b.expectSlots("14:00", "history goes with its schedule; what runs is not interrupted")
	if conditions.Has(b.store, v1alpha1.SchedulesAppliedCondition) || len(b.store.Status.Schedules) > 0 {
		t.Errorf("left of the schedule: %+v", b.store.Status)
	}
	b.end(v1alpha1.CompleteCondition)
	b.ready()
	b.expectSlots("", "and goes when it ended")
}

// A SyncJob of a person, or of somebody else, is nobody's history.
func TestScheduleLeavesOthersAlone(t *testing.T) {
	b := newBed(t)
	b.r.ResyncInterval = time.Hour // it is the schedule that has the store reconciled
	b.store.Spec.Schedules = []v1alpha1.Schedule{quarters}
	b.apply()
	b.ready()
	foreign := &v1alpha1.SyncJob{
		ObjectMeta: metav1.ObjectMeta{Namespace: b.store.Namespace, Name: jobName("store", "orders", time.Date(2026, 11, 23, 12, 15, 0, 0, time.UTC)),
			Labels: map[string]string{v1alpha1.StoreLabel: "store", v1alpha1.ScheduleLabel: "orders"}},
		Spec: v1alpha1.SyncJobSpec{StoreRef: v1alpha1.StoreReference{Name: "store"}, Type: v1alpha1.SyncJobProducts},
	}
	b.must(api.Create(t.Context(), foreign))
	b.until(quarters, "12:15")
	if c := b.condition(v1alpha1.SchedulesAppliedCondition); c.Reason != v1alpha1.ReasonConflict || !strings.Contains(c.Message, foreign.Name) || !conditions.IsStalled(b.store) {
		t.Errorf("a SyncJob that stands in the way is named: got %s", c)
	}
	b.must(api.Delete(t.Context(), foreign))
	b.ready()
	b.expectSlots("12:15", "made once the way is free")
}

func TestScheduleRestsWhile(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*bed)
		want   string // the slots for which there is a SyncJob
	}{
		"suspended":   {"the store is left alone", func(b *bed) { b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Suspend = true }) }, ""},
		"deleted":     {"its SyncJobs would outlive it", func(b *bed) { b.must(api.Delete(b.t.Context(), b.store)) }, ""},
		"rejected":    {"the shop wants nothing from us", func(b *bed) { b.shop(func(s *simulator.Shop) { s.Apps[0].AccessToken = "shpat_new" }) }, ""},
		"wrong app":   {"it may be another client's", func(b *bed) { b.shop(func(s *simulator.Shop) { s.Apps[0].Title = "Other Consignment" }) }, ""},
		"setting off": {"orders come in all the same", func(b *bed) { b.shop(func(s *simulator.Shop) { s.PasswordEnabled = false }) }, "12:15"},
		"unavailable": {"a SyncJob tries again by itself", func(b *bed) { b.server.Close() }, "12:15"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			b.store.Spec.Schedules = []v1alpha1.Schedule{quarters}
			b.store.Spec.DeletionPolicy = v1alpha1.DeletionDelete
			b.apply()
			b.ready()
			tc.change(b)
			b.now = b.now.Add(12 * time.Minute) // the shop is looked at again
			_, _ = b.reconcile()
			b.now = time.Date(2026, 11, 23, 12, 15, 0, 0, time.UTC).Add(b.offset(quarters))
			_, _ = b.reconcile()
			b.expectSlots(tc.want, tc.reason)
		})
	}
	t.Run("never connected", func(t *testing.T) {
		b := newBed(t)
		b.shop(func(s *simulator.Shop) { s.Apps[0].Title = "Other Consignment" })
		b.store.Spec.Schedules = []v1alpha1.Schedule{quarters}
		b.apply()
		b.settle()
		b.until(quarters, "12:15")
		b.expectSlots("", "there is no shop to work on")
	})
	t.Run("suspended for a while", func(t *testing.T) {
		b := scheduled(t, quarters)
		b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Suspend = true })
		b.until(quarters, "13:00")
		b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Suspend = false })
		b.ready()
		b.expectSlots("13:00", "one SyncJob makes up for the pause")
	})
}

func TestScheduleInvalid(t *testing.T) {
	cases := map[string]struct {
		reason string
		wrong  v1alpha1.Schedule
		says   string
	}{
		"fields": {"the message says what to write", v1alpha1.Schedule{Name: "audit", Schedule: "hourly", Type: v1alpha1.SyncJobOrders}, `spec.schedules, audit: schedule "hourly" cannot be read`},
		"zone": {"the message says what to write", v1alpha1.Schedule{Name: "audit", Schedule: "@hourly", TimeZone: "Toronto", Type: v1alpha1.SyncJobOrders},
			`spec.schedules, audit: timeZone "Toronto" is unknown: give a name of the IANA database, such as America/Toronto or UTC`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			b.store.Spec.Schedules = []v1alpha1.Schedule{tc.wrong, quarters}
			b.apply()
			b.settle()
			c := b.condition(v1alpha1.SchedulesAppliedCondition)
			if c.Condition.Status != metav1.ConditionFalse || c.Reason != v1alpha1.ReasonScheduleInvalid || !strings.Contains(c.Message, tc.says) {
				t.Errorf("%s: got %s", tc.reason, c)
			}
			if ready := b.condition(meta.ReadyCondition); !conditions.IsStalled(b.store) || ready.Reason != v1alpha1.ReasonScheduleInvalid {
				t.Errorf("a person has to act: got %s", ready)
			}
			b.r.ResyncInterval = time.Hour
			b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.AdoptionPolicy = v1alpha1.AdoptAlways })
			b.settle()
			b.calls()
			b.until(quarters, "12:15")
			b.expectSlots("12:15", "the others run")
			if calls := b.calls(); len(calls) > 0 || !conditions.IsStalled(b.store) {
				t.Errorf("what was told before is no reason to look at the shop, or to forget it: %v", calls)
			}
			b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Schedules = s.Schedules[1:] })
			b.ready()
		})
	}
}

// What has to do with the schedules alone costs no request to Shopify, and a
// store whose schedules are not due writes nothing.
func TestSchedulesAskShopifyNothing(t *testing.T) {
	hourly := v1alpha1.Schedule{Name: "audit", Schedule: "@hourly", Type: v1alpha1.SyncJobProducts}
	b := scheduled(t, quarters, hourly)
	looked, version := b.now, b.store.ResourceVersion
	looks, made := 0, 0
	for end := b.now.Add(4*time.Hour + 5*time.Minute); b.now.Before(end); {
		result, err := b.reconcile()
		b.must(err)
		b.refresh()
		if due := len(b.happened()); due > 0 {
			made, version = made+due, b.store.ResourceVersion
		}
		if b.store.ResourceVersion != version {
			t.Errorf("%s: nothing was due, and the store was written", b.now)
			version = b.store.ResourceVersion
		}
		if slices.Contains(b.calls(), "ObserveStore") {
			looks++
			if since := b.now.Sub(looked); since < 9*time.Minute+30*time.Second {
				t.Errorf("%s: looked at after %s", b.now, since)
			}
			looked = b.now
		}
		b.end(v1alpha1.CompleteCondition)
		if result.RequeueAfter <= 0 || result.RequeueAfter > 11*time.Minute {
			t.Fatalf("reconciled again after %s", result.RequeueAfter)
		}
		b.now = b.now.Add(result.RequeueAfter)
	}
	if looks < 22 || looks > 26 {
		t.Errorf("%d looks in four hours, want one every ten minutes", looks)
	}
	if made != 20 {
		t.Errorf("%d SyncJobs for 16 quarters and 4 hours", made)
	}
}

// A store is looked at all the same where there is a reason for it.
func TestScheduleHidesNoReason(t *testing.T) {
	cases := map[string]struct {
		reason string
		happen func(*bed)
		looks  bool
	}{
		"nothing": {"a SyncJob ended", func(*bed) {}, false},
		"spec":    {"the spec was changed", func(b *bed) { b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.AdoptionPolicy = v1alpha1.AdoptAlways }) }, true},
		"event": {"a rival came or went", func(b *bed) {
			b.r.rivals(b.t.Context(), &v1alpha1.ShopifyStore{Spec: b.store.Spec})
		}, true},
		"resync":      {"it is time", func(b *bed) { b.now = b.now.Add(11 * time.Minute) }, true},
		"new process": {"it knows nothing", func(b *bed) { b.restart() }, true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := scheduled(t, quarters)
			tc.happen(b)
			b.settle()
			if looked := slices.Contains(b.calls(), "ObserveStore"); looked != tc.looks {
				t.Errorf("%s: looked at the shop: %t", tc.reason, looked)
			}
		})
	}
}
