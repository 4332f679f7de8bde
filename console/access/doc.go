// Package access says who may do what in the console. It keeps no users and no
// passwords: a bearer token is checked by Kubernetes (TokenReview) and what its
// owner may do is for Kubernetes to say (SubjectAccessReview).
//
// The ledger is reached through a Scope and in no other way, and who wants one has
// to pass the Guard.
package access
