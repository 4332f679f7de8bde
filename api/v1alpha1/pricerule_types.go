package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// PriceRule is a discount code and what it is worth.
// +kubebuilder:validation:XValidation:rule="has(self.percentOff) != has(self.amountOffCents)",message="set either percentOff or amountOffCents"
// +kubebuilder:validation:XValidation:rule="!has(self.endsAt) || self.startsAt < self.endsAt",message="endsAt must come after startsAt"
type PriceRule struct {
	// code is what the customer types. Shopify takes upper and lower case for the
	// same.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=100
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Z0-9_-]+$')",message="a code holds capital letters, digits, _ and - only"
	Code string `json:"code,omitempty"`

	// title is what people call the rule in the store's admin; the code where it
	// is left out.
	// +optional
	// +kubebuilder:validation:MaxLength=255
	Title string `json:"title,omitempty"`

	// percentOff is the discount in percent of each item's price, such as "10"
	// or "12.5".
	// +optional
	// +kubebuilder:validation:MaxLength=6
	// +kubebuilder:validation:XValidation:rule="self.matches('^(100([.]0{1,2})?|[0-9]{1,2}([.][0-9]{1,2})?)$') && double(self) > 0.0",message="a percentage is a decimal above 0 and up to 100, such as \"10\" or \"12.5\""
	PercentOff string `json:"percentOff,omitempty"`

	// amountOffCents is the discount of an order, in cents of the shop's
	// currency.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100000000
	AmountOffCents int64 `json:"amountOffCents,omitempty"`

	// startsAt is when the code begins to work.
	// +required
	StartsAt metav1.Time `json:"startsAt,omitzero"` //nolint:kubeapilinter // a time has no zero value that anybody could mean

	// endsAt is when the code stops working; never where it is left out.
	// +optional
	EndsAt *metav1.Time `json:"endsAt,omitempty"`

	// minimumSubtotalCents is the subtotal from which on the code works, in cents
	// of the shop's currency.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100000000
	MinimumSubtotalCents int64 `json:"minimumSubtotalCents,omitempty"`

	// usageLimit is how often the code works in all; any number of times where
	// it is left out.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000000
	UsageLimit int32 `json:"usageLimit,omitempty"`

	// usage says how often one customer may use the code.
	// +optional
	// +kubebuilder:default=Unlimited
	Usage PriceRuleUsage `json:"usage,omitempty"`
}

// PriceRuleUsage says how often one customer may use a discount code.
// +kubebuilder:validation:Enum=Unlimited;OncePerCustomer
type PriceRuleUsage string

// The kinds of usage of a discount code.
const (
	PriceRuleUsageUnlimited       PriceRuleUsage = "Unlimited"
	PriceRuleUsageOncePerCustomer PriceRuleUsage = "OncePerCustomer"
)
