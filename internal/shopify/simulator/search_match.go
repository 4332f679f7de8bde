package simulator

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// searchField turns a term into a question to an item; the error says why the
// term cannot be answered.
type searchField[T any] func(t searchTerm, now time.Time) (func(T) bool, error)

// searchFields are the fields that a list can be searched by, as the
// description of its query argument names them.
type searchFields[T any] map[string]searchField[T]

// choose returns the items that the query argument is true of. What cannot be
// answered is not modelled; Shopify would ignore it and only warn in the
// reply's extensions.search, so that a mistake finds everything.
func (f searchFields[T]) choose(items []T, args arguments, now time.Time) ([]T, error) {
	query := args.text("query")
	s, err := parseSearch(query)
	if err != nil {
		return nil, notModelled("the search %q (%s)", query, err)
	}
	is, err := f.question(s, now)
	if err != nil {
		return nil, notModelled("the search %q (%s)", query, err)
	}
	return slices.DeleteFunc(items, func(item T) bool { return !is(item) }), nil
}

func (f searchFields[T]) question(s search, now time.Time) (func(T) bool, error) {
	switch s := s.(type) {
	case searchNot:
		is, err := f.question(s.of, now)
		return func(item T) bool { return !is(item) }, err
	case searchAll:
		parts, err := f.questions(s, now)
		return func(item T) bool {
			return !slices.ContainsFunc(parts, func(is func(T) bool) bool { return !is(item) })
		}, err
	case searchAny:
		parts, err := f.questions(s, now)
		return func(item T) bool {
			return slices.ContainsFunc(parts, func(is func(T) bool) bool { return is(item) })
		}, err
	default:
		return f.term(s.(searchTerm), now)
	}
}

func (f searchFields[T]) questions(parts []search, now time.Time) ([]func(T) bool, error) {
	var questions []func(T) bool
	for _, part := range parts {
		is, err := f.question(part, now)
		if err != nil {
			return nil, err
		}
		questions = append(questions, is)
	}
	return questions, nil
}

func (f searchFields[T]) term(t searchTerm, now time.Time) (func(T) bool, error) {
	field := f[t.field]
	if field == nil && t.field == "" {
		return nil, fmt.Errorf("%s names no field, and where Shopify looks then is not public", t)
	}
	if field == nil {
		return nil, fmt.Errorf("field %s; known: %s", t.field, strings.Join(slices.Sorted(maps.Keys(f)), ", "))
	}
	return field(t, now)
}

// byWord is a text whose words, one after the other, are looked for without
// regard to case: name:hall finds "Church Hall". Which of Shopify's fields are
// taken apart into words is not documented (?).
func byWord[T any](texts func(T) []string) searchField[T] {
	return func(t searchTerm, _ time.Time) (func(T) bool, error) {
		if t.comparator != ":" {
			return nil, fmt.Errorf("%s compares a text", t)
		}
		want := strings.Fields(strings.ToLower(t.value))
		return func(item T) bool {
			return slices.ContainsFunc(texts(item), func(text string) bool {
				words := strings.Fields(strings.ToLower(text))
				for i := range words {
					if beginWith(words[i:], want, t.prefix) {
						return true
					}
				}
				return len(words) == 0 && len(want) == 0 && !t.prefix
			})
		}, nil
	}
}

// beginWith says whether words begin with others, of which the last may be no
// more than the beginning of a word.
func beginWith(words, others []string, prefix bool) bool {
	if len(others) > len(words) || len(others) == 0 {
		return prefix && len(others) == 0
	}
	last := len(others) - 1
	return slices.Equal(words[:last], others[:last]) &&
		(words[last] == others[last] || prefix && strings.HasPrefix(words[last], others[last]))
}

// byText is a text that is looked for as a whole, without regard to case (?).
func byText[T any](texts func(T) []string) searchField[T] {
	return func(t searchTerm, _ time.Time) (func(T) bool, error) {
		if t.comparator != ":" {
			return nil, fmt.Errorf("%s compares a text", t)
		}
		return func(item T) bool {
			return slices.ContainsFunc(texts(item), func(text string) bool {
				if t.prefix {
					return text != "" && strings.HasPrefix(strings.ToLower(text), strings.ToLower(t.value))
				}
				return strings.EqualFold(text, t.value)
			})
		}, nil
	}
}

// oneOf is a field with few values; another is refused.
func oneOf[T any](text func(T) string, values ...string) searchField[T] {
	return func(t searchTerm, _ time.Time) (func(T) bool, error) {
		if t.prefix || t.comparator != ":" || !slices.Contains(values, t.value) {
			return nil, fmt.Errorf("%s; want one of %s", t, strings.Join(values, ", "))
		}
		return func(item T) bool { return text(item) == t.value }, nil
	}
}

// byID is the number of an id.
func byID[T any](id func(T) uint64) searchField[T] {
	return func(t searchTerm, _ time.Time) (func(T) bool, error) {
		want, err := strconv.ParseUint(t.value, 10, 64)
		if err != nil || t.prefix {
			return nil, fmt.Errorf("%s; want the number at the end of the global id", t)
		}
		return func(item T) bool {
			have := id(item)
			return holds(t.comparator, have == want, have < want)
		}, nil
	}
}

// byTime is a time, to the second. A day begins in UTC, though Shopify may take
// the shop's own time zone (?).
func byTime[T any](of func(T) time.Time) searchField[T] {
	return func(t searchTerm, now time.Time) (func(T) bool, error) {
		want, day, err := searchTime(t.value, now)
		if err != nil || t.prefix {
			return nil, fmt.Errorf("%s; want a time such as '2026-11-23T09:00:00Z', a day or now", t)
		}
		if day && t.comparator == ":" {
			return nil, fmt.Errorf("%s; a whole day is compared by :< :> :<= or :>=", t)
		}
		return func(item T) bool {
			have := of(item).UTC().Truncate(time.Second)
			return holds(t.comparator, have.Equal(want), have.Before(want))
		}, nil
	}
}

func searchTime(value string, now time.Time) (at time.Time, day bool, err error) {
	if value == "now" {
		return now, false, nil
	}
	if at, err = time.Parse(time.DateOnly, value); err == nil {
		return at, true, nil
	}
	at, err = time.Parse(time.RFC3339, value)
	return at, false, err
}

// holds says whether a comparator is true of two values of which is known
// whether they are equal and whether the first is less.
func holds(comparator string, equal, less bool) bool {
	switch comparator {
	case ":<":
		return less
	case ":<=":
		return less || equal
	case ":>":
		return !less && !equal
	case ":>=":
		return !less
	default:
		return equal
	}
}
