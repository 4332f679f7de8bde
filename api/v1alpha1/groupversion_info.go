// Package v1alpha1 holds the API of Shopkeeper's custom resources.
//
// +kubebuilder:object:generate=true
// +groupName=shopify.shopkeeper.dev
package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var (
	// GroupVersion is the API group and version of this package.
	GroupVersion = schema.GroupVersion{Group: "shopify.shopkeeper.dev", Version: "v1alpha1"}

	schemeBuilder = runtime.NewSchemeBuilder(func(s *runtime.Scheme) error {
		s.AddKnownTypes(GroupVersion, &ShopifyStore{}, &ShopifyStoreList{}, &SyncJob{}, &SyncJobList{})
		metav1.AddToGroupVersion(s, GroupVersion)
		return nil
	})

	// AddToScheme registers the types of this package.
	AddToScheme = schemeBuilder.AddToScheme
)
