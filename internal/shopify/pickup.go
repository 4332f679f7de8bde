package shopify

import (
	"context"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/admin"
)

// Pickup is how customers collect orders at a location.
type Pickup struct {
	// Time is when an order is usually ready: Shopify's DeliveryLocalPickupTime,
	// such as TWENTY_FOUR_HOURS.
	Time string
	// Instructions are shown to the customer once the order is ready.
	Instructions string
}

// EnableLocalPickup turns local pickup on at a location, or changes it there.
func (c *Client) EnableLocalPickup(ctx context.Context, locationID string, p Pickup) error {
	const operation = "EnableLocalPickup"
	reply, err := admin.EnableLocalPickup(ctx, c.graphQL(&call{}), &admin.DeliveryLocationLocalPickupEnableInput{
		LocationId: locationID, PickupTime: admin.DeliveryLocalPickupTime(p.Time), Instructions: &p.Instructions,
	})
	if err != nil {
		return err
	}
	if reply.LocationLocalPickupEnable == nil {
		return missing(operation, "payload")
	}
	return refusedWithCode(operation, reply.LocationLocalPickupEnable.UserErrors)
}
