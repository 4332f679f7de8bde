package testenv

import (
	"fmt"
	"os"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

// Fields returns the fields of spec and status that a custom resource definition
// declares, each with its schema. A field is named by its path, such as
// "spec.settings.pickup.time"; "[]" stands for an item of a list, as in
// "spec.metafieldDefinitions[].key". The file holds one definition of one version.
func Fields(file string) (map[string]apiextensionsv1.JSONSchemaProps, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var crd apiextensionsv1.CustomResourceDefinition
	if err := yaml.UnmarshalStrict(text, &crd); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if n := len(crd.Spec.Versions); n != 1 {
		return nil, fmt.Errorf("%s: %d versions, want one", file, n)
	}
	fields := map[string]apiextensionsv1.JSONSchemaProps{}
	root := crd.Spec.Versions[0].Schema.OpenAPIV3Schema
	for _, part := range []string{"spec", "status"} {
		collect(part, root.Properties[part], fields)
	}
	return fields, nil
}

func collect(path string, schema apiextensionsv1.JSONSchemaProps, fields map[string]apiextensionsv1.JSONSchemaProps) {
	if schema.Items != nil && schema.Items.Schema != nil {
		collect(path+"[]", *schema.Items.Schema, fields)
	}
	for name, property := range schema.Properties {
		fields[path+"."+name] = property
		collect(path+"."+name, property, fields)
	}
}
