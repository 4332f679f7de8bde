package webhookrelay

import (
	"net/http"
	"testing"

	. "github.com/onsi/gomega"
)

func TestPeers(t *testing.T) {
	allowed, proxies := []string{"203.0.113.0/24", "2001:db8::/32"}, []string{"10.0.0.0/8", "192.0.2.1"}
	cases := map[string]struct {
		reason    string
		allowed   []string
		proxies   []string
		remote    string
		forwarded []string // a header each
		want      bool
	}{
		"no list":             {"by default everybody may send", nil, nil, "198.51.100.1:1", nil, true},
		"direct":              {"it is in the list", allowed, proxies, "203.0.113.9:1", nil, true},
		"direct, IPv6":        {"so is this one", allowed, proxies, "[2001:db8::9]:1", nil, true},
		"IPv4 as IPv6":        {"as a listener for both shows it", allowed, proxies, "[::ffff:203.0.113.9]:1", nil, true},
		"stranger":            {"it is not in the list", allowed, proxies, "198.51.100.1:1", nil, false},
		"stranger who says":   {"a header of one who is no proxy counts for nothing", allowed, proxies, "198.51.100.1:1", []string{"203.0.113.9"}, false},
		"through a proxy":     {"the proxy says who it is", allowed, proxies, "10.0.0.1:1", []string{"203.0.113.9"}, true},
		"through two":         {"each adds at the right", allowed, proxies, "10.0.0.1:1", []string{"203.0.113.9, 192.0.2.1"}, true},
		"in two headers":      {"which are one list", allowed, proxies, "10.0.0.1:1", []string{"203.0.113.9", "192.0.2.1"}, true},
		"made up":             {"left of the first stranger anything may stand", allowed, proxies, "10.0.0.1:1", []string{"203.0.113.9, 198.51.100.1"}, false},
		"made up before two":  {"the same through two proxies", allowed, proxies, "10.0.0.1:1", []string{"203.0.113.9, 198.51.100.1, 192.0.2.1"}, false},
		"proxy itself":        {"a proxy is not allowed because it is trusted", allowed, proxies, "10.0.0.1:1", nil, false},
		"proxies all the way": {"the same, seen from the outermost", allowed, proxies, "10.0.0.1:1", []string{"10.0.0.2"}, false},
		"allowed proxy":       {"unless it is in the list, for its own checks", []string{"10.0.0.0/8"}, proxies, "10.0.0.1:1", nil, true},
		"with a port":         {"some proxies add it", allowed, proxies, "10.0.0.1:1", []string{"203.0.113.9:4711"}, true},
		"IPv6 in brackets":    {"and these", allowed, proxies, "10.0.0.1:1", []string{"[2001:db8::9]"}, true},
		"not an address":      {"what cannot be read is refused", allowed, proxies, "10.0.0.1:1", []string{"unknown"}, false},
		"empty":               {"an empty header names nobody", allowed, proxies, "10.0.0.1:1", []string{""}, false},
		"no proxies":          {"the header counts for nothing", allowed, nil, "10.0.0.1:1", []string{"203.0.113.9"}, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			var p Peers
			var err error
			p.Allowed, err = ParsePrefixes(tc.allowed)
			g.Expect(err).NotTo(HaveOccurred())
			p.Proxies, err = ParsePrefixes(tc.proxies)
			g.Expect(err).NotTo(HaveOccurred())
			r := &http.Request{RemoteAddr: tc.remote, Header: http.Header{"X-Forwarded-For": tc.forwarded}}
			g.Expect(p.allow(r)).To(Equal(tc.want), tc.reason)
		})
	}
}

func TestParsePrefixes(t *testing.T) {
	for text, want := range map[string]string{
		"hooks.example.com":    "is no address and no range",
		"10.0.0.0/33":          "is no address and no range",
		"fe80::1%eth0":         "is no address and no range",
		"10.0.0.1/8":           "did you mean 10.0.0.0/8?",
		"::ffff:10.0.0.0/104":  "write an IPv4 address as such",
		"":                     "is no address and no range",
		"203.0.113.7, 10.0.0.": "is no address and no range",
	} {
		_, err := ParsePrefixes([]string{text})
		NewWithT(t).Expect(err).To(MatchError(ContainSubstring(want)), text)
	}
}
