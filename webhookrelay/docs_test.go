package webhookrelay

import (
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"testing"

	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
)

// rows are the tables' rows of docs/webhooks.md that begin with a name of a form,
// by their first two cells.
func rows(t *testing.T, name string) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../docs/webhooks.md")
	NewWithT(t).Expect(err).NotTo(HaveOccurred())
	told := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `("+name+")` \\| ([^|]*) \\|").FindAllStringSubmatch(string(text), -1) {
		told[row[1]] = row[2]
	}
	return told
}

func TestEveryAnswerIsDocumented(t *testing.T) {
	want := map[string]string{}
	for o, a := range answers {
		want[string(o)] = strconv.Itoa(a.status)
	}
	NewWithT(t).Expect(rows(t, `[A-Z]\w+`)).To(Equal(want))
}

func TestEveryMetricIsDocumented(t *testing.T) {
	g := NewWithT(t)
	h := newTestHandler(&recorder{}, nil)
	ask(h, webhook(maple(), currentSecret, orderBody))
	families, err := prometheus.Gatherer(h.metrics.registry).Gather()
	g.Expect(err).NotTo(HaveOccurred())
	var names []string
	for _, f := range families {
		names = append(names, f.GetName())
	}
	slices.Sort(names)
	g.Expect(slices.Sorted(maps.Keys(rows(t, `shopkeeper_relay_\w+`)))).To(Equal(names))
}

func TestTheReplyOfEachOutcome(t *testing.T) {
	g := NewWithT(t)
	for o, a := range answers {
		g.Expect(a.text).NotTo(BeEmpty(), string(o))
		g.Expect(a.status == http.StatusOK).To(Equal(o == Stored || o == Probed), "%s: Shopify takes 200 for stored", o)
	}
}
