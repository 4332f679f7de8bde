package simulator

import (
	_ "embed"
	"strings"
)

// topicList are the topics as headers name them, such as orders/create; which
// slash or point a WebhookSubscriptionTopic leaves out cannot be told from it.
// hack/payloadshapes makes the list.
//
//go:embed events_topics.txt
var topicList string

// topicNames are the topics of the headers by WebhookSubscriptionTopic.
var topicNames = func() map[string]string {
	names := map[string]string{}
	for name := range strings.FieldsSeq(topicList) {
		names[strings.NewReplacer("/", "_", ".", "_").Replace(strings.ToUpper(name))] = name
	}
	return names
}()

// topicOf is the WebhookSubscriptionTopic of a topic that is written either
// way; empty where there is no such topic.
func topicOf(text string) string {
	topic := strings.NewReplacer("/", "_", ".", "_").Replace(strings.ToUpper(text))
	if topicNames[topic] == "" {
		return ""
	}
	return topic
}
