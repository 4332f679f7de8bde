package shopify_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

// since reads from a document's first line since which version it can be
// asked, where that is not every version.
func since(document []byte) (version string, ok bool) {
	m := regexp.MustCompile(`^# Since (20[0-9]{2}-[0-9]{2})\.`).FindSubmatch(document)
	if m == nil {
		return "", false
	}
	return string(m[1]), true
}

// Shopify answers in the version that it chooses, so every document must be
// valid in all that it serves.
func TestEveryDocumentIsValidInEveryVersion(t *testing.T) {
	files, err := filepath.Glob("operations/*.graphql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	if !slices.Equal(schema.Versions, shopify.KnownVersions()) {
		t.Errorf("schemas for %v, but the client knows %v", schema.Versions, shopify.KnownVersions())
	}
	for _, version := range schema.Versions {
		s, err := schema.Load(version)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if first, ok := since(text); ok && version < first {
				continue
			}
			doc, errs := gqlparser.LoadQueryWithRules(s, string(text), nil)
			if errs != nil {
				t.Errorf("%s in %s: %v", file, version, errs)
			} else if len(doc.Operations) == 0 {
				t.Errorf("%s holds no operation", file)
			}
		}
	}
}
