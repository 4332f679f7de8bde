package simulator

import (
	"bytes"
	"encoding/json"
	"strings"
)

func decodeNumbers(text []byte) (value any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	err = decoder.Decode(&value)
	return value, err
}

// cut keeps of a payload what a subscription's includeFields name: a field, or
// with a point in between a field of an object or of each object of a list
// (https://shopify.dev/docs/apps/build/webhooks/customize/modify-payloads). A
// name that the payload does not have is left out (?).
func cut(fields map[string]any, include []string) map[string]any {
	below := map[string][]string{}
	out := map[string]any{}
	for _, path := range include {
		name, rest, nested := strings.Cut(path, ".")
		switch _, whole := out[name]; {
		case !has(fields, name) || whole && below[name] == nil:
		case nested:
			below[name] = append(below[name], rest)
			out[name] = cutValue(fields[name], below[name])
		default:
			delete(below, name)
			out[name] = fields[name]
		}
	}
	return out
}

func has(fields map[string]any, name string) bool {
	_, there := fields[name]
	return there
}

func cutValue(value any, include []string) any {
	switch v := value.(type) {
	case map[string]any:
		return cut(v, include)
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = cutValue(item, include)
		}
		return out
	default:
		return value
	}
}

// reach lists what a path of field names leads to in a payload. A list on the
// way stands for each of its items, so that variants.price is the price of any
// variant (https://shopify.dev/docs/apps/build/webhooks/customize/filters).
func reach(value any, path string) []any {
	switch v := value.(type) {
	case []any:
		var all []any
		for _, item := range v {
			all = append(all, reach(item, path)...)
		}
		return all
	case map[string]any:
		if path == "" {
			return []any{v}
		}
		name, rest, _ := strings.Cut(path, ".")
		if !has(v, name) {
			return nil
		}
		return reach(v[name], rest)
	default:
		if path != "" {
			return nil
		}
		return []any{v}
	}
}
