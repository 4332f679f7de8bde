package shopify

import (
	"fmt"
	"regexp"
)

// Domain is a shop's permanent address, such as maple-kids.myshopify.com. A
// value that came from ParseDomain is safe to put into a URL.
type Domain string

var domainPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*\.myshopify\.com$`)

// ParseDomain accepts a bare myshopify.com address and nothing else: no scheme,
// port, path or custom domain, because a token is sent to whatever it names.
func ParseDomain(s string) (Domain, error) {
	if !domainPattern.MatchString(s) {
		return "", fmt.Errorf("%q is not a shop domain: give the permanent address alone, such as maple-kids.myshopify.com", s)
	}
	return Domain(s), nil
}
