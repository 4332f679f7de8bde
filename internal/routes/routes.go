// Package routes is the file that tells the relay which stores there are: the
// manager writes it, as a Secret, and the relay reads it.
package routes

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Route is a store whose webhooks the relay takes in. It holds secrets: do not
// log it.
type Route struct {
	// Namespace and Store are those of the ShopifyStore.
	Namespace string `json:"namespace"`
	Store     string `json:"store"`
	// Shop is the address of its shop, such as maple-kids.myshopify.com.
	Shop string `json:"shop"`
	// Secrets are what a signature may be made with: the current one and, during a
	// rotation, the previous one.
	Secrets []string `json:"secrets"`
	// Topics are those that are subscribed to, such as orders/create.
	Topics []string `json:"topics"`
}

// file is the form of the file.
type file struct {
	Routes []Route `json:"routes"`
}

// Path is where the relay takes a route's webhooks in.
func (r Route) Path() string { return "/webhooks/" + r.Namespace + "/" + r.Store }

// Parse reads the file. It refuses what it does not know and what is there
// twice; the error says which entry, and never a secret.
func Parse(text []byte) ([]Route, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var f file
	if err := decoder.Decode(&f); err != nil {
		return nil, fmt.Errorf(`the routes cannot be read, want {"routes": [...]}: %w`, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the routes cannot be read: something follows after them")
	}
	if f.Routes == nil { // no store is an empty list
		return nil, errors.New(`the routes cannot be read: "routes" is missing`)
	}
	if err := check(f.Routes); err != nil {
		return nil, err
	}
	return f.Routes, nil
}

// Format writes the file that Parse reads. The same routes make the same file,
// whatever their order and that of their topics.
func Format(list []Route) ([]byte, error) {
	if err := check(list); err != nil {
		return nil, err
	}
	sorted := make([]Route, 0, len(list))
	for _, r := range list {
		r.Topics = slices.Sorted(slices.Values(r.Topics))
		if r.Topics == nil {
			r.Topics = []string{}
		}
		sorted = append(sorted, r)
	}
	slices.SortFunc(sorted, func(a, b Route) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Store, b.Store))
	})
	return json.Marshal(file{Routes: sorted})
}

func check(list []Route) error {
	seen := make(map[string]bool, len(list))
	for i, r := range list {
		if err := r.Validate(); err != nil {
			return fmt.Errorf("routes[%d]: %w", i, err)
		}
		if seen[r.Path()] {
			return fmt.Errorf("routes[%d]: there is another route for %s/%s", i, r.Namespace, r.Store)
		}
		seen[r.Path()] = true
	}
	return nil
}
