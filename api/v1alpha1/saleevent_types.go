package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// SaleEvent is a sale at which consignors' items are sold, and what it promises
// them.
// +kubebuilder:validation:XValidation:rule="self.startsAt < self.endsAt",message="endsAt must come after startsAt"
// +kubebuilder:validation:XValidation:rule="self.endsAt <= self.returnWindowEndsAt",message="returnWindowEndsAt must not come before endsAt"
// +kubebuilder:validation:XValidation:rule="!has(self.markdown) || (self.startsAt <= self.markdown.startsAt && self.markdown.startsAt < self.endsAt)",message="markdown.startsAt must lie between startsAt and endsAt"
// +kubebuilder:validation:XValidation:rule="self.terms[0].effectiveFrom <= self.startsAt",message="the first terms must be in effect when the event starts: their effectiveFrom must not come after startsAt"
type SaleEvent struct {
	// id identifies the event for ever, such as spring-2027. Items carry it, so
	// another id is another event.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([a-z0-9-]*[a-z0-9])?$')",message="an id holds lower-case letters, digits and - only, and begins and ends with a letter or digit"
	ID string `json:"id,omitempty"`

	// name is what people call the event, as on statements.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=100
	Name string `json:"name,omitempty"`

	// startsAt is when the event opens.
	// +required
	StartsAt metav1.Time `json:"startsAt,omitzero"` //nolint:kubeapilinter // a time has no zero value that anybody could mean

	// endsAt is when the event closes.
	// +required
	EndsAt metav1.Time `json:"endsAt,omitzero"` //nolint:kubeapilinter // a time has no zero value that anybody could mean

	// returnWindowEndsAt is until when customers may return what they bought at
	// the event. Consignors are paid after it.
	// +required
	ReturnWindowEndsAt metav1.Time `json:"returnWindowEndsAt,omitzero"` //nolint:kubeapilinter // a time has no zero value that anybody could mean

	// onEnd says what becomes of what is not sold when the event closes.
	// +optional
	// +kubebuilder:default=Unlist
	OnEnd EventEnd `json:"onEnd,omitempty"`

	// markdown is when and by how much items that are marked for it get cheaper.
	// +optional
	Markdown Markdown `json:"markdown,omitzero"`

	// terms are the versions of what consignors are promised, the oldest first. An
	// order falls under the version in effect at its own time, and one that is older
	// than all of them under the first.
	// +required
	// +listType=map
	// +listMapKey=effectiveFrom
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=20
	// +kubebuilder:validation:XValidation:rule="self.map(t, t.effectiveFrom).isSorted() && self.all(t, self.exists_one(u, u.effectiveFrom == t.effectiveFrom))",message="each terms' effectiveFrom must come after that of the terms before"
	Terms []SaleTerms `json:"terms,omitempty"`
}

// EventEnd says what becomes of what is not sold when an event closes.
// +kubebuilder:validation:Enum=Unlist;Keep
type EventEnd string

const (
	// EventEndUnlist takes what is not sold out of the shop.
	EventEndUnlist EventEnd = "Unlist"
	// EventEndKeep leaves it there until somebody says otherwise.
	EventEndKeep EventEnd = "Keep"
)

// Markdown makes the items of an event cheaper from a time on: those that their
// consignors agreed to have marked down.
type Markdown struct {
	// startsAt is from when on.
	// +required
	StartsAt metav1.Time `json:"startsAt,omitzero"` //nolint:kubeapilinter // a time has no zero value that anybody could mean

	// percentOff is by how much, in percent of the item's price. What comes of it is
	// rounded to the cent, half up.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=6
	// +kubebuilder:validation:XValidation:rule="self.matches('^(100([.]0{1,2})?|[0-9]{1,2}([.][0-9]{1,2})?)$')",message="a percentage is a decimal from 0 to 100, such as \"50\" or \"33.33\""
	PercentOff string `json:"percentOff,omitempty"`
}

// SaleTerms are one version of what a sale event promises its consignors: the
// percentage of class and volunteer shifts, up to maxPercent, and the bonus.
type SaleTerms struct {
	// effectiveFrom is the first moment at which the version holds; until the next
	// one's.
	// +required
	EffectiveFrom metav1.Time `json:"effectiveFrom,omitzero"` //nolint:kubeapilinter // a time has no zero value that anybody could mean

	// regularConsignorPercent is what a regular consignor gets of a sale's net, in
	// percent.
	// +optional
	// +kubebuilder:default="60"
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=6
	// +kubebuilder:validation:XValidation:rule="self.matches('^(100([.]0{1,2})?|[0-9]{1,2}([.][0-9]{1,2})?)$')",message="a percentage is a decimal from 0 to 100, such as \"60\" or \"62.5\""
	RegularConsignorPercent string `json:"regularConsignorPercent,omitempty"`

	// superConsignorPercent is what a super consignor gets of a sale's net, in
	// percent.
	// +optional
	// +kubebuilder:default="70"
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=6
	// +kubebuilder:validation:XValidation:rule="self.matches('^(100([.]0{1,2})?|[0-9]{1,2}([.][0-9]{1,2})?)$')",message="a percentage is a decimal from 0 to 100, such as \"60\" or \"62.5\""
	SuperConsignorPercent string `json:"superConsignorPercent,omitempty"`

	// volunteerShiftPercent is what each of a consignor's volunteer shifts adds, in
	// percent of a sale's net.
	// +optional
	// +kubebuilder:default="0"
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=6
	// +kubebuilder:validation:XValidation:rule="self.matches('^(100([.]0{1,2})?|[0-9]{1,2}([.][0-9]{1,2})?)$')",message="a percentage is a decimal from 0 to 100, such as \"60\" or \"62.5\""
	VolunteerShiftPercent string `json:"volunteerShiftPercent,omitempty"`

	// superItemBonusCents is what a consignor gets beside the percentage for each
	// item whose net is at least superItemThresholdCents, in cents of the shop's
	// currency.
	// +optional
	// +kubebuilder:default=0
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100000000
	SuperItemBonusCents *int64 `json:"superItemBonusCents,omitempty"`

	// superItemThresholdCents is the net from which on an item earns the bonus, in
	// cents of the shop's currency.
	// +optional
	// +kubebuilder:default=0
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100000000
	SuperItemThresholdCents *int64 `json:"superItemThresholdCents,omitempty"`

	// maxPercent is the most that class and shifts come to, in percent. The bonus
	// is beside it.
	// +optional
	// +kubebuilder:default="85"
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=6
	// +kubebuilder:validation:XValidation:rule="self.matches('^(100([.]0{1,2})?|[0-9]{1,2}([.][0-9]{1,2})?)$')",message="a percentage is a decimal from 0 to 100, such as \"60\" or \"62.5\""
	MaxPercent string `json:"maxPercent,omitempty"`
}
