package controllers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/outcome"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// The keys of a credentials Secret.
const (
	accessTokenKey           = "accessToken"
	clientIDKey              = "clientID"
	clientSecretKey          = "clientSecret"
	webhookSecretKey         = "webhookSecret"
	previousWebhookSecretKey = "previousWebhookSecret"
)

// maxSigningSecret bounds a signing secret, in bytes: all stores' share the Secret
// that the relay reads.
const maxSigningSecret = 256

// credentials are what a store's Secret holds.
type credentials struct {
	app shopify.Credentials
	// signing are the keys that a webhook's signature may be made with: the
	// current one and, during a rotation, the previous one. Shopify signs with the
	// app's client secret; none is known where the Secret holds a token alone.
	signing []string
	// revision tells one state of the Secret from another.
	revision string
}

// credentials reads the Secret as it is now, so that a rotation takes effect
// without a restart.
func (r *ShopifyStoreReconciler) credentials(ctx context.Context, store *v1alpha1.ShopifyStore) (c credentials, err error) {
	name := store.Spec.CredentialsSecretRef.Name
	secret := &corev1.Secret{}
	if err := r.Live.Get(ctx, client.ObjectKey{Namespace: store.Namespace, Name: name}, secret); err != nil {
		if apierrors.IsNotFound(err) {
			return c, outcome.Stall(v1alpha1.ReasonSecretNotFound,
				"Secret %s does not exist in namespace %s: create it with %s, or with %s and %s", name, store.Namespace, accessTokenKey, clientIDKey, clientSecretKey)
		}
		return c, fmt.Errorf("reading Secret %s: %w", name, err)
	}
	// A trailing newline is what `kubectl create secret --from-file` leaves.
	value := func(key string) string { return strings.TrimSpace(string(secret.Data[key])) }
	c.app = shopify.Credentials{AccessToken: value(accessTokenKey), ClientID: value(clientIDKey), ClientSecret: value(clientSecretKey)}
	if err := c.app.Validate(); err != nil {
		return c, outcome.Stall(v1alpha1.ReasonSecretInvalid, "Secret %s: %v", name, err)
	}
	c.signing = signingSecrets(value(webhookSecretKey), value(clientSecretKey), value(previousWebhookSecretKey))
	if slices.ContainsFunc(c.signing, func(secret string) bool { return len(secret) > maxSigningSecret }) {
		return c, outcome.Stall(v1alpha1.ReasonSecretInvalid, "Secret %s: no client secret of Shopify's has more than %d characters: correct %s, %s or %s",
			name, maxSigningSecret, webhookSecretKey, clientSecretKey, previousWebhookSecretKey)
	}
	c.revision = string(secret.UID) + "/" + secret.ResourceVersion
	return c, nil
}

// signingSecrets are the secrets that a signature may be made with, the current
// one first. Without a current one a previous one is no use: it would accept
// what is signed with a secret that was given up.
func signingSecrets(webhook, client, previous string) []string {
	current := webhook
	if current == "" {
		current = client
	}
	switch {
	case current == "":
		return nil
	case previous == "" || previous == current:
		return []string{current}
	default:
		return []string{current, previous}
	}
}
