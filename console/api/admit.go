package api

import (
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/shopkeeper-dev/shopkeeper/console/access"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// admit lets into a route whom the guard lets into the store. What it answers to
// others is the same whether or not there is such a store.
func (a *API) admit(op operation) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		request, w := humago.Unwrap(ctx)
		noteRoute(request, op.id)
		store := ledger.Store{Tenant: ctx.Param("namespace"), Name: ctx.Param("store")}
		scope, err := a.guard.Enter(ctx.Context(), bearer(ctx.Header("Authorization")), store, op.needs...)
		switch {
		case err == nil:
			next(huma.WithValue(ctx, scopeKey{}, scope))
		case errors.Is(err, access.ErrUnknown):
			w.Header().Set("WWW-Authenticate", challenge(ctx.Header("Authorization")))
			problemf(http.StatusUnauthorized, "send a token of Kubernetes for this service as Authorization: Bearer …; kubectl create token --audience %s makes one", a.guard.Audience()).write(w)
		case errors.Is(err, access.ErrDenied):
			problemf(http.StatusForbidden, "you may not do this in this store, or there is none of this name: ask who looks after the namespace for %s",
				permissions(op.needs)).write(w)
		default:
			a.log.ErrorContext(ctx.Context(), "nobody can be let in", "route", op.id, "error", err)
			problemf(http.StatusServiceUnavailable, "Kubernetes could not be asked what you may do: send it again").write(w)
		}
	}
}

// bearer is the token of an Authorization header; empty where it holds none.
func bearer(header string) string {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// challenge is what RFC 6750 has said to those without a good token.
func challenge(header string) string {
	if bearer(header) == "" {
		return `Bearer realm="shopkeeper"`
	}
	return `Bearer realm="shopkeeper", error="invalid_token"`
}
