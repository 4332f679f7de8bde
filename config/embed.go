// Package config embeds the manifests that `shopkeeper dev` applies.
package config

import "embed"

// CRDs holds the custom resource definitions, under crd/bases.
//
//go:embed crd/bases/*.yaml
var CRDs embed.FS

// Samples holds two clients as a platform team would onboard them, under
// samples.
//
//go:embed samples/*.yaml
var Samples embed.FS
