package shopify

import "slices"

// Topic is a webhook topic by its name in Shopify's GraphQL enum, such as
// ORDERS_CREATE.
type Topic string

// TopicInfo is what Shopify's schema says of a topic.
type TopicInfo struct {
	// Name is the topic as webhook headers carry it, such as orders/create.
	Name string
	// Scopes lists the access scopes of which one must be granted before the
	// topic can be subscribed to; empty where none is needed.
	Scopes []string
	// Versions lists the API versions that know the topic, oldest first.
	Versions []string
}

// LookupTopic returns what is known of a topic in an API version; ok is false
// where that version does not have it.
func LookupTopic(topic Topic, version string) (info TopicInfo, ok bool) {
	info, ok = topics[topic]
	return info, ok && slices.Contains(info.Versions, version)
}

// TopicName returns the name that webhooks carry a topic by, in whichever version of the
// API; ok is false where none has it.
func TopicName(topic Topic) (name string, ok bool) {
	info, ok := topics[topic]
	return info.Name, ok
}
