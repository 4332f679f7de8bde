// Package api is the console's intake API: consignors, shifts and items over HTTP,
// and the till. docs/intake.md is its manual, docs/openapi.yaml its description.
//
// A handler sees a visit: one transaction in the one store that the caller was let
// into. Whatever it changes, the job that has the shop follow and the answer under
// an idempotency key are committed together.
package api
