package routes

import (
	"strings"
	"testing"

	. "github.com/onsi/gomega"
)

func maple() Route {
	return Route{
		Namespace: "client-maple-kids", Store: "maple-kids", Shop: "maple-kids.myshopify.com",
		Secrets: []string{"shpss_current", "shpss_previous"}, Topics: []string{"orders/create", "app/uninstalled"},
	}
}

func TestParse(t *testing.T) {
	const good = `{"namespace":"a","store":"b","shop":"b.myshopify.com","secrets":["shpss_1"],"topics":["orders/create"]}`
	with := func(old, replacement string) string {
		return `{"routes":[` + good + `,` + strings.NewReplacer(`"a"`, `"z"`, old, replacement).Replace(good) + `]}`
	}
	cases := map[string]struct {
		reason string
		text   string
		want   string // in the error; empty for none
	}{
		"two stores":        {"what the manager writes is read", with(`x`, `x`), ""},
		"no stores":         {"a cluster begins without", `{"routes":[]}`, ""},
		"empty":             {"a file that was cut off is no list without stores", ``, "cannot be read"},
		"cut off":           {"and neither is half a file", `{"routes":[` + good, "cannot be read"},
		"no list":           {"another file was mounted", `{}`, `"routes" is missing`},
		"null":              {"it is no list", `{"routes":null}`, `"routes" is missing`},
		"more":              {"two files in one", `{"routes":[]}{"routes":[]}`, "follows"},
		"unknown at top":    {"a newer manager's file may mean something else", `{"routes":[],"version":2}`, `unknown field "version"`},
		"unknown in route":  {"the same", with(`"topics"`, `"paths":[],"topics"`), `unknown field "paths"`},
		"store twice":       {"which one counts would be chance", `{"routes":[` + good + `,` + good + `]}`, "routes[1]: there is another route for a/b"},
		"namespace":         {"it goes into a path", strings.Replace(with(`x`, `x`), `"z"`, `"z/y"`, 1), `routes[1]: namespace "z/y"`},
		"name":              {"it goes into a path", with(`"b"`, `"../b"`), `routes[1]: store "../b"`},
		"shop":              {"it is compared with a header", with(`b.myshopify.com`, `b.example`), "routes[1]: z/b: shop: "},
		"no secret":         {"nothing could be verified", with(`["shpss_1"]`, `[]`), "routes[1]: z/b: 0 secrets"},
		"empty secret":      {"anybody could sign", with(`"shpss_1"`, `""`), "secrets[0] is empty"},
		"blank secret":      {"the same, with a newline", with(`"shpss_1"`, `" \n"`), "secrets[0] is empty"},
		"empty previous":    {"the same during a rotation", with(`"shpss_1"`, `"shpss_1",""`), "secrets[1] is empty"},
		"secret's newline":  {"no signature would ever fit", with(`shpss_1`, `shpss_1\n`), "white space"},
		"secret twice":      {"a rotation that is none", with(`"shpss_1"`, `"shpss_1","shpss_1"`), "secrets[1] is there twice"},
		"three secrets":     {"a secret that was given up stays given up", with(`"shpss_1"`, `"shpss_1","2","3"`), "3 secrets"},
		"topic's name":      {"headers spell it otherwise", with(`orders/create`, `ORDERS_CREATE`), `topics[0] "ORDERS_CREATE"`},
		"topic twice":       {"a mistake somewhere", with(`"orders/create"`, `"orders/paid","orders/paid"`), "is there twice"},
		"secret of a shape": {"an error does not show what it is about", with(`["shpss_1"]`, `"shpss_1"`), "cannot unmarshal"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			list, err := Parse([]byte(tc.text))
			if tc.want == "" {
				g.Expect(err).NotTo(HaveOccurred(), tc.reason)
				return
			}
			g.Expect(err).To(MatchError(ContainSubstring(tc.want)), tc.reason)
			g.Expect(err.Error()).NotTo(ContainSubstring("shpss_"), "an error is logged")
			g.Expect(list).To(BeNil())
		})
	}
}

func TestFormat(t *testing.T) {
	g := NewWithT(t)
	oak := Route{Namespace: "client-maple-kids", Store: "an-oak", Shop: "oak.myshopify.com", Secrets: []string{"s"}}
	text, err := Format([]Route{maple(), oak})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(string(text)).To(Equal(`{"routes":[` +
		`{"namespace":"client-maple-kids","store":"an-oak","shop":"oak.myshopify.com","secrets":["s"],"topics":[]},` +
		`{"namespace":"client-maple-kids","store":"maple-kids","shop":"maple-kids.myshopify.com","secrets":["shpss_current","shpss_previous"],"topics":["app/uninstalled","orders/create"]}]}`))

	again := maple()
	again.Topics = []string{"app/uninstalled", "orders/create"}
	other, err := Format([]Route{oak, again})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(other).To(Equal(text), "a Secret that did not change is not written again")

	list, err := Parse(text)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(list[1]).To(Equal(again), "the current secret stays the first")
	g.Expect(maple().Topics[0]).To(Equal("orders/create"))

	none, err := Format(nil)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(Parse(none)).To(BeEmpty(), "no stores is a list too")

	broken := maple()
	broken.Secrets = []string{""}
	_, err = Format([]Route{broken})
	g.Expect(err).To(MatchError(ContainSubstring("is empty")), "what the relay would refuse is not written")
}
