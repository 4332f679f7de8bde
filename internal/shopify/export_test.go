package shopify

import "context"

// PutTo uploads nothing to a place; where the place is Shopify's it panics, for there
// is no way there.
func PutTo(place string) error {
	return (&transport{}).put(context.Background(), place, nil, nil)
}

// MustNumber is the number in a global id of a kind.
func MustNumber(kind, globalID string) uint64 {
	n, err := Number(kind, globalID)
	if err != nil {
		panic(err)
	}
	return n
}
