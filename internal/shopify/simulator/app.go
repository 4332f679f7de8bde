package simulator

import (
	"slices"
	"strings"
)

// appTypes are the app that asks and its installation, which share an id here.
var appTypes = map[string]fields{
	"QueryRoot": {
		"currentAppInstallation": root(func(r *request, _ arguments) (any, error) { return r.app, nil }),
		"app": root(func(r *request, args arguments) (any, error) {
			if !args.given("id") {
				return r.app, nil
			}
			id, ok, err := args.id("id", "App")
			if err != nil || !ok {
				return nil, err
			}
			return findApp(r, id)
		}, "id"),
	},
	"AppInstallation": {
		"id":  idOf("AppInstallation", func(a *App) uint64 { return a.ID }),
		"app": show(func(a *App) any { return a }),
		"accessScopes": show(func(a *App) any {
			scopes := []any{}
			for _, handle := range a.Scopes {
				scopes = append(scopes, record{"handle": handle, "description": describeScope(handle)})
			}
			return scopes
		}),
	},
	"App": {
		"id":             idOf("App", func(a *App) uint64 { return a.ID }),
		"title":          show(func(a *App) any { return a.Title }),
		"handle":         show(func(a *App) any { return orNull(a.Handle) }),
		"apiKey":         show(func(a *App) any { return a.ClientID }),
		"publicCategory": show(func(a *App) any { return a.PublicCategory }),
		"developerName":  show(func(a *App) any { return orNull(a.Developer) }),
	},
}

func findApp(r *request, id uint64) (any, error) {
	i := slices.IndexFunc(r.shop.Apps, func(a App) bool { return a.ID == id && !a.Uninstalled })
	if i < 0 {
		return nil, nil
	}
	return &r.shop.Apps[i], nil
}

// describeScope puts a scope into words, such as "Read products".
func describeScope(handle string) string {
	words := strings.ReplaceAll(handle, "_", " ")
	if words == "" {
		return ""
	}
	return strings.ToUpper(words[:1]) + words[1:]
}
