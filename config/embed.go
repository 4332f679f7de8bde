// Package config embeds the manifests that `shopkeeper dev` applies.
package config

import "embed"

// CRDs holds the custom resource definitions, under crd/bases.
//
//go:embed crd/bases/*.yaml
var CRDs embed.FS

// TenantRoles are the roles of a client's people.
//
//go:embed rbac/tenants.yaml
var TenantRoles []byte

// Samples holds two clients as a platform team would onboard them, under samples,
// and in a directory of each ShopifyStore's name what its consignors bring, with photos
// in a directory of each item's id.
//
//go:embed samples/*.yaml samples/*/*.csv samples/*/photos
var Samples embed.FS
