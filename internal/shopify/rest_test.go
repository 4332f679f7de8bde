package shopify

import (
	"errors"
	"net/http"
	"slices"
	"testing"
)

func TestErrorsOverREST(t *testing.T) {
	cases := map[string]struct {
		reason, body string
		said         string
		fields       []FieldError
	}{
		"text":    {"a refusal as a whole", `{"errors":"Not Found"}`, "Not Found", nil},
		"lists":   {"what is wrong, by field and in order", `{"errors":{"title":["can't be blank"],"code":["is short","is bad"]}}`, "code: is short; code: is bad; title: can't be blank", []FieldError{{Field: "code", Message: "is short"}, {Field: "code", Message: "is bad"}, {Field: "title", Message: "can't be blank"}}},
		"a text":  {"as for parameters", `{"errors":{"price_rule":"Required parameter missing or invalid"}}`, "price_rule: Required parameter missing or invalid", []FieldError{{Field: "price_rule", Message: "Required parameter missing or invalid"}}},
		"unknown": {"a form of another kind still names the field", `{"errors":{"value":{"a":1}}}`, "value: is refused", []FieldError{{Field: "value", Message: "is refused"}}},
		"list":    {"nothing is made of what is no object", `{"errors":["a"]}`, "", nil},
		"a page":  {"nor of what is no JSON", `<html>`, "", nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			said, fields := restErrors([]byte(tc.body))
			if said != tc.said || !slices.Equal(fields, tc.fields) {
				t.Errorf("%s: got %q %+v", tc.reason, said, fields)
			}
		})
	}
}

// TestRedirectsOverREST: a shop that has moved is not a rule that is gone, nor a
// code that is not there.
func TestRedirectsOverREST(t *testing.T) {
	client, _ := dial(t, newClock(), static, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "https://other.myshopify.com/admin/")
		w.WriteHeader(http.StatusMovedPermanently)
	})
	err := client.DeletePriceRule(t.Context(), "gid://shopify/PriceRule/1")
	if e, ok := errors.AsType[*Error](err); !ok || e.Gone() || e.Kind != NotFound {
		t.Errorf("a deletion: got %v", err)
	}
	if id, err := client.FindDiscountCode(t.Context(), "A"); KindOf(err) != NotFound {
		t.Errorf("a search: got %q, %v", id, err)
	}
}
