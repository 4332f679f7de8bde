package api

import (
	"net/http"
	"strings"
)

// actions is a mux that knows paths which end in an action, such as
// /items/{item}:sell. The standard library's takes no text after a name in braces;
// an id has no colon, so what follows one is the action.
type actions struct {
	*http.ServeMux

	// handlers are those of the actions, by pattern without action, and then by action.
	handlers map[string]map[string]http.HandlerFunc
	// none answers where there is no such action.
	none http.HandlerFunc
}

// HandleFunc implements humago.Mux.
func (a *actions) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	before, action, found := strings.Cut(pattern, "}:")
	if !found {
		a.ServeMux.HandleFunc(pattern, handler)
		return
	}
	pattern = before + "}"
	name := pattern[strings.LastIndexByte(pattern, '{')+1 : len(pattern)-1]
	if a.handlers[pattern] == nil {
		a.handlers[pattern] = map[string]http.HandlerFunc{}
		a.ServeMux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			id, action, _ := strings.Cut(r.PathValue(name), ":")
			act, ok := a.handlers[pattern][action]
			if !ok {
				a.none(w, r)
				return
			}
			r.SetPathValue(name, id)
			act(w, r)
		})
	}
	a.handlers[pattern][action] = handler
}
