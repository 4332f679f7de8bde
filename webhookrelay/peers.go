package webhookrelay

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Peers says from where requests are taken.
type Peers struct {
	// Allowed are the addresses that may send webhooks; all, where there are none.
	Allowed []netip.Prefix
	// Proxies are those of the proxies in front of the relay. What they say in
	// X-Forwarded-For is believed.
	Proxies []netip.Prefix
}

// ParsePrefixes reads addresses and ranges such as 10.0.0.0/8.
func ParsePrefixes(list []string) ([]netip.Prefix, error) {
	var prefixes []netip.Prefix
	for _, text := range list {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			address, err := netip.ParseAddr(text)
			if err != nil || address.Zone() != "" {
				return nil, fmt.Errorf("%q is no address and no range: give one such as 203.0.113.7 or 10.0.0.0/8", text)
			}
			prefix = netip.PrefixFrom(address, address.BitLen())
		}
		if prefix.Addr().Is4In6() {
			return nil, fmt.Errorf("%q: write an IPv4 address as such", text)
		}
		if prefix != prefix.Masked() {
			return nil, fmt.Errorf("%q has bits beyond its length: did you mean %s?", text, prefix.Masked())
		}
		prefixes = append(prefixes, prefix)
	}
	return prefixes, nil
}

// allow says whether a request comes from where requests are taken from.
func (p Peers) allow(r *http.Request) bool {
	if len(p.Allowed) == 0 {
		return true
	}
	source, ok := p.source(r.RemoteAddr, r.Header.Values("X-Forwarded-For"))
	return ok && contains(p.Allowed, source)
}

// source is where a request comes from: the last address that no trusted proxy
// has. Each proxy adds the address that it was reached from at the right end, so
// what stands left of the first that is not trusted may be made up. ok is false
// where an address cannot be read.
func (p Peers) source(remote string, forwarded []string) (source netip.Addr, ok bool) {
	var hops []string
	if len(forwarded) > 0 {
		hops = strings.Split(strings.Join(forwarded, ","), ",")
	}
	source, ok = parseHop(remote)
	for ok && len(hops) > 0 && contains(p.Proxies, source) {
		last := len(hops) - 1
		source, ok = parseHop(hops[last])
		hops = hops[:last]
	}
	return source, ok
}

// parseHop reads an address, with or without a port.
func parseHop(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if with, err := netip.ParseAddrPort(text); err == nil {
		return with.Addr().Unmap().WithZone(""), true
	}
	address, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return address.Unmap().WithZone(""), err == nil
}

func contains(prefixes []netip.Prefix, address netip.Addr) bool {
	return slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(address) })
}
