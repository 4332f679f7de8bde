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

// LocalPickup reads the local pickup of a location; nil where it is off.
func (c *Client) LocalPickup(ctx context.Context, locationID string) (*Pickup, error) {
	const operation = "OneLocation"
	reply, err := admin.OneLocation(ctx, c.graphQL(&call{}), locationID)
	if err != nil {
		return nil, err
	}
	if reply.Location == nil {
		return nil, missing(operation, "location")
	}
	return locationFrom(reply.Location).Pickup, nil
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
