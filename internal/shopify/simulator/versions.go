package simulator

import "regexp"

// versionPattern is that of a stable version: a quarter's first month.
var versionPattern = regexp.MustCompile(`^\d{4}-(01|04|07|10)$`)

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

// chooseVersion settles which version answers and says so in the reply.
func (s *Simulator) chooseVersion(x *exchange) *reply {
	x.call.VersionRequested = x.request.PathValue("version")
	version, ok := serving(s.versions, x.call.VersionRequested)
	if !ok {
		return notFound()
	}
	x.version, x.call.VersionServed = version, version
	x.header.Set("X-Shopify-API-Version", version)
	return nil
}
