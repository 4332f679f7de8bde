package simulator

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// definitionMutations change metafield definitions. Rules are those of
// https://shopify.dev/docs/api/admin-graphql/latest/input-objects/MetafieldDefinitionInput
// and https://shopify.dev/docs/apps/build/metafields/metafield-limits; messages
// and codes are those of Shopify's replies in public records.
var definitionMutations = map[string]fields{"Mutation": {
	"metafieldDefinitionCreate": root(createDefinition, "definition"),
	"metafieldDefinitionUpdate": root(updateDefinition, "definition"),
	"metafieldDefinitionDelete": root(deleteDefinition, "id", "identifier", "deleteAllAssociatedMetafields"),
}}

const (
	maxDefinitions = 256 // of an owner type
	maxPinned      = 20  // of an owner type
)

func createDefinition(r *request, args arguments) (any, error) {
	in := args.object("definition")
	refused := func(errors ...record) (any, error) {
		return record{"createdDefinition": nil, "userErrors": anys(errors)}, nil
	}
	if err := in.only("MetafieldDefinitionInput", "ownerType", "namespace", "key", "name", "description", "type", "access", "validations", "pin", "capabilities"); err != nil {
		return nil, err
	}
	d := MetafieldDefinition{
		OwnerType: in.text("ownerType"), Namespace: canonicalNamespace(r.app, in.text("namespace")), Key: in.text("key"),
		Name: in.text("name"), Description: in.text("description"), Type: in.text("type"),
	}
	if foreignNamespace(r.app, d.Namespace) {
		return nil, noDefinitionAccess("metafieldDefinitionCreate")
	}
	if err := ownerAccess(r, "metafieldDefinitionCreate", d.OwnerType, "write_"); err != nil {
		return nil, err
	}
	errors := identityErrors(d)
	errors = append(errors, textErrors(d)...)
	if !slices.Contains(metafieldTypes, d.Type) {
		errors = append(errors, definitionError("INCLUSION", fmt.Sprintf("Type name %s is not a valid type. Valid types are: %s.", d.Type, strings.Join(metafieldTypes, ", ")), "type"))
	}
	rules, faults := validationsOf(in)
	errors = append(errors, faults...)
	errors = append(errors, accessErrors(in.object("access"), "INVALID")...)
	faults, err := d.setCapabilities(in.object("capabilities"))
	if err != nil {
		return nil, err
	}
	errors = append(errors, faults...)
	if len(errors) > 0 {
		return refused(errors...)
	}
	if definitionByIdentity(r, in) != nil {
		return refused(definitionError("TAKEN", fmt.Sprintf("Key is in use for %s metafields on the '%s' namespace.", ownerName(d.OwnerType), d.Namespace), "key"))
	}
	if countDefinitions(r, d.OwnerType, false) >= maxDefinitions {
		return refused(definitionError("RESOURCE_TYPE_LIMIT_EXCEEDED", "Stores can only have 256 definitions for each store resource."))
	}
	if in.flag("pin") {
		pinned := countDefinitions(r, d.OwnerType, true)
		if pinned >= maxPinned {
			return refused(definitionError("PINNED_LIMIT_REACHED", "Limit of 20 pinned definitions."))
		}
		d.PinnedPosition = pinned + 1
	}
	d.ID, d.Validations = r.nextID(), rules
	setAccess(&d, in.object("access"))
	r.shop.MetafieldDefinitions = append(r.shop.MetafieldDefinitions, d)
	return record{"createdDefinition": &r.shop.MetafieldDefinitions[len(r.shop.MetafieldDefinitions)-1], "userErrors": []any{}}, nil
}

// updateDefinition finds the definition by its identity, which therefore cannot
// change, and neither can its type, which the input does not have.
func updateDefinition(r *request, args arguments) (any, error) {
	in := args.object("definition")
	refused := func(errors ...record) (any, error) {
		return record{"updatedDefinition": nil, "userErrors": anys(errors), "validationJob": nil}, nil
	}
	if err := in.only("MetafieldDefinitionUpdateInput", "ownerType", "namespace", "key", "name", "description", "access", "validations", "pin"); err != nil {
		return nil, err
	}
	if foreignNamespace(r.app, canonicalNamespace(r.app, in.text("namespace"))) {
		return nil, noDefinitionAccess("metafieldDefinitionUpdate")
	}
	if err := ownerAccess(r, "metafieldDefinitionUpdate", in.text("ownerType"), "write_"); err != nil {
		return nil, err
	}
	d := definitionByIdentity(r, in)
	if d == nil {
		return refused(definitionError("NOT_FOUND", "Definition not found.")) // (?)
	}
	changed := *d
	if in.given("name") {
		changed.Name = in.text("name")
	}
	if in.given("description") || in.cleared("description") {
		changed.Description = in.text("description")
	}
	errors := textErrors(changed)
	if in.given("validations") {
		rules, faults := validationsOf(in)
		changed.Validations, errors = rules, append(errors, faults...)
	}
	errors = append(errors, accessErrors(in.object("access"), "INVALID_INPUT")...)
	if len(errors) > 0 {
		return refused(errors...)
	}
	if in.given("pin") && in.flag("pin") != (d.PinnedPosition > 0) {
		if !in.flag("pin") {
			unpin(r, d)
			changed.PinnedPosition = 0
		} else if pinned := countDefinitions(r, d.OwnerType, true); pinned < maxPinned {
			changed.PinnedPosition = pinned + 1
		} else {
			return refused(definitionError("PINNED_LIMIT_REACHED", "Limit of 20 pinned definitions."))
		}
	}
	setAccess(&changed, in.object("access"))
	*d = changed
	return record{"updatedDefinition": d, "userErrors": []any{}, "validationJob": nil}, nil
}

func deleteDefinition(r *request, args arguments) (any, error) {
	refused := func(code, message string, path ...string) (any, error) {
		return record{"deletedDefinition": nil, "deletedDefinitionId": nil, "userErrors": []any{userError(code, message, path...)}}, nil
	}
	var d *MetafieldDefinition
	var path string
	switch {
	case args.given("identifier"):
		d, path = definitionByIdentity(r, args.object("identifier")), "identifier"
	case args.given("id"):
		id, ok, err := args.id("id", "MetafieldDefinition")
		if err != nil {
			return nil, err
		}
		path = "id"
		if i := slices.IndexFunc(r.shop.MetafieldDefinitions, func(d MetafieldDefinition) bool { return ok && d.ID == id }); i >= 0 {
			d = &r.shop.MetafieldDefinitions[i]
		}
	default:
		return nil, failure(codeBadRequest, "metafieldDefinitionDelete needs an id or an identifier") // the words are ours (?)
	}
	if d == nil {
		return refused("NOT_FOUND", "Definition not found.", path) // (?)
	}
	if foreignNamespace(r.app, d.Namespace) {
		return nil, noDefinitionAccess("metafieldDefinitionDelete")
	}
	if err := ownerAccess(r, "metafieldDefinitionDelete", d.OwnerType, "write_"); err != nil {
		return nil, err
	}
	// What is kept would be orphaned: these three kinds must take their values along.
	if !args.flag("deleteAllAssociatedMetafields") {
		switch {
		case d.Type == "id":
			return refused("ID_TYPE_DELETION_ERROR", "Deleting an id type metafield definition requires deletion of its associated metafields.")
		case isReference(d.Type):
			return refused("REFERENCE_TYPE_DELETION_ERROR", "Deleting a reference type metafield definition requires deletion of its associated metafields.")
		case strings.HasPrefix(d.Namespace, reservedPrefix):
			return refused("RESERVED_NAMESPACE_ORPHANED_METAFIELDS", "Deleting a definition in a reserved namespace must have deleteAllAssociatedMetafields set to true.")
		}
	}
	if d.PinnedPosition > 0 {
		unpin(r, d)
	}
	gone := *d
	r.shop.MetafieldDefinitions = slices.DeleteFunc(r.shop.MetafieldDefinitions, func(d MetafieldDefinition) bool { return d.ID == gone.ID })
	return record{
		"deletedDefinitionId": gid("MetafieldDefinition", gone.ID),
		"deletedDefinition":   record{"ownerType": gone.OwnerType, "namespace": gone.Namespace, "key": gone.Key},
		"userErrors":          []any{},
	}, nil
}

// definitionError is a userError of an input named definition.
func definitionError(code, message string, path ...string) record {
	return userError(code, message, append([]string{"definition"}, path...)...)
}

var identifier = regexp.MustCompile(`^[A-Za-z0-9_-]*$`)

func identityErrors(d MetafieldDefinition) []record {
	var errors []record
	for _, part := range []struct {
		path, label, value string
		least, most        int
	}{{"namespace", "Namespace", d.Namespace, 3, 255}, {"key", "Key", d.Key, 2, 64}} {
		switch n := utf8.RuneCountInString(part.value); {
		case n < part.least:
			errors = append(errors, definitionError("TOO_SHORT", fmt.Sprintf("%s is too short (minimum is %d characters)", part.label, part.least), part.path))
		case n > part.most:
			errors = append(errors, definitionError("TOO_LONG", fmt.Sprintf("%s is too long (maximum is %d characters)", part.label, part.most), part.path))
		case !identifier.MatchString(part.value):
			errors = append(errors, definitionError("INVALID_CHARACTER", part.label+" contains one or more invalid characters.", part.path))
		}
	}
	return errors
}

func textErrors(d MetafieldDefinition) []record {
	var errors []record
	if strings.TrimSpace(d.Name) == "" {
		errors = append(errors, definitionError("BLANK", "Name can't be blank", "name")) // (?)
	}
	for _, part := range []struct{ path, label, value string }{{"name", "Name", d.Name}, {"description", "Description", d.Description}} {
		if utf8.RuneCountInString(part.value) > 255 {
			errors = append(errors, definitionError("TOO_LONG", part.label+" is too long (maximum is 255 characters)", part.path))
		}
	}
	return errors
}

// accessErrors refuses the one admin access that a merchant's definition cannot
// have; the code differs between create and update.
func accessErrors(in arguments, code string) []record {
	if in.text("admin") != "MERCHANT_READ" {
		return nil
	}
	return []record{definitionError(code, `Setting this access control is not permitted. It must be one of ["public_read_write"].`)}
}

func setAccess(d *MetafieldDefinition, in arguments) {
	if in.given("storefront") {
		d.Access.Storefront = in.text("storefront")
	}
	if in.given("customerAccount") {
		d.Access.CustomerAccount = in.text("customerAccount")
	}
	d.Access.complete() // MERCHANT_READ_WRITE is the input's word for the default
}

func validationsOf(in arguments) ([]MetafieldValidation, []record) {
	var rules []MetafieldValidation
	names := map[string]bool{}
	for _, v := range in.objects("validations") {
		if names[v.text("name")] {
			return nil, []record{definitionError("DUPLICATE_OPTION", `Validations cannot contain duplicate "name" options.`, "validations")}
		}
		names[v.text("name")] = true
		rules = append(rules, MetafieldValidation{Name: v.text("name"), Value: v.text("value")})
	}
	return rules, nil
}

func countDefinitions(r *request, ownerType string, pinned bool) int {
	n := 0
	for _, d := range r.shop.MetafieldDefinitions {
		if d.OwnerType == ownerType && (!pinned || d.PinnedPosition > 0) {
			n++
		}
	}
	return n
}

// unpin moves up the pinned definitions behind one that leaves.
func unpin(r *request, gone *MetafieldDefinition) {
	for i := range r.shop.MetafieldDefinitions {
		d := &r.shop.MetafieldDefinitions[i]
		if d.OwnerType == gone.OwnerType && d.PinnedPosition > gone.PinnedPosition {
			d.PinnedPosition--
		}
	}
}

// ownerName is an owner type as messages name it, such as Product.
func ownerName(ownerType string) string {
	return ownerType[:1] + strings.ReplaceAll(strings.ToLower(ownerType[1:]), "_", " ")
}
