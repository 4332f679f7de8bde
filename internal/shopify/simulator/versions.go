package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

// versionPattern is that of a stable version: a quarter's first month.
var versionPattern = regexp.MustCompile(`^\d{4}-(01|04|07|10)$`)

// releasedAt is when a stable version comes out: on the first day of its
// quarter at 17:00 UTC (https://shopify.dev/docs/api/usage/versioning).
func releasedAt(version string) time.Time {
	day, err := time.Parse("2006-01", version)
	if err != nil {
		return time.Time{}
	}
	return day.Add(17 * time.Hour)
}

// endsAt is when a version is no longer accessible: Shopify's table names the
// 16th day of its month a year later; the hour is not public (?).
func endsAt(version string) time.Time {
	return releasedAt(version).Truncate(24*time.Hour).AddDate(1, 0, 15)
}

// warningDays is how long before its end a version is answered with a warning
// (https://github.com/Shopify/shopify-api-ruby/pull/685).
const warningDays = 30

// accessibleAt lists those of the known versions, ascending, that Shopify serves
// at a time. There is always one: outside of the years that the schemas cover
// it is the nearest.
func accessibleAt(known []string, now time.Time) []string {
	served := slices.DeleteFunc(slices.Clone(known), func(v string) bool {
		return now.Before(releasedAt(v)) || !now.Before(endsAt(v))
	})
	switch {
	case len(served) > 0:
		return served
	case now.Before(releasedAt(known[0])):
		return known[:1]
	default:
		return known[len(known)-1:]
	}
}

// versionWindow says which versions are accessible: those that are pinned, or
// where none is those of the clock.
type versionWindow struct {
	mu     sync.RWMutex
	pinned []string // ascending
}

func (w *versionWindow) at(now time.Time) (served []string, pinned bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if len(w.pinned) > 0 {
		return w.pinned, true
	}
	return accessibleAt(schema.Versions, now), false
}

// KnownVersions are the API versions that the simulator has a schema for,
// oldest first.
func KnownVersions() []string { return slices.Clone(schema.Versions) }

// Versions are the API versions that are accessible now, oldest first.
func (s *Simulator) Versions() []string {
	served, _ := s.window.at(s.clock())
	return slices.Clone(served)
}

// PinVersions holds versions accessible whatever the clock says; none lets the
// clock decide. It fails where there is no schema for one.
func (s *Simulator) PinVersions(versions ...string) error {
	versions = slices.Clone(versions)
	slices.Sort(versions)
	for _, v := range versions {
		if !slices.Contains(schema.Versions, v) {
			return fmt.Errorf("no schema for API version %q; known: %s", v, strings.Join(schema.Versions, ", "))
		}
	}
	s.window.mu.Lock()
	defer s.window.mu.Unlock()
	s.window.pinned = slices.Compact(versions)
	return nil
}

// serving returns the version of those served, ascending, that answers a
// request for another: the version itself, or where it is no longer accessible
// the oldest that is (https://shopify.dev/docs/api/usage/versioning). ok is
// false where the request names no version or one that is yet to come.
func serving(versions []string, requested string) (version string, ok bool) {
	if !versionPattern.MatchString(requested) {
		return "", false
	}
	for _, v := range versions {
		if v >= requested {
			return v, true
		}
	}
	return "", false
}

// chooseVersion settles which version answers and says so in the reply. Who
// asks for one that has ended or soon will is warned, as public records of
// Shopify's replies show.
func (s *Simulator) chooseVersion(x *exchange) *reply {
	requested := x.request.PathValue("version")
	x.call.VersionRequested = requested
	served, pinned := s.window.at(x.now)
	version, ok := serving(served, requested)
	if !ok {
		if withoutSchema(requested, x.now) {
			return refuse(http.StatusNotImplemented, fmt.Sprintf("API version %s is not modelled by the simulator, which has schemas for %s", requested, strings.Join(schema.Versions, ", ")))
		}
		return notFound()
	}
	x.version, x.call.VersionServed = version, version
	x.header.Set("X-Shopify-API-Version", version)
	if version != requested || !pinned && !x.now.Before(endsAt(version).AddDate(0, 0, -warningDays)) {
		x.header.Set("X-Shopify-API-Version-Warning", "https://shopify.dev/concepts/about-apis/versioning")
	}
	return nil
}

// withoutSchema says whether Shopify would answer for a version that the
// simulator cannot: unstable, or one up to the release candidate, which is the
// version after the latest.
func withoutSchema(requested string, now time.Time) bool {
	if requested == "unstable" {
		return true
	}
	return versionPattern.MatchString(requested) && !now.Before(releasedAt(requested).AddDate(0, -3, 0)) &&
		requested > schema.Versions[len(schema.Versions)-1]
}

// apiVersion describes a version; display names are those that Shopify lists in
// public records. publicApiVersions leaves out the release candidate and
// unstable, for which there is no schema.
func apiVersion(r *request, handle string) record {
	name, supported := handle, slices.Contains(r.versions, handle)
	switch {
	case !supported:
		name += " (Unsupported)"
	case handle == r.versions[len(r.versions)-1]:
		name += " (Latest)"
	}
	return record{"handle": handle, "displayName": name, "supported": supported}
}

// versionState is the JSON of the control API.
type versionState struct {
	Accessible []string `json:"accessible"`
	Known      []string `json:"known"`
	Pinned     []string `json:"pinned"`
}

func (s *Simulator) showVersions() (*reply, error) {
	s.window.mu.RLock()
	pinned := append([]string{}, s.window.pinned...)
	s.window.mu.RUnlock()
	return &reply{status: http.StatusOK, body: versionState{Accessible: s.Versions(), Known: KnownVersions(), Pinned: pinned}}, nil
}

func (s *Simulator) putVersions(r *http.Request) (*reply, error) {
	var want struct {
		Pinned []string `json:"pinned"`
	}
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&want); err != nil {
		return nil, fmt.Errorf(`the body is not of the form {"pinned": ["2026-07"]}: %w`, err)
	}
	if err := s.PinVersions(want.Pinned...); err != nil {
		return nil, err
	}
	return s.showVersions()
}
