package shopify

import (
	"slices"
	"strings"
)

// KnownScope says whether Shopify has an access scope of this name.
func KnownScope(scope string) bool { return scopes[scope] }

// GrantedScopes holds the scopes that a shop granted to the app.
type GrantedScopes []string

// Has says whether the grant covers a scope. A grant of write_x covers read_x,
// which Shopify then may not list.
func (g GrantedScopes) Has(scope string) bool {
	if slices.Contains(g, scope) {
		return true
	}
	resource, isRead := strings.CutPrefix(scope, "read_")
	return isRead && slices.Contains(g, "write_"+resource)
}

// Missing lists those of the wanted scopes that the grant does not cover.
func (g GrantedScopes) Missing(wanted []string) []string {
	var missing []string
	for _, scope := range wanted {
		if !g.Has(scope) {
			missing = append(missing, scope)
		}
	}
	return missing
}
