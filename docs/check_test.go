package docs

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// contract is what a reference documents: all of it, and nothing else.
type contract struct {
	// fields holds what the row of a field has to show, by the field's path.
	fields     map[string][]string
	conditions []string
	reasons    []string
	// otherReasons exist too, and may be documented.
	otherReasons []string
}

// documented is what a reference tells, by the line that does.
type documented struct {
	fields, conditions, reasons map[string]string
	problems                    []string
}

var (
	// A row of a table documents what its first cell names, in backticks and alone.
	row       = regexp.MustCompile("^\\| `([^`]+)` \\|")
	section   = regexp.MustCompile("^## (.+)$")
	condition = regexp.MustCompile("^### `([^`]+)`$")
)

// check returns what a reference lacks, and what it tells that is not so, sorted.
//
// A field is documented by a table row that begins with its path. In the section
// Conditions, a heading of the third level documents a condition and a row a
// reason; in the section Events, a row documents a reason.
func check(text string, api contract) []string {
	told := parse(text)
	problems := told.problems
	problems = append(problems, compare("", slices.Collect(maps.Keys(api.fields)), nil, told.fields)...)
	problems = append(problems, compare("condition ", api.conditions, nil, told.conditions)...)
	problems = append(problems, compare("reason ", api.reasons, api.otherReasons, told.reasons)...)
	for path, values := range api.fields {
		line, ok := told.fields[path]
		for _, value := range values {
			if ok && !strings.Contains(line, "`"+value+"`") {
				problems = append(problems, fmt.Sprintf("%s does not tell of %s", path, value))
			}
		}
	}
	slices.Sort(problems)
	return problems
}

func parse(text string) documented {
	told := documented{fields: map[string]string{}, conditions: map[string]string{}, reasons: map[string]string{}}
	in := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if m := section.FindStringSubmatch(line); m != nil {
			in = m[1]
		}
		if m := condition.FindStringSubmatch(line); m != nil && in == "Conditions" {
			told.conditions[m[1]] = line
		}
		m := row.FindStringSubmatch(line)
		switch {
		case m == nil:
		case strings.HasPrefix(m[1], "spec.") || strings.HasPrefix(m[1], "status."):
			if _, again := told.fields[m[1]]; again {
				told.problems = append(told.problems, m[1]+" is documented twice")
			}
			told.fields[m[1]] = line
		case in == "Conditions" || in == "Events":
			told.reasons[m[1]] = line
		}
	}
	return told
}

func compare(kind string, want, allowed []string, told map[string]string) []string {
	var problems []string
	for _, name := range want {
		if _, ok := told[name]; !ok {
			problems = append(problems, kind+name+" is not documented")
		}
	}
	for name := range told {
		if !slices.Contains(want, name) && !slices.Contains(allowed, name) {
			problems = append(problems, kind+name+" is documented and does not exist")
		}
	}
	return problems
}
