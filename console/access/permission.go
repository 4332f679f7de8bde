package access

import (
	authorizationv1 "k8s.io/api/authorization/v1"

	"github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Subresource is a part of a store, as Kubernetes' roles name it: they say
// shopifystores/items.
type Subresource string

// The parts of a store.
const (
	Consignors Subresource = "consignors" // and their shifts
	Items      Subresource = "items"
	Photos     Subresource = "photos"
	Sales      Subresource = "sales" // at the till
)

// Verb is what is done, as Kubernetes' roles say it.
type Verb string

// The verbs.
const (
	Get    Verb = "get"
	List   Verb = "list"
	Create Verb = "create"
	Update Verb = "update"
	Patch  Verb = "patch"
	Delete Verb = "delete"
)

// Permission is something that a role may allow.
type Permission struct {
	Verb Verb
	On   Subresource
}

// String says it as people do: create on shopifystores/items.
func (p Permission) String() string { return string(p.Verb) + " on " + resource + "/" + string(p.On) }

// resource is what a role names a store's parts under.
const resource = "shopifystores"

// question asks Kubernetes for a permission.
func (p Permission) question(user user, store ledger.Store) *authorizationv1.SubjectAccessReview {
	return &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User: user.name, UID: user.uid, Groups: user.groups, Extra: user.extra,
		ResourceAttributes: &authorizationv1.ResourceAttributes{
			Group: v1alpha1.GroupVersion.Group, Version: v1alpha1.GroupVersion.Version, Resource: resource, Subresource: string(p.On),
			Verb: string(p.Verb), Namespace: store.Tenant, Name: store.Name,
		},
	}}
}
