package main

import (
	"regexp"
	"strings"
)

// scopeGroups says which scopes a thing needs: one of each group.
type scopeGroups [][]string

var (
	quoted    = regexp.MustCompile("`([a-z_]+)`")
	scopeName = regexp.MustCompile(`\b(?:read|write)_[a-z_]+\b`)
	forBoth   = regexp.MustCompile("^(.*) for queries and both (.*) for mutations")
)

// parseAccess reads one of Shopify's requiredAccess sentences, such as
//
//	`read_locations` access scope or `read_inventory` access scope.
//	Any of `shipping` access scopes or `manage_delivery_settings` user permission.
//	`write_products` access scope as well as any of `a`, `b` access scopes. Also: …
//
// User permissions are left out: an app's offline token has them all. A
// sentence that names no scope gives no group, so it restricts nobody.
func parseAccess(sentence string, mutation bool) scopeGroups {
	if m := forBoth.FindStringSubmatch(sentence); m != nil {
		sentence = m[1]
		if mutation {
			sentence = m[2]
		}
	}
	main, also, _ := strings.Cut(sentence, "Also:")
	clauses := strings.Split(main, "as well as")
	if strings.Contains(also, "Requires `") {
		clauses = append(clauses, also)
	}
	var groups scopeGroups
	for _, clause := range clauses {
		if group := scopesIn(clause, mutation); len(group) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}

// scopesIn lists the scopes quoted in a clause. A bare resource name such as
// `shipping` means read_shipping for reads and write_shipping for mutations.
func scopesIn(clause string, mutation bool) []string {
	var scopes []string
	for _, m := range quoted.FindAllStringSubmatch(clause, -1) {
		name := m[1]
		switch {
		case strings.HasPrefix(name, "manage_"), strings.HasPrefix(name, "return_"):
			continue // a staff permission
		case scopeName.MatchString(name):
		case strings.Contains(clause, "`"+name+"` scope"):
		case mutation:
			name = "write_" + name
		default:
			name = "read_" + name
		}
		scopes = append(scopes, name)
	}
	return scopes
}

// parseTopicAccess reads the scopes out of a webhook topic's description:
// "Requires the `x` scope." or "Requires at least one of the following scopes:
// x, y."
func parseTopicAccess(description string) scopeGroups {
	_, requires, found := strings.Cut(flatten(description), "Requires ")
	if !found {
		return nil
	}
	sentence, _, _ := strings.Cut(requires, ".")
	if scopes := scopeName.FindAllString(sentence, -1); len(scopes) > 0 {
		return scopeGroups{scopes}
	}
	return nil
}

func flatten(s string) string { return strings.Join(strings.Fields(s), " ") }
