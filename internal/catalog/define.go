package catalog

import (
	"context"
	"errors"
	"fmt"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// itemDefinition lets products be found by the item that they are for.
var itemDefinition = shopify.MetafieldDefinition{
	Namespace: shopify.MetafieldNamespace, Key: shopify.ItemKey, Type: "id",
	Name: "Item", Description: "The item that the product is for. Shopkeeper finds the product by it: leave it as it is.",
}

// defining makes a call that takes the definition of custom ids, and makes it once more
// where the definition was missing, unless another push has made it meanwhile. Shopify
// says then that something is not found, or that the input is wrong.
func (s *Shop) defining(ctx context.Context, call func() error) error {
	err := call()
	if kind := shopify.KindOf(err); kind != shopify.Invalid && kind != shopify.NotFound {
		return err
	}
	if err := s.define(ctx); err != nil {
		return fmt.Errorf("making the definition of custom ids: %w", err)
	}
	return call()
}

// define makes the definition that custom ids take, where the shop lacks it. It comes with
// the first product and stays as products do: Shopify removes it only together with what
// products say.
func (s *Shop) define(ctx context.Context) error {
	list, err := s.Client.MetafieldDefinitions(ctx)
	if err != nil {
		return err
	}
	for _, d := range list {
		if d.Namespace != itemDefinition.Namespace || d.Key != itemDefinition.Key {
			continue
		}
		if d.Type != itemDefinition.Type {
			return fmt.Errorf("the shop's metafield definition %s.%s is of type %s, and items need it to be of type id: delete it in the shop", d.Namespace, d.Key, d.Type)
		}
		return nil
	}
	_, err = s.Client.CreateMetafieldDefinition(ctx, itemDefinition)
	if e, ok := errors.AsType[*shopify.Error](err); ok && e.Taken() {
		return nil // by another push, a moment ago
	}
	return err
}
