package simulator

import (
	"fmt"
	"testing"

	. "github.com/onsi/gomega"
)

// add puts a fault in force.
func (w *world) add(f Fault) uint64 {
	id, err := w.sim.AddFault(f)
	w.Expect(err).NotTo(HaveOccurred())
	return id
}

func TestWhenFaultsStrike(t *testing.T) {
	cases := map[string]struct {
		reason string
		fault  Fault
		want   string // x for each of ten requests that is struck
	}{
		"always": {"without a schedule every request", Fault{}, "xxxxxxxxxx"},
		"nth":    {"one only", Fault{Nth: 3}, "..x......."},
		"every":  {"each third", Fault{Every: 3}, "..x..x..x."},
		"first":  {"the first four", Fault{First: 4}, "xxxx......"},
		"chance": {"by chance, the same from the same seed", Fault{Probability: 0.5, Seed: 7}, "x.x..xxx.x"},
		"never":  {"a chance of nearly nothing", Fault{Probability: 1e-9}, ".........."},
		"sure":   {"a chance of one", Fault{Probability: 1}, "xxxxxxxxxx"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			tc.fault.Kind, tc.fault.Status = FaultStatus, 500
			w.add(tc.fault)
			got := ""
			for range 10 {
				if w.ask(`{ shop { id } }`, nil).status == 500 {
					got += "x"
				} else {
					got += "."
				}
			}
			w.Expect(got).To(Equal(tc.want), tc.reason)
			w.Expect(w.sim.Faults()[0].Matched).To(BeEquivalentTo(10))
		})
	}
}

func TestWhomFaultsStrike(t *testing.T) {
	const oak = "oak-kids.myshopify.com"
	query, mutation := `query Named { shop { id } }`, `mutation Change { webhookSubscriptionDelete(id: "gid://shopify/WebhookSubscription/1") { userErrors { message } } }`
	requests := []struct {
		name string
		send func(*world) answer
	}{
		{"query", func(w *world) answer { return w.ask(query, nil) }},
		{"mutation", func(w *world) answer { return w.ask(mutation, nil) }},
		{"oak", func(w *world) answer {
			return w.do(call{method: "POST", host: oak, path: "/admin/api/" + latest + "/graphql.json", token: "shpat_oak-kids", body: `{"query": "{ shop { id } }"}`})
		}},
		{"rest", func(w *world) answer { return w.get("/admin/api/" + latest + "/shop.json") }},
		{"oauth", func(w *world) answer { return w.mint("", mapleGrant) }},
		{"no token", func(w *world) answer { return w.askAs("", latest, query, nil) }},
		{"bad document", func(w *world) answer { return w.ask(`{ colour }`, nil) }},
	}
	cases := map[string]struct {
		reason string
		fault  Fault
		want   []string
	}{
		"all":       {"whatever would be answered", Fault{}, []string{"query", "mutation", "oak", "rest", "oauth"}},
		"shop":      {"one shop's", Fault{Shop: oak}, []string{"oak"}},
		"app":       {"one app's", Fault{App: "maple-kids-app"}, []string{"query", "mutation", "rest"}},
		"name":      {"a named operation", Fault{Operation: "Named"}, []string{"query"}},
		"root":      {"a root field", Fault{Operation: "shop"}, []string{"query", "oak"}},
		"rest":      {"a path", Fault{Operation: "GET /admin/api/" + latest + "/shop.json"}, []string{"rest"}},
		"kind":      {"a kind of calls", Fault{Operation: KindOAuth}, []string{"oauth"}},
		"mutations": {"what changes something", Fault{MutationsOnly: true}, []string{"mutation"}},
		"both":      {"all that is said must hold", Fault{MutationsOnly: true, Operation: "Named"}, []string{}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Expect(w.sim.AddShop(NewShop(oak, "Oak Kids"))).To(Succeed())
			tc.fault.Kind, tc.fault.Status = FaultStatus, 503
			id := w.add(tc.fault)
			struck := []string{}
			for _, r := range requests {
				if r.send(w).status == 503 {
					struck = append(struck, r.name)
				}
			}
			w.Expect(struck).To(Equal(tc.want), tc.reason)
			for _, c := range w.sim.Calls(CallFilter{}) {
				if c.Status == 503 {
					w.Expect([]any{c.Fault, c.FaultID}).To(Equal([]any{FaultStatus, id}))
				} else {
					w.Expect(c.Fault).To(BeEmpty())
				}
			}
		})
	}
}

func TestSeveralFaults(t *testing.T) {
	w := newWorld(t)
	first := w.add(Fault{Kind: FaultStatus, Status: 500, First: 1})
	second := w.add(Fault{Kind: FaultStatus, Status: 502, First: 2})
	w.Expect(second).To(BeNumerically(">", first))
	var got []int
	for range 3 {
		got = append(got, w.ask(`{ shop { id } }`, nil).status)
	}
	w.Expect(got).To(Equal([]int{500, 502, 200}), "the first added strikes, and all count")
	faults := w.sim.Faults()
	w.Expect(fmt.Sprint(faults[0].Fired, faults[0].Matched, faults[1].Fired, faults[1].Matched)).To(Equal("1 3 1 3"))

	always := w.add(Fault{Kind: FaultStatus, Status: 500})
	w.Expect(w.sim.RemoveFault(always)).To(BeTrue())
	w.Expect(w.sim.RemoveFault(always)).To(BeFalse())
	w.Expect(w.ask(`{ shop { id } }`, nil).status).To(Equal(200))
	w.sim.ClearFaults()
	w.Expect(w.sim.Faults()).To(BeEmpty())
}

func TestFaultsAreChecked(t *testing.T) {
	for name, tc := range map[string]struct {
		fault Fault
		want  string
	}{
		"kind":         {Fault{Kind: "Flood"}, "want one of"},
		"status":       {Fault{Kind: FaultStatus, Status: 200}, "want 400 to 599"},
		"two plans":    {Fault{Kind: FaultDrop, Nth: 1, Every: 2}, "one at most"},
		"chance":       {Fault{Kind: FaultDrop, Probability: 1.5}, "want 0 to 1"},
		"not heeded":   {Fault{Kind: FaultTruncate, AfterWork: true}, "does not heed"},
		"stale":        {Fault{Kind: FaultStaleReads}, "more than 0"},
		"past":         {Fault{Kind: FaultTimeout, Seconds: -1}, "more than 0"},
		"no errors":    {Fault{Kind: FaultUserErrors}, "want some"},
		"no message":   {Fault{Kind: FaultUserErrors, UserErrors: []FaultUserError{{Code: "INVALID"}}}, "with a message"},
		"negative":     {Fault{Kind: FaultOversize, Bytes: -1}, "bytes"},
		"alien status": {Fault{Kind: FaultThrottled, Status: 429}, "does not heed"},
	} {
		t.Run(name, func(t *testing.T) {
			g, sim := NewWithT(t), New(Options{})
			_, err := sim.AddFault(tc.fault)
			g.Expect(err).To(MatchError(ContainSubstring(tc.want)))
			g.Expect(sim.Faults()).To(BeEmpty())
		})
	}
}

func TestControlFaults(t *testing.T) {
	w := newWorld(t)
	a := w.control("POST", "/faults", `{"kind": "Status", "status": 429, "retryAfter": "1.5", "first": 1, "operation": "Named"}`)
	w.Expect(a.status).To(Equal(201), a.text)
	w.Expect(a.body).To(Equal(map[string]any{"id": 1.0, "kind": "Status", "status": 429.0, "retryAfter": "1.5", "first": 1.0, "operation": "Named", "matched": 0.0, "fired": 0.0}))
	w.Expect(w.control("POST", "/faults", `{"kind": "UserErrors", "userErrors": [{"field": ["input"], "message": "No", "code": "INVALID"}]}`).status).To(Equal(201))
	w.Expect(w.ask(`query Named { shop { id } }`, nil).header.Get("Retry-After")).To(Equal("1.5"))

	a = w.control("GET", "/faults", "")
	w.Expect(a.at("faults")).To(HaveLen(2))
	w.Expect(a.at("faults.0.fired")).To(BeEquivalentTo(1))
	w.Expect(a.at("faults.1.userErrors.0.code")).To(Equal("INVALID"))
	logged := w.control("GET", "/calls", "")
	w.Expect(logged.at("calls.0.fault")).To(Equal("Status"))
	w.Expect(logged.at("calls.0.throttled")).To(BeTrue())

	w.Expect(w.control("DELETE", "/faults/1", "").status).To(Equal(204))
	w.Expect(w.control("DELETE", "/faults/1", "").status).To(Equal(404))
	w.Expect(w.control("DELETE", "/faults/x", "").status).To(Equal(404))
	w.Expect(w.control("DELETE", "/faults", "").status).To(Equal(204))
	w.Expect(w.control("GET", "/faults", "").at("faults")).To(BeEmpty())

	for body, want := range map[string]string{
		`{"kind": "Status"}`:                 "status 0",
		`{"kind": "Drop", "colour": "red"}`:  "colour",
		`{"kind": "Drop", "first": "three"}`: "does not fit",
		`[`:                                  "JSON",
	} {
		a := w.control("POST", "/faults", body)
		w.Expect(a.status).To(Equal(422), body)
		w.Expect(a.at("error")).To(ContainSubstring(want))
	}
}
