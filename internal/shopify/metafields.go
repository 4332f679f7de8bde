package shopify

import (
	"context"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/admin"
)

// MetafieldDefinition gives a metafield of products a type and a name.
type MetafieldDefinition struct {
	ID          string
	Namespace   string
	Key         string
	Name        string
	Description string
	// Type is Shopify's name of the type, such as single_line_text_field. It
	// cannot change.
	Type string
	// PublicRead says that the shop's storefront may show the value.
	PublicRead bool
}

func definitionFrom(n *admin.MetafieldDefinition) MetafieldDefinition {
	d := MetafieldDefinition{ID: n.Id, Namespace: n.Namespace, Key: n.Key, Name: n.Name, Description: text(n.Description)}
	if n.Type != nil {
		d.Type = n.Type.Name
	}
	if n.Access != nil && n.Access.Storefront != nil {
		d.PublicRead = *n.Access.Storefront == admin.MetafieldStorefrontAccessPublicRead
	}
	return d
}

func (d MetafieldDefinition) storefront() *admin.MetafieldStorefrontAccessInput {
	access := admin.MetafieldStorefrontAccessInputNone
	if d.PublicRead {
		access = admin.MetafieldStorefrontAccessInputPublicRead
	}
	return &access
}

// CreateMetafieldDefinition makes a definition and returns its id. One of the
// same namespace and key makes it fail with the code TAKEN.
func (c *Client) CreateMetafieldDefinition(ctx context.Context, d MetafieldDefinition) (id string, err error) {
	const operation = "CreateMetafieldDefinition"
	reply, err := admin.CreateMetafieldDefinition(ctx, c.graphQL(&call{}), &admin.MetafieldDefinitionInput{
		Namespace: &d.Namespace, Key: d.Key, OwnerType: admin.MetafieldOwnerTypeProduct, Type: d.Type,
		Name: d.Name, Description: &d.Description, Access: &admin.MetafieldAccessInput{Storefront: d.storefront()},
	})
	if err != nil {
		return "", err
	}
	payload := reply.MetafieldDefinitionCreate
	if payload == nil {
		return "", missing(operation, "payload")
	}
	if err := refusedWithCode(operation, payload.UserErrors); err != nil {
		return "", err
	}
	if payload.CreatedDefinition == nil {
		return "", missing(operation, "createdDefinition")
	}
	return payload.CreatedDefinition.Id, nil
}

// UpdateMetafieldDefinition brings name, description and access of the
// definition with the given namespace and key in line.
func (c *Client) UpdateMetafieldDefinition(ctx context.Context, d MetafieldDefinition) error {
	const operation = "UpdateMetafieldDefinition"
	reply, err := admin.UpdateMetafieldDefinition(ctx, c.graphQL(&call{}), &admin.MetafieldDefinitionUpdateInput{
		Namespace: &d.Namespace, Key: d.Key, OwnerType: admin.MetafieldOwnerTypeProduct,
		Name: &d.Name, Description: &d.Description, Access: &admin.MetafieldAccessUpdateInput{Storefront: d.storefront()},
	})
	if err != nil {
		return err
	}
	if reply.MetafieldDefinitionUpdate == nil {
		return missing(operation, "payload")
	}
	return refusedWithCode(operation, reply.MetafieldDefinitionUpdate.UserErrors)
}

// DeleteMetafieldDefinition removes a definition and leaves the values that
// products carry.
func (c *Client) DeleteMetafieldDefinition(ctx context.Context, id string) error {
	const operation = "DeleteMetafieldDefinition"
	reply, err := admin.DeleteMetafieldDefinition(ctx, c.graphQL(&call{}), id)
	if err != nil {
		return err
	}
	if reply.MetafieldDefinitionDelete == nil {
		return missing(operation, "payload")
	}
	return refusedWithCode(operation, reply.MetafieldDefinitionDelete.UserErrors)
}
