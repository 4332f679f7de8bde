package simulator

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// passes says whether a subscription's filter lets a payload through. An empty
// one lets all through.
func passes(filter string, payload map[string]any) (bool, error) {
	question, err := parseFilter(filter)
	if err != nil {
		return false, err
	}
	return question(payload), nil
}

// parseFilter reads a subscription's filter: Shopify's search syntax over the
// fields of the payload, by their paths
// (https://shopify.dev/docs/apps/build/webhooks/customize/filters). Refused is
// what Shopify does not describe for filters: a word without a field, the
// beginning of a word, and an order of what is neither a number nor a time.
func parseFilter(filter string) (func(payload map[string]any) bool, error) {
	s, err := parseSearch(filter)
	if err != nil {
		return nil, err
	}
	return filterQuestion(s)
}

func filterQuestion(s search) (func(map[string]any) bool, error) {
	switch s := s.(type) {
	case searchNot:
		is, err := filterQuestion(s.of)
		return func(p map[string]any) bool { return !is(p) }, err
	case searchAll:
		parts, err := filterQuestions(s)
		return func(p map[string]any) bool {
			return !slices.ContainsFunc(parts, func(is func(map[string]any) bool) bool { return !is(p) })
		}, err
	case searchAny:
		parts, err := filterQuestions(s)
		return func(p map[string]any) bool {
			return slices.ContainsFunc(parts, func(is func(map[string]any) bool) bool { return is(p) })
		}, err
	default:
		return filterTerm(s.(searchTerm))
	}
}

func filterQuestions(parts []search) ([]func(map[string]any) bool, error) {
	var questions []func(map[string]any) bool
	for _, part := range parts {
		is, err := filterQuestion(part)
		if err != nil {
			return nil, err
		}
		questions = append(questions, is)
	}
	return questions, nil
}

func filterTerm(t searchTerm) (func(map[string]any) bool, error) {
	var matches func(value any) bool
	switch {
	case t.field == "":
		return nil, fmt.Errorf("%s names no field", t)
	case t.prefix && (t.value != "" || t.comparator != ":"):
		return nil, fmt.Errorf("%s looks for the beginning of a value", t)
	case t.prefix: // field:* is a field that is there and not null
		matches = func(value any) bool { return value != nil }
	case t.comparator == ":":
		matches = func(value any) bool { return sameValue(value, t.value) }
	case !isNumber(t.value) && !isTime(t.value):
		return nil, fmt.Errorf("%s compares what is neither a number nor a time", t)
	default:
		matches = func(value any) bool {
			order, ok := compareValue(value, t.value)
			return ok && holds(t.comparator, order == 0, order < 0)
		}
	}
	return func(payload map[string]any) bool { return slices.ContainsFunc(reach(payload, t.field), matches) }, nil
}

// sameValue compares a field with a value: as numbers where both are, else as
// whole texts without regard to case (?). Nothing is the same as null.
func sameValue(value any, want string) bool {
	if value == nil {
		return false
	}
	if order, ok := compareValue(value, want); ok {
		return order == 0
	}
	return strings.EqualFold(fmt.Sprint(value), want)
}

// compareValue orders two numbers or two times; ok is false of anything else.
// Shopify's money is text, and compared as the number that it says.
func compareValue(value any, want string) (order int, ok bool) {
	var text string
	switch v := value.(type) {
	case json.Number:
		text = v.String()
	case string:
		text = v
	default:
		return 0, false
	}
	if isNumber(text) && isNumber(want) {
		a, _ := new(big.Rat).SetString(text)
		b, _ := new(big.Rat).SetString(want)
		return a.Cmp(b), true
	}
	a, errA := time.Parse(time.RFC3339, text)
	b, errB := time.Parse(time.RFC3339, want)
	return a.Compare(b), errA == nil && errB == nil
}

func isNumber(text string) bool {
	// Of what a Rat reads, fractions and exponents are not JSON's or could be huge.
	if text == "" || len(text) > 40 || strings.Trim(text, "0123456789.-") != "" {
		return false
	}
	_, ok := new(big.Rat).SetString(text)
	return ok
}

func isTime(text string) bool {
	_, err := time.Parse(time.RFC3339, text)
	return err == nil
}
