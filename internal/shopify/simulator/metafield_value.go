package simulator

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// sentence is a fault in Shopify's own words.
type sentence string

func (s sentence) Error() string { return string(s) }

// valueForms turn what an app sends into the value that Shopify keeps, by type.
// The sentences are those of public records; of text with a line break and of a
// date they are made up (?).
var valueForms = map[string]func(value string) (string, error){
	"single_line_text_field": func(value string) (string, error) {
		if strings.ContainsAny(value, "\r\n") {
			return "", sentence("Value must be a single line text string.")
		}
		return value, nil
	},
	"multi_line_text_field": func(value string) (string, error) { return value, nil },
	uniqueType:              func(value string) (string, error) { return value, nil },
	"boolean": func(value string) (string, error) {
		if value != "true" && value != "false" {
			return "", sentence("Value must be true or false.")
		}
		return value, nil
	},
	"number_integer": func(value string) (string, error) {
		if _, err := strconv.ParseInt(value, 10, 64); err != nil || strings.HasPrefix(value, "+") {
			return "", sentence("Value must be an integer.")
		}
		return value, nil
	},
	"number_decimal": func(value string) (string, error) {
		if !decimalValue.MatchString(value) {
			return "", sentence("Value must be a decimal.")
		}
		return value, nil
	},
	"date": func(value string) (string, error) {
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			return "", sentence("Value must be in “YYYY-MM-DD” format. For example: 2022-06-01")
		}
		return value, nil
	},
	"date_time": func(value string) (string, error) {
		for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
			if at, err := time.Parse(form, value); err == nil {
				return at.Truncate(time.Second).Format("2006-01-02T15:04:05-07:00"), nil
			}
		}
		return "", sentence("Value must be in “YYYY-MM-DDTHH:MM:SS” format. For example: 2022-06-01T15:30:00")
	},
	"json": func(value string) (string, error) {
		if !json.Valid([]byte(value)) {
			return "", sentence("Value is invalid JSON.")
		}
		return value, nil
	},
	"list.single_line_text_field": func(value string) (string, error) {
		var list []string
		if err := json.Unmarshal([]byte(value), &list); err != nil {
			return "", sentence("Value must be an array of strings.")
		}
		return value, nil
	},
}

var decimalValue = regexp.MustCompile(`^-?[0-9]{1,13}(\.[0-9]{1,9})?$`)

// formed is a value in its type's form; the error is a sentence for people. A
// type that is not modelled is an error of its own.
func formed(metafieldType, value string) (string, error) {
	if strings.TrimSpace(value) == "" {
		return "", sentence("Value can't be blank.")
	}
	form := valueForms[metafieldType]
	if form == nil {
		return "", notModelled("values of the type %s", metafieldType)
	}
	return form(value)
}

// obeys holds a value against the rules of its definition; the error is a
// sentence for people, or that the rule is not modelled.
func obeys(value string, d *MetafieldDefinition) error {
	for _, rule := range d.Validations {
		switch rule.Name {
		case "min", "max":
			if err := withinBound(value, d.Type, rule); err != nil {
				return err
			}
		case "regex":
			pattern, err := regexp.Compile(rule.Value)
			if err != nil {
				return notModelled("the regular expression %s", rule.Value)
			}
			if !pattern.MatchString(value) {
				return sentence("Value is not the correct format.")
			}
		case "choices":
			var choices []string
			if err := json.Unmarshal([]byte(rule.Value), &choices); err != nil {
				return notModelled("the choices %s", rule.Value)
			}
			if !slices.Contains(choices, value) {
				return sentence(fmt.Sprintf("Value does not exist in provided choices: [%s].", quoted(choices)))
			}
		default:
			return notModelled("the validation %s", rule.Name)
		}
	}
	return nil
}

func quoted(texts []string) string {
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = strconv.Quote(text)
	}
	return strings.Join(out, ", ")
}

// withinBound compares numbers by what they are, dates by when, and texts by
// their length.
func withinBound(value, metafieldType string, rule MetafieldValidation) error {
	var less, more bool
	of := ""
	switch metafieldType {
	case "number_integer", "number_decimal":
		have, err := strconv.ParseFloat(value, 64)
		bound, err2 := strconv.ParseFloat(rule.Value, 64)
		if err != nil || err2 != nil {
			return notModelled("the validation %s of %s", rule.Name, rule.Value)
		}
		less, more = have < bound, have > bound
	case "date":
		less, more = value < rule.Value, value > rule.Value
	case "single_line_text_field", "multi_line_text_field", uniqueType:
		bound, err := strconv.Atoi(rule.Value)
		if err != nil {
			return notModelled("the validation %s of %s", rule.Name, rule.Value)
		}
		have := utf8.RuneCountInString(value)
		less, more, of = have < bound, have > bound, " length" // the words are not on record (?)
	default:
		return notModelled("the validation %s of the type %s", rule.Name, metafieldType)
	}
	switch {
	case rule.Name == "min" && less:
		return sentence(fmt.Sprintf("Value has a minimum%s of %s.", of, rule.Value))
	case rule.Name == "max" && more:
		return sentence(fmt.Sprintf("Value has a maximum%s of %s.", of, rule.Value))
	}
	return nil
}
