package shopify

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// PinnedVersion is the Admin API version that this release of the operator was
// written for and falls back to.
const PinnedVersion = "2026-07"

// supportedUntil says until when Shopify serves each version that this release
// knows (https://shopify.dev/docs/api/usage/versioning: a version a quarter,
// each for a year and the two weeks in which the newest one settles).
var supportedUntil = map[string]time.Time{
	"2026-01": time.Date(2027, 1, 16, 0, 0, 0, 0, time.UTC),
	"2026-04": time.Date(2027, 4, 16, 0, 0, 0, 0, time.UTC),
	"2026-07": time.Date(2027, 7, 16, 0, 0, 0, 0, time.UTC),
	"2026-10": time.Date(2027, 10, 16, 0, 0, 0, 0, time.UTC),
}

var versionPattern = regexp.MustCompile(`^20[0-9]{2}-(01|04|07|10)$`)

// Version is the outcome of choosing an API version for a store.
type Version struct {
	// Used is the version that requests ask for.
	Used string
	// SupportedUntil is when Shopify stops serving Used.
	SupportedUntil time.Time
	// Replaced says that Used differs from what was asked for, because Shopify
	// no longer serves that.
	Replaced bool
	// Ended says that Shopify serves none of the versions that this release
	// knows: Used is the newest of them, and Shopify answers with one of its own.
	Ended bool
}

// ChooseVersion turns the version that a user asks for into one that Shopify
// serves at the given time. One that has ended is replaced by PinnedVersion, or
// once that has ended by the newest: Shopify itself would silently answer with
// its oldest version. One that this release does not know yet is an error.
func ChooseVersion(requested string, now time.Time) (Version, error) {
	if !versionPattern.MatchString(requested) {
		return Version{}, fmt.Errorf("%q is not an API version: use a year and quarter such as %s", requested, PinnedVersion)
	}
	known := KnownVersions()
	newest := known[len(known)-1]
	if requested > newest {
		return Version{}, fmt.Errorf("API version %s is newer than this release of the operator knows: use one of %s",
			requested, strings.Join(known, ", "))
	}
	for _, version := range []string{requested, PinnedVersion, newest} {
		if end, ok := supportedUntil[version]; ok && now.Before(end) {
			return Version{Used: version, SupportedUntil: end, Replaced: version != requested}, nil
		}
	}
	return Version{Used: newest, SupportedUntil: supportedUntil[newest], Replaced: newest != requested, Ended: true}, nil
}

// KnownVersions lists the API versions that this release knows, oldest first.
func KnownVersions() []string {
	var versions []string
	for v := range supportedUntil {
		versions = append(versions, v)
	}
	slices.Sort(versions)
	return versions
}
