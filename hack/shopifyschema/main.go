// Command shopifyschema turns Shopify's introspection files into what the
// project commits:
//
//   - internal/shopify/schema/<version>.graphql: the whole Admin schema of a
//     version as SDL without descriptions. The access that Shopify documents
//     for a type, a field or a webhook topic stays on it as an @access
//     directive, which introspection tools drop.
//   - internal/shopify/zz_generated.topics.go and zz_generated.scopes.go: the
//     webhook topics and access scopes that Shopify knows.
//
// Usage: shopifyschema DIR, where DIR holds admin_<version>.json.gz as the npm
// package @shopify/dev-mcp ships them. hack/generate-shopify-schema.sh fetches
// the pinned package and calls this.
package main

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
)

// versions are the Admin API versions that Shopify serves, oldest first
// (https://shopify.dev/docs/api/usage/versioning: about a year each).
var versions = []string{"2026-01", "2026-04", "2026-07", "2026-10"}

const (
	schemaDir  = "internal/shopify/schema"
	topicsFile = "internal/shopify/zz_generated.topics.go"
	scopesFile = "internal/shopify/zz_generated.scopes.go"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: shopifyschema DIR (with admin_<version>.json.gz)")
	}
	if err := run(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func run(dir string) error {
	topics, scopes := topicTable{}, scopeSet{}
	for _, version := range versions {
		schema, err := readIntrospection(filepath.Join(dir, "admin_"+version+".json.gz"))
		if err != nil {
			return err
		}
		sdl := renderSDL(version, schema)
		if err := os.WriteFile(filepath.Join(schemaDir, version+".graphql"), []byte(sdl), 0o644); err != nil {
			return err
		}
		topics.add(version, schema)
		scopes.add(schema)
	}
	if err := writeGo(topicsFile, topics.render()); err != nil {
		return err
	}
	return writeGo(scopesFile, scopes.render())
}

func readIntrospection(path string) (*introspection, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	zr, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var doc struct {
		Schema *introspection `json:"__schema"`
		Data   struct {
			Schema *introspection `json:"__schema"`
		} `json:"data"`
	}
	if err := json.NewDecoder(zr).Decode(&doc); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if doc.Schema == nil {
		doc.Schema = doc.Data.Schema
	}
	if doc.Schema == nil {
		return nil, fmt.Errorf("%s: no __schema in it", path)
	}
	return doc.Schema, nil
}

type introspection struct {
	QueryType    struct{ Name string }
	MutationType struct{ Name string }
	Types        []typeDef
	Directives   []struct {
		Name      string
		Locations []string
		Args      []inputValue
	}
}

type typeDef struct {
	Kind, Name     string
	IsOneOf        bool
	Fields         []field
	InputFields    []inputValue
	Interfaces     []typeRef
	EnumValues     []enumValue
	PossibleTypes  []typeRef
	RequiredAccess string
}

type field struct {
	Name string
	Args []inputValue
	Type typeRef
	deprecation
	RequiredAccess string
}

type inputValue struct {
	Name         string
	Type         typeRef
	DefaultValue *string
	deprecation
}

type enumValue struct {
	Name, Description string
	deprecation
}

type deprecation struct {
	IsDeprecated      bool
	DeprecationReason string
}

type typeRef struct {
	Kind, Name string
	OfType     *typeRef
}
