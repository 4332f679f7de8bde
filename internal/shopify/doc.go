// Package shopify talks to the Shopify Admin API of one store as one app.
//
// Operations are GraphQL documents under operations/, typed by genqlient into
// package admin; this package wraps each in a method that speaks the operator's
// terms. Requests travel through go-shopify's client with its own retries off;
// the transport beneath it adds what that client lacks: the token, the host
// check, the cost budget, retries that mind the context, a size cap, and errors
// with a kind. The package knows nothing of Kubernetes.
package shopify
