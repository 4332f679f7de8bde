package catalog

import (
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var arrow = regexp.MustCompile(`(?m)^\s+(\S+) --> ([^\s:]+)`)

// drawn reads the arrows of the diagram of states in docs/architecture.md.
func drawn(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, diagram, found := strings.Cut(string(text), "stateDiagram-v2")
	diagram, _, ended := strings.Cut(diagram, "```")
	if !found || !ended {
		t.Fatal("docs/architecture.md holds no diagram of states")
	}
	var arrows []string
	for _, m := range arrow.FindAllStringSubmatch(diagram, -1) {
		arrows = append(arrows, m[1]+" --> "+m[2])
	}
	slices.Sort(arrows)
	return arrows
}

func TestTheDiagramIsTheTable(t *testing.T) {
	table := []string{"[*] --> " + string(Draft)}
	for from, list := range transitions {
		for _, to := range list {
			table = append(table, string(from)+" --> "+string(to))
		}
		if len(list) == 0 {
			table = append(table, string(from)+" --> [*]")
		}
	}
	slices.Sort(table)
	if got := drawn(t); !slices.Equal(got, table) {
		t.Errorf("the diagram draws\n%s\nand the table says\n%s", strings.Join(got, "\n"), strings.Join(table, "\n"))
	}
}

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		reason   string
		from, to State
		refused  bool
	}{
		"paid":             {"the usual way", Reserved, Sold, false},
		"paid at once":     {"an order may be paid when it is first read", Listed, Sold, false},
		"at the till":      {"what is in the room is sold, listed or not", Ready, Sold, false},
		"late":             {"an order of the last minute is read after the end", Unsold, Sold, false},
		"again":            {"nothing changes", Donated, Donated, false},
		"before photos":    {"it has no product yet", Draft, Sold, true},
		"gone":             {"it is not there to be sold", ReturnedToConsignor, Sold, true},
		"back from nobody": {"what was not sold cannot come back", Listed, CustomerReturned, true},
		"no state":         {"a row that nobody wrote", "", Sold, true},
	} {
		t.Run(name, func(t *testing.T) {
			err := Check(c.from, c.to)
			if _, refused := errors.AsType[*TransitionError](err); refused != c.refused || err != nil && !refused {
				t.Errorf("%s: %v", c.reason, err)
			}
		})
	}
}

func TestEveryStateIsInTheTable(t *testing.T) {
	for from, list := range transitions {
		for _, to := range list {
			if _, ok := transitions[to]; !ok {
				t.Errorf("%s leads to %s, of which the table knows nothing", from, to)
			}
		}
	}
}
