package controllers

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

func TestPriceRuleAdoption(t *testing.T) {
	const ours = "SPRING10 -10.0 Spring sale"
	cases := map[string]struct {
		reason   string
		policy   v1alpha1.AdoptionPolicy
		in       simulator.PriceRule
		want     []string
		conflict bool
		after    []string // once the spec no longer asks for it
	}{
		"identical":         {"it is taken over, and stays when let go", v1alpha1.AdoptIfIdentical, merchants("spring10"), []string{"spring10 -10.0 Spring sale"}, false, []string{"spring10 -10.0 Spring sale"}},
		"differing":         {"it is not overwritten unasked", v1alpha1.AdoptIfIdentical, merchants("SPRING10", "STAFF"), []string{"SPRING10+STAFF -10.0 Spring sale"}, true, []string{"SPRING10+STAFF -10.0 Spring sale"}},
		"differing, always": {"it is taken over and brought in line", v1alpha1.AdoptAlways, merchants("SPRING10", "STAFF"), []string{ours}, false, []string{ours}},
		"identical, never":  {"even that is a conflict", v1alpha1.AdoptNever, merchants("SPRING10"), []string{ours}, true, []string{ours}},
		"same title":        {"a title makes nothing ours", v1alpha1.AdoptAlways, merchants("OTHER"), []string{"OTHER -10.0 Spring sale", ours}, false, []string{"OTHER -10.0 Spring sale"}},
		"no code":           {"nor does a rule without a code that says the same", v1alpha1.AdoptAlways, merchants(), []string{" -10.0 Spring sale", ours}, false, []string{" -10.0 Spring sale"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			declare(springRule())(&b.store.Spec)
			b.store.Spec.AdoptionPolicy = tc.policy
			b.shop(func(s *simulator.Shop) { s.PriceRules = []simulator.PriceRule{tc.in} })
			b.apply()
			b.settle()
			b.expectOffers(tc.reason, tc.want...)
			if c := b.condition(v1alpha1.PriceRulesAppliedCondition); (c.Reason == v1alpha1.ReasonConflict) != tc.conflict || conditions.IsStalled(b.store) != tc.conflict {
				t.Errorf("%s: %s", tc.reason, c)
			}
			b.change(declare())
			b.ready()
			b.expectOffers(tc.reason+" (let go)", tc.after...)
		})
	}
}

func TestACodeIsTakenBySomethingElse(t *testing.T) {
	b := newBed(t)
	// A discount that is no price rule has the code, so that no look shows it.
	taken := simulator.Fault{Kind: simulator.FaultUserErrors, UserErrors: []simulator.FaultUserError{{Field: []string{"code"}, Message: "must be unique. Please try a different code."}}}
	b.halfMade(func() {
		for _, p := range b.inShop().PriceRules {
			taken.Operation = fmt.Sprintf("POST /admin/api/2026-07/price_rules/%d/discount_codes.json", p.ID)
		}
		_, err := b.sim.AddFault(taken)
		b.must(err)
	})
	b.settle()
	if c := b.condition(meta.StalledCondition); c.Reason != v1alpha1.ReasonConflict || !strings.Contains(c.Message, "SPRING10") {
		t.Errorf("got %s", c)
	}
	b.settle()
	b.expectOffers("one rule waits for its code", " -10.0 Spring sale")
	b.sim.ClearFaults()
	b.ready()
	b.expectOffers("the code is free", "SPRING10 -10.0 Spring sale")
}

// halfMade lets a process make a rule and die before it makes the code, then
// prepares what the next one meets.
func (b *bed) halfMade(prepare func()) {
	b.t.Helper()
	b.apply()
	b.ready()
	b.change(declare(springRule()))
	for n := int32(1); len(b.inShop().PriceRules) == 0; n++ {
		b.restart()
		b.power.after.Store(n)
		_, _ = b.reconcile()
	}
	b.restart()
	prepare()
}

func TestACodeIsTakenByAMerchant(t *testing.T) {
	for policy, want := range map[v1alpha1.AdoptionPolicy]string{
		v1alpha1.AdoptIfIdentical: "SPRING10 -50.0 Spring sale", v1alpha1.AdoptAlways: "SPRING10 -10.0 Spring sale",
	} {
		t.Run(string(policy), func(t *testing.T) {
			b := newBed(t)
			b.store.Spec.AdoptionPolicy = policy
			b.halfMade(func() {
				b.shop(func(s *simulator.Shop) {
					theirs := merchants("SPRING10")
					theirs.Value = "-50.0"
					s.PriceRules = append(s.PriceRules, theirs)
				})
			})
			b.settle()
			b.expectOffers("our half goes, the policy decides about theirs", want)
		})
	}
}

func TestPriceRulesAtDeletion(t *testing.T) {
	for policy, want := range map[v1alpha1.DeletionPolicy][]string{
		v1alpha1.DeletionDelete: {"FALL10 -10.0 Spring sale"},
		v1alpha1.DeletionRetain: {"FALL10 -10.0 Spring sale", "SPRING10 -10.0 Spring sale"},
		v1alpha1.DeletionOrphan: {"FALL10 -10.0 Spring sale", "SPRING10 -10.0 Spring sale"},
	} {
		t.Run(string(policy), func(t *testing.T) {
			b := newBed(t)
			fall := springRule()
			fall.Code = "FALL10"
			declare(springRule(), fall)(&b.store.Spec)
			b.store.Spec.DeletionPolicy = policy
			b.shop(func(s *simulator.Shop) { s.PriceRules = []simulator.PriceRule{merchants("FALL10")} })
			b.apply()
			b.ready()
			b.must(api.Delete(t.Context(), b.store))
			if _, err := b.reconcile(); err != nil {
				t.Fatal(err)
			}
			if err := api.Get(t.Context(), client.ObjectKeyFromObject(b.store), b.store); !apierrors.IsNotFound(err) {
				t.Errorf("the object is still there: %v", err)
			}
			b.expectOffers("adopted rules are never deleted", want...)
		})
	}
}

func TestKilledWhileMakingPriceRules(t *testing.T) {
	onboard := func(b *bed) { b.apply(); b.ready() }
	fall := springRule()
	fall.Code = "FALL10" // with the same title and value
	killedAfterEveryRequest(t, onboard, func(b *bed) { b.change(declare(springRule(), fall)) }, func(b *bed) {
		b.ready()
		b.expectOffers("each once", "FALL10 -10.0 Spring sale", "SPRING10 -10.0 Spring sale")
		for _, e := range b.store.Status.Inventory {
			if e.Kind == "PriceRule" && (e.Origin != v1alpha1.OriginCreated || e.ID == "") {
				b.t.Errorf("our own work is not recognised: %+v", e)
			}
		}
		if c := b.condition(v1alpha1.InSyncCondition); c.Reason == v1alpha1.ReasonCorrected {
			b.t.Errorf("a completion is no correction: %s", c)
		}
	})
}

func TestKilledWhileChangingPriceRules(t *testing.T) {
	fall := springRule()
	fall.Code = "FALL10"
	onboard := func(b *bed) { declare(springRule(), fall)(&b.store.Spec); b.apply(); b.ready() }
	change := func(b *bed) {
		b.shop(func(s *simulator.Shop) {
			i := slices.IndexFunc(s.PriceRules, func(p simulator.PriceRule) bool { return p.DiscountCodes[0].Code == "SPRING10" })
			s.PriceRules[i].DiscountCodes = []simulator.DiscountCode{{Code: "STAFF"}}
			s.PriceRules[i].UpdatedAt = s.PriceRules[i].UpdatedAt.Add(time.Second)
		})
		twenty := springRule()
		twenty.PercentOff = "20"
		b.change(declare(twenty))
	}
	killedAfterEveryRequest(t, onboard, change, func(b *bed) {
		b.ready()
		b.expectOffers("one changed, one removed", "SPRING10 -20.0 Spring sale")
	})
}
