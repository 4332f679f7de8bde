package simulator

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

// idempotentMutations are those that take @idempotent(key:), as the descriptions
// in Shopify's own schema say of 2026-01 to 2026-10.
var idempotentMutations = []string{
	"inventoryActivate", "inventoryAdjustQuantities", "inventoryMoveQuantities", "inventorySetOnHandQuantities",
	"inventorySetQuantities", "inventorySetScheduledChanges", "inventoryShipmentAddItems", "inventoryShipmentCreate",
	"inventoryShipmentCreateInTransit", "inventoryShipmentReceive", "inventoryTransferCreate",
	"inventoryTransferCreateAsReadyToShip", "inventoryTransferDuplicate", "inventoryTransferSetItems",
	"locationActivate", "locationDeactivate", "refundCreate",
}

// TestIdempotentMutations holds the flags of the registry against the list, and
// the list against the error codes of the schemas.
func TestIdempotentMutations(t *testing.T) {
	g := NewWithT(t)
	for name, f := range registry["Mutation"] {
		g.Expect(f.idempotent).To(Equal(slices.Contains(idempotentMutations, name)), name)
	}
	for _, version := range schema.Versions {
		sch, err := schema.Load(version)
		g.Expect(err).NotTo(HaveOccurred())
		for _, mutation := range sch.Mutation.Fields {
			for _, part := range sch.Types[mutation.Type.Name()].Fields {
				if code := sch.Types[part.Type.Name()].Fields.ForName("code"); isUserErrors(part.Name) && code != nil &&
					sch.Types[code.Type.Name()].EnumValues.ForName("IDEMPOTENCY_KEY_PARAMETER_MISMATCH") != nil {
					g.Expect(idempotentMutations).To(ContainElement(mutation.Name), version)
				}
			}
		}
	}
}

// withCounter adds a mutation that takes a key: it sets nothing, counts its calls
// in the shop's name and fails where the reason is "fail", or breaks where it is
// "break".
func withCounter(t *testing.T) *world {
	t.Helper()
	before := registry["Mutation"]
	registry["Mutation"] = maps.Clone(before)
	t.Cleanup(func() { registry["Mutation"] = before }) // after the server is closed
	registry["Mutation"]["inventorySetQuantities"] = idempotent(root(func(r *request, args arguments) (any, error) {
		payload := record{"inventoryAdjustmentGroup": nil, "userErrors": []any{}}
		r.shop.Name += "+"
		switch reason := args.object("input").text("reason"); reason {
		case "fail":
			payload["userErrors"] = anys([]record{userError("CHANGE_FROM_QUANTITY_STALE", "stale", "input")})
		case "break":
			return nil, failure(codeInternal, "broken")
		default:
			payload["inventoryAdjustmentGroup"] = record{"id": gid("InventoryAdjustmentGroup", r.nextID()), "reason": reason}
		}
		return payload, nil
	}, "input"))
	return newWorld(t)
}

const setDocument = `mutation ($key: String!, $reason: String!) {
  inventorySetQuantities(input: {name: "available", reason: $reason, quantities: []}) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id reason } userErrors { code message field }
  }
}`

func (w *world) set(key, reason string) answer {
	return w.ask(setDocument, map[string]any{"key": key, "reason": reason})
}

func (w *world) runs() int { return len(w.shop().Name) - len("Maple Kids") }

func TestKeyIsRequired(t *testing.T) {
	document := `mutation {
  inventorySetQuantities(input: {name: "available", reason: "correction", quantities: []}) { userErrors { message } }
}`
	for version, required := range map[string]bool{"2026-01": false, "2026-04": true, "2026-07": true, "2026-10": true} {
		t.Run(version, func(t *testing.T) {
			w := withCounter(t)
			a := w.askAs("shpat_maple-kids", version, document, nil)
			if !required {
				w.Expect(a.at("errors")).To(BeNil(), a.text)
				w.Expect(w.runs()).To(Equal(1))
				return
			}
			w.Expect(a.text).To(HavePrefix(`{"errors":[{"message":"The @idempotent directive is required for this mutation but was not provided.",` +
				`"locations":[{"line":2,"column":3}],"path":["inventorySetQuantities"],"extensions":{"code":"BAD_REQUEST"}}],"data":{"inventorySetQuantities":null},`))
			w.Expect(a.at("extensions.cost.actualQueryCost")).To(BeEquivalentTo(10), "it is paid for")
			w.Expect(w.runs()).To(BeZero())
		})
	}
}

func TestKeys(t *testing.T) {
	const mismatch, failed = "IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"
	type step struct {
		key, reason string
		wait        time.Duration // before
		code        string        // of the userError; empty for none
		runs        int           // so far
	}
	cases := map[string]struct {
		reason string
		steps  []step
	}{
		"two keys":         {"each key is a call of its own", []step{{key: "a", reason: "restock", runs: 1}, {key: "b", reason: "restock", runs: 2}}},
		"replay":           {"the same key and input is the same call", []step{{key: "a", reason: "restock", runs: 1}, {key: "a", reason: "restock", runs: 1}}},
		"another input":    {"a key is for one input", []step{{key: "a", reason: "restock", runs: 1}, {key: "a", reason: "correction", code: mismatch, runs: 1}}},
		"failed":           {"a key whose call failed is burnt", []step{{key: "a", reason: "fail", code: "CHANGE_FROM_QUANTITY_STALE", runs: 1}, {key: "a", reason: "fail", code: failed, runs: 1}}},
		"failed, another":  {"another input is said first (?)", []step{{key: "a", reason: "fail", code: "CHANGE_FROM_QUANTITY_STALE", runs: 1}, {key: "a", reason: "restock", code: mismatch, runs: 1}}},
		"fresh after fail": {"a fresh key tries again", []step{{key: "a", reason: "fail", code: "CHANGE_FROM_QUANTITY_STALE", runs: 1}, {key: "b", reason: "restock", runs: 2}}},
		"within a day":     {"a key is known for 24 hours", []step{{key: "a", reason: "restock", runs: 1}, {wait: 24*time.Hour - time.Second, key: "a", reason: "restock", runs: 1}}},
		"next day":         {"and no longer", []step{{key: "a", reason: "restock", runs: 1}, {wait: 24 * time.Hour, key: "a", reason: "correction", runs: 2}}},
		"from the first":   {"a replay does not prolong it", []step{{key: "a", reason: "restock", runs: 1}, {wait: 20 * time.Hour, key: "a", reason: "restock", runs: 1}, {wait: 4 * time.Hour, key: "a", reason: "restock", runs: 2}}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := withCounter(t)
			first := map[string]answer{}
			for i, s := range tc.steps {
				w.time = w.time.Add(s.wait)
				a := w.set(s.key, s.reason)
				w.Expect(a.at("errors")).To(BeNil(), a.text)
				code, _ := a.at("data.inventorySetQuantities.userErrors.0.code").(string)
				w.Expect(code).To(Equal(s.code), "step %d: %s", i, tc.reason)
				w.Expect(w.runs()).To(Equal(s.runs), "step %d: %s", i, tc.reason)
				if before, again := first[s.key]; again && s.code == "" && s.runs == tc.steps[i-1].runs {
					w.Expect(a.at("data")).To(Equal(before.at("data")), tc.reason)
				}
				first[s.key] = a
			}
		})
	}
}

func TestRefusedKeys(t *testing.T) {
	w := withCounter(t)
	a := w.set(" ", "restock")
	w.Expect(a.at("errors.0.message")).To(Equal("The idempotency key cannot be an empty string or whitespace only."), a.text)
	w.Expect(w.runs()).To(BeZero())

	w.set("a", "restock")
	a = w.set("a", "correction")
	w.Expect(a.at("data.inventorySetQuantities")).To(Equal(map[string]any{"inventoryAdjustmentGroup": nil, "userErrors": []any{map[string]any{
		"code": "IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "field": nil, "message": "The same idempotency key cannot be used with different operation parameters.",
	}}}), a.text)

	w.Expect(w.set("c", "break").at("errors.0.message")).To(Equal("broken"))
	a = w.set("c", "break")
	w.Expect(a.at("data.inventorySetQuantities.userErrors.0.message")).To(Equal("A previous request with this idempotency key failed. Retry with a new idempotency key."), a.text)

	a = w.ask(`mutation { inventorySetQuantities(input: {name: "available", reason: "restock", quantities: []}) @idempotent(key: "a") { userErrors { message } } }`, nil)
	w.Expect(a.at("errors.0.extensions.code")).To(Equal("NOT_MODELLED"), "what another selection would be given is not known: "+a.text)

	w.update(func(s *Shop) {
		s.Apps = append(s.Apps, App{ClientID: "other", AccessToken: "shpat_other", Scopes: DefaultScopes})
	})
	runs := w.runs()
	a = w.askAs("shpat_other", latest, setDocument, map[string]any{"key": "a", "reason": "correction"})
	w.Expect(a.at("data.inventorySetQuantities.userErrors")).To(BeEmpty(), "another app's keys are its own")
	w.Expect(w.runs()).To(Equal(runs + 1))
}

func TestDirectiveElsewhere(t *testing.T) {
	w := newWorld(t)
	a := w.ask(`mutation { webhookSubscriptionDelete(id: "gid://shopify/WebhookSubscription/1") @idempotent(key: "a") { userErrors { message } } }`, nil)
	w.Expect(a.at("errors.0.message")).To(Equal("the directive @idempotent on Mutation.webhookSubscriptionDelete is not modelled by the simulator"), a.text)
	a = w.ask(`mutation @idempotent(key: "a") { webhookSubscriptionDelete(id: "gid://shopify/WebhookSubscription/1") { userErrors { message } } }`, nil)
	w.Expect(a.at("errors.0.message")).To(ContainSubstring("idempotent"), "it is for fields: "+a.text)
	w.Expect(a.body).NotTo(HaveKey("data"))
}

func TestKeysAreBounded(t *testing.T) {
	g := NewWithT(t)
	var keys keyring
	now := time.Unix(0, 0)
	for i := range maxKeys + 5 {
		key := appKey{"app", fmt.Sprint(i)}
		g.Expect(keys.find(key, now)).To(BeNil())
		keys.add(key, &attempt{at: now})
	}
	g.Expect(keys.find(appKey{"app", fmt.Sprint(maxKeys)}, now)).NotTo(BeNil())
	g.Expect(len(keys.attempts)).To(Equal(maxKeys))
	g.Expect(keys.order).To(HaveLen(maxKeys))
	g.Expect(keys.find(appKey{"app", "0"}, now)).To(BeNil())
}

// TestLostReplyIsReplayed is what keys are for: the work was done, the client did
// not learn of it and asks again.
func TestLostReplyIsReplayed(t *testing.T) {
	w := withCounter(t)
	w.add(Fault{Kind: FaultStatus, Status: 502, AfterWork: true, First: 2})
	w.Expect(w.set("a", "restock").status).To(Equal(502))
	w.Expect(w.set("a", "restock").status).To(Equal(502))
	a := w.set("a", "restock")
	w.Expect(a.at("data.inventorySetQuantities.inventoryAdjustmentGroup.reason")).To(Equal("restock"), a.text)
	w.Expect(w.runs()).To(Equal(1))

	w.add(Fault{Kind: FaultStatus, Status: 502, First: 1})
	w.Expect(w.set("b", "restock").status).To(Equal(502))
	w.Expect(w.set("b", "correction").at("data.inventorySetQuantities.userErrors")).To(BeEmpty(), "a key that never got as far is not used up")
	w.Expect(w.runs()).To(Equal(2))
}
