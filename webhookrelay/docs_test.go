package webhookrelay

import (
	"net/http"
	"os"
	"regexp"
	"strconv"
	"testing"

	. "github.com/onsi/gomega"
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

func TestTheReplyOfEachOutcome(t *testing.T) {
	g := NewWithT(t)
	for o, a := range answers {
		g.Expect(a.text).NotTo(BeEmpty(), string(o))
		g.Expect(a.status == http.StatusOK).To(Equal(o == Stored || o == Probed), "%s: Shopify takes 200 for stored", o)
	}
}
