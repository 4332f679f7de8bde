package simulator

import (
	"slices"
	"strings"
	"time"
)

// fewWanted are the values, in lower case, of which a field must have one wherever a query is
// true, and whether the query says so. With them an index can find what to look
// at; the query still decides.
func fewWanted(query, field string) ([]string, bool) {
	s, err := parseSearch(query)
	if err != nil {
		return nil, false // whoever searches says so
	}
	values, few := wantedOf(s, field)
	for i := range values {
		values[i] = strings.ToLower(values[i])
	}
	slices.Sort(values)
	return slices.Compact(values), few
}

// earliest is a time that a field has or is later than wherever a query is true,
// and whether the query says so.
func earliest(query, field string, now time.Time) (time.Time, bool) {
	s, err := parseSearch(query)
	if err != nil {
		return time.Time{}, false
	}
	return earliestOf(s, field, now)
}

func earliestOf(s search, field string, now time.Time) (bound time.Time, bounded bool) {
	switch s := s.(type) {
	case searchTerm:
		at, _, err := searchTime(s.value, now)
		return at, err == nil && s.field == field && !s.prefix && (s.comparator == ":" || s.comparator == ":>" || s.comparator == ":>=")
	case searchAll:
		for _, part := range s {
			if at, ok := earliestOf(part, field, now); ok && (!bounded || at.After(bound)) {
				bound, bounded = at, true
			}
		}
	case searchAny:
		for i, part := range s {
			at, ok := earliestOf(part, field, now)
			if !ok {
				return time.Time{}, false
			}
			if i == 0 || at.Before(bound) {
				bound = at
			}
		}
		bounded = len(s) > 0
	}
	return bound, bounded
}

func wantedOf(s search, field string) ([]string, bool) {
	switch s := s.(type) {
	case searchTerm:
		return []string{s.value}, s.field == field && s.comparator == ":" && !s.prefix
	case searchAll:
		for _, part := range s {
			if values, few := wantedOf(part, field); few {
				return values, true
			}
		}
	case searchAny:
		var all []string
		for _, part := range s {
			values, few := wantedOf(part, field)
			if !few {
				return nil, false
			}
			all = append(all, values...)
		}
		return all, len(all) > 0
	}
	return nil, false
}
