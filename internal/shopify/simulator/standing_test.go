package simulator

import (
	"testing"

	. "github.com/onsi/gomega"
)

func TestStanding(t *testing.T) {
	cases := map[string]struct {
		reason, standing string
		status           int
		body             string
	}{
		"open":   {"a shop in business answers", StandingOpen, 200, `{"data":{"shop":`},
		"unset":  {"which it is unless something is said", "", 200, `{"data":{"shop":`},
		"frozen": {"an unpaid bill", StandingFrozen, 402, `{"errors":"Unavailable Shop"}` + "\n"},
		"locked": {"a suspicion of fraud", StandingLocked, 423, `{"errors":"This shop is unavailable"}` + "\n"},
		"closed": {"a shop that is no more", StandingClosed, 404, `{"errors":"Not Found"}` + "\n"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.update(func(s *Shop) { s.Standing = tc.standing })
			a := w.ask(`{ shop { name } }`, nil)
			w.Expect(a.status).To(Equal(tc.status), tc.reason)
			w.Expect(a.text).To(HavePrefix(tc.body))
			for _, c := range []call{
				{method: "GET", path: "/admin/api/" + latest + "/shop.json", token: "shpat_maple-kids"},
				{method: "POST", path: "/admin/oauth/access_token", body: mapleGrant},
			} {
				w.Expect(w.do(c).status).To(Equal(tc.status), c.path)
			}
			w.Expect(w.control("PATCH", "/shops/"+maple, `{"standing": "OPEN"}`).status).To(Equal(200))
			w.Expect(w.ask(`{ shop { name } }`, nil).status).To(Equal(200), "it can pay")
		})
	}
	w := newWorld(t)
	w.Expect(w.control("PATCH", "/shops/"+maple, `{"standing": "frozen"}`).at("error")).To(ContainSubstring("standing"))
}
