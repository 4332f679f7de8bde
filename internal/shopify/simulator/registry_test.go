package simulator

import (
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

// TestRegistryNamesTheSchema holds every modelled field and heeded argument
// against the versions: a misspelt one would never be asked.
func TestRegistryNamesTheSchema(t *testing.T) {
	for typeName, some := range registry {
		for name, f := range some {
			found, heeded := false, map[string]bool{}
			for _, version := range schema.Versions {
				s, err := schema.Load(version)
				if err != nil {
					t.Fatal(err)
				}
				if s.Types[typeName] == nil {
					continue
				}
				if def := s.Types[typeName].Fields.ForName(name); def != nil {
					found = true
					for _, argument := range def.Arguments {
						heeded[argument.Name] = true
					}
				}
			}
			if !found {
				t.Errorf("no version has the field %s.%s", typeName, name)
			}
			for _, argument := range f.heeds {
				if !heeded[argument] {
					t.Errorf("no version has the argument %s of %s.%s", argument, typeName, name)
				}
			}
		}
	}
	for typeName := range lookups {
		if registry[typeName]["id"].resolve == nil {
			t.Errorf("node(id:) returns %s, which has no id", typeName)
		}
	}
}
