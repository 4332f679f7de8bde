package simulator

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

var clockStart = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func TestTimersFireInOrderAtTheirOwnTime(t *testing.T) {
	g, clock := NewWithT(t), NewClock(clockStart)
	var fired []string
	at := func(name string, wait time.Duration, then ...func()) func() bool {
		return clock.AfterFunc(wait, func() {
			fired = append(fired, fmt.Sprint(name, " ", clock.Now().Sub(clockStart)))
			for _, f := range then {
				f()
			}
		})
	}
	at("late", time.Hour)
	at("early", time.Minute, func() { at("made on the way", time.Minute) })
	at("early too", time.Minute)
	at("now", 0)
	at("before now", -time.Hour)
	stop := at("stopped", time.Second)
	g.Expect(stop()).To(BeTrue())
	g.Expect(stop()).To(BeFalse(), "a timer stops once")
	due, there := clock.Due()
	g.Expect([]any{due, there}).To(Equal([]any{clockStart, true}))
	g.Expect(fired).To(BeEmpty(), "nothing happens before the clock is moved")

	g.Expect(clock.Advance(30 * time.Minute)).To(Equal(5))
	g.Expect(fired).To(Equal([]string{"now 0s", "before now 0s", "early 1m0s", "early too 1m0s", "made on the way 2m0s"}))
	g.Expect(clock.Now()).To(Equal(clockStart.Add(30 * time.Minute)))
	g.Expect(clock.Advance(-time.Hour)).To(BeZero())
	g.Expect(clock.Now()).To(Equal(clockStart.Add(30*time.Minute)), "a clock does not go back")
	g.Expect(clock.Advance(30 * time.Minute)).To(Equal(1))
	g.Expect(fired[5]).To(Equal("late 1h0m0s"))
	_, there = clock.Due()
	g.Expect(there).To(BeFalse())
}

func TestDurationsAreTextInJSON(t *testing.T) {
	g := NewWithT(t)
	text, err := json.Marshal(Duration(90 * time.Minute))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(string(text)).To(Equal(`"1h30m0s"`))
	var d Duration
	g.Expect(json.Unmarshal([]byte(`"90m"`), &d)).To(Succeed())
	g.Expect(d).To(Equal(Duration(90 * time.Minute)))
	g.Expect(json.Unmarshal([]byte(`"soon"`), &d)).To(MatchError(ContainSubstring("no duration")))
}

func TestControlClock(t *testing.T) {
	w := newHooked(t, nil)
	a := w.control("GET", "/clock", "")
	w.Expect(a.body).To(Equal(map[string]any{"now": "2026-11-23T09:00:00Z", "simulated": true}))
	w.emit("ORDERS_CREATE", map[string]any{"id": 1})
	w.Expect(w.control("GET", "/clock", "").at("due")).To(Equal("2026-11-23T09:00:00Z"))

	a = w.control("POST", "/clock", `{"advance": "4h"}`)
	w.Expect(a.body).To(Equal(map[string]any{"now": "2026-11-23T13:00:00Z", "simulated": true, "fired": 1.0}))
	w.Expect(w.got.requests()).To(HaveLen(1), "the answer comes once all is done")
	for reason, body := range map[string]string{
		"no way back": `{"advance": "-1h"}`, "how far": `{}`, "a duration": `{"advance": "far"}`, "known fields": `{"advnace": "1h"}`,
	} {
		w.Expect(w.control("POST", "/clock", body).status).To(Equal(422), reason)
	}
	w.Expect(w.clock.Now()).To(Equal(clockStart.Add(4 * time.Hour)))

	unmoved := newWorld(t)
	w.Expect(unmoved.control("GET", "/clock", "").at("simulated")).To(Equal(false))
	a = unmoved.control("POST", "/clock", `{"advance": "4h"}`)
	w.Expect(a.status).To(Equal(409), "nobody moves the real clock")
	w.Expect(a.at("error")).To(ContainSubstring("real clock"))
}

func TestTokensExpireByTheSimulatedClock(t *testing.T) {
	w := newHooked(t, nil)
	token := fmt.Sprint(w.mint("", mapleGrant).at("access_token"))
	w.clock.Advance(24*time.Hour - time.Second)
	w.Expect(w.askAs(token, latest, `{ shop { id } }`, nil).status).To(Equal(200))
	w.clock.Advance(time.Second)
	w.Expect(w.askAs(token, latest, `{ shop { id } }`, nil).status).To(Equal(401))
}
