package simulator

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

func TestSnapshotHoldsEverything(t *testing.T) {
	w := newWorld(t)
	w.Expect(w.sim.AddShop(NewShop("oak-kids.myshopify.com", "Oak Kids"))).To(Succeed())
	minted := fmt.Sprint(w.mint("", mapleGrant).at("access_token"))
	w.update(func(s *Shop) {
		s.Locations = append(s.Locations, Location{Name: "Attic", Active: true})
		s.Standing = StandingOpen
	})
	w.update(func(s *Shop) { s.Locations = s.Locations[:1] }) // an id that must not come again
	before, highest := w.shop(), w.shop().Locations[0].ID
	var saved bytes.Buffer
	w.Expect(w.sim.Snapshot(&saved)).To(Succeed())

	other := newWorld(t)
	other.Expect(other.sim.AddShop(NewShop("elm-kids.myshopify.com", "Elm Kids"))).To(Succeed())
	other.Expect(other.sim.Restore(bytes.NewReader(saved.Bytes()))).To(Succeed())
	other.Expect(other.sim.Shops()).To(Equal([]string{maple, "oak-kids.myshopify.com"}), "what was there is gone")
	other.Expect(other.shop()).To(Equal(before))
	other.Expect(other.askAs(minted, latest, `{ shop { id } }`, nil).status).To(Equal(200), "tokens outlive the process")
	other.Expect(other.mint("", mapleGrant).at("access_token")).NotTo(Equal(minted), "and are not minted twice")
	other.update(func(s *Shop) { s.Locations = append(s.Locations, Location{Name: "Cellar"}) })
	other.Expect(other.shop().Locations[1].ID).To(BeNumerically(">", highest+1), "ids are never used again")
	other.Expect(other.sim.AddShop(NewShop("elm-kids.myshopify.com", "Elm Kids"))).To(Succeed())
	elm, _ := other.sim.Shop("elm-kids.myshopify.com")
	other.Expect(elm.ID).To(Equal(uint64(3)), "nor are those of shops")

	var again bytes.Buffer
	w.Expect(w.sim.Restore(bytes.NewReader(saved.Bytes()))).To(Succeed())
	w.Expect(w.sim.Snapshot(&again)).To(Succeed())
	w.Expect(again.String()).To(Equal(saved.String()), "a snapshot of what was restored is the same")
}

func TestSnapshotHoldsWhatWasSpentAndTried(t *testing.T) {
	w := newWorld(t)
	w.ask(`{ locations(first: 250) { nodes { id } } }`, nil)
	key := appKey{"maple-kids-app", "k-1"}
	st := w.sim.store(maple)
	st.keys.add(key, &attempt{at: w.time, input: "x", failed: true, done: []byte(`{"a":1}`), errors: []*graphQLError{failure(codeBadRequest, "no")}})
	left := func(w *world) any {
		return w.ask(`{ shop { id } }`, nil).at("extensions.cost.throttleStatus.currentlyAvailable")
	}
	var saved bytes.Buffer
	w.Expect(w.sim.Snapshot(&saved)).To(Succeed())
	other := newWorld(t)
	other.Expect(other.sim.Restore(&saved)).To(Succeed())
	other.Expect(left(other)).To(And(Equal(left(w)), BeNumerically("<", 2000.0)), "a new process is no full bucket")
	found := other.sim.store(maple).keys.find(key, w.time.Add(time.Hour))
	other.Expect(found.failed).To(BeTrue(), "nor a reason to do a thing again")
	other.Expect(found.done).To(MatchJSON(`{"a":1}`))
	other.Expect(found.errors[0].code()).To(Equal("BAD_REQUEST"))
	other.Expect(other.sim.store(maple).keys.find(key, w.time.Add(24*time.Hour))).To(BeNil(), "which ends as it would have")
}

func TestRestoringMovesASimulatedClock(t *testing.T) {
	g := NewWithT(t)
	start := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	at := func(now time.Time) (*Simulator, *Clock) {
		clock := NewClock(now)
		sim := New(Options{Clock: clock})
		t.Cleanup(sim.Close)
		return sim, clock
	}
	sim, _ := at(start.Add(90 * time.Minute))
	sim.deliveries.id()
	var saved bytes.Buffer
	g.Expect(sim.Snapshot(&saved)).To(Succeed())

	early, clock := at(start)
	g.Expect(early.Restore(bytes.NewReader(saved.Bytes()))).To(Succeed())
	g.Expect(clock.Now()).To(Equal(start.Add(90*time.Minute)), "time goes on from where it was")
	g.Expect(early.deliveries.ids).To(Equal(uint64(1)), "and so do the ids of webhooks")

	late, clock := at(start.Add(24 * time.Hour))
	g.Expect(late.Restore(bytes.NewReader(saved.Bytes()))).To(Succeed())
	g.Expect(clock.Now()).To(Equal(start.Add(24*time.Hour)), "but not back")
}

func TestSnapshotOverTheControlAPI(t *testing.T) {
	w := newWorld(t)
	saved := w.control("GET", "/snapshot", "")
	w.Expect(saved.status).To(Equal(200))
	w.update(func(s *Shop) { s.Name = "Other" })
	w.time = w.time.Add(time.Minute)
	w.Expect(w.control("PUT", "/snapshot", saved.text).status).To(Equal(204))
	w.Expect(w.shop().Name).To(Equal("Maple Kids"))

	large := newWorld(t)
	large.update(func(s *Shop) {
		for i := range 4000 {
			s.Locations = append(s.Locations, Location{Name: fmt.Sprintf("%0200d", i)})
		}
	})
	text := large.control("GET", "/snapshot", "").text
	large.Expect(len(text)).To(BeNumerically(">", maxBody), "a snapshot may be larger than any other body")
	large.Expect(large.control("PUT", "/snapshot", text).status).To(Equal(204))
}

func TestSnapshotsThatCannotBe(t *testing.T) {
	w := newWorld(t)
	before := w.shop()
	good := w.control("GET", "/snapshot", "").text
	twice := strings.Replace(good, `"stores":[`, `"stores":[`+good[strings.Index(good, `"stores":[`)+len(`"stores":[`):strings.LastIndex(good, `]`)]+`,`, 1)
	cases := map[string]struct{ reason, body, want string }{
		"no json": {"a snapshot is JSON", `{`, "cannot be read"},
		"unknown": {"what is not known would be lost", `{"format": 1, "colour": "red"}`, "colour"},
		"format":  {"another format means something else", `{"format": 7}`, "format 7"},
		"twice":   {"a domain is one shop's", twice, "twice"},
		"shop":    {"a shop is one that can be", strings.Replace(good, `"currency":"CAD"`, `"currency":""`, 1), "ISO 4217"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			a := w.control("PUT", "/snapshot", tc.body)
			g.Expect(a.status).To(Equal(422), tc.reason)
			g.Expect(a.at("error")).To(ContainSubstring(tc.want))
			g.Expect(w.shop()).To(Equal(before), "nothing has changed")
		})
	}
}

func TestRestoringWhileServing(t *testing.T) {
	w := newWorld(t)
	var saved bytes.Buffer
	w.Expect(w.sim.Snapshot(&saved)).To(Succeed())
	server := httptest.NewServer(w.sim)
	defer server.Close()
	done := make(chan error)
	for range 4 {
		go func() {
			var failed error
			for range 50 {
				if err := w.sim.Restore(bytes.NewReader(saved.Bytes())); err != nil {
					failed = err
				}
				if err := w.sim.Update(maple, func(s *Shop) { s.Name = "Other" }); err != nil {
					failed = err
				}
			}
			done <- failed
		}()
	}
	for range 50 {
		w.Expect(w.ask(`{ shop { name } }`, nil).status).To(Equal(200))
	}
	for range 4 {
		w.Expect(<-done).To(Succeed())
	}
}
