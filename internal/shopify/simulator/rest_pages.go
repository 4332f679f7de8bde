package simulator

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	// defaultRESTPage and maxRESTPage are how many things a page has
	// (https://shopify.dev/docs/api/admin-rest/usage/pagination).
	defaultRESTPage = 50
	maxRESTPage     = 250
)

// restPage is the page of a list that the request asks for, by id upwards (?).
// The Link header says where those beside it are.
func restPage[T any](x *exchange, all []T, id func(T) uint64) ([]T, *reply) {
	query := x.request.URL.Query()
	for name := range query {
		switch {
		case !slices.Contains([]string{"limit", "since_id", "page_info"}, name):
			return nil, refuse(http.StatusNotImplemented, name+" is not modelled by the simulator")
		case name == "since_id" && query.Has("page_info"):
			return nil, refuse(http.StatusBadRequest, map[string]string{name: name +
				" cannot be passed when page_info is present. See https://shopify.dev/api/usage/pagination-rest for more information."})
		}
	}
	limit, err := strconv.Atoi(query.Get("limit"))
	if err != nil || limit <= 0 {
		limit = defaultRESTPage // (?)
	}
	limit = min(limit, maxRESTPage) // (?)
	sorted := slices.SortedFunc(slices.Values(all), func(a, b T) int { return cmp.Compare(id(a), id(b)) })
	direction, edge := "next", uint64(0)
	if given := query.Get("since_id"); given != "" {
		edge, _ = strconv.ParseUint(given, 10, 64)
	}
	if query.Has("page_info") {
		var ok bool
		if direction, edge, ok = parsePageInfo(query.Get("page_info")); !ok {
			return nil, refuse(http.StatusBadRequest, map[string]string{"page_info": "Invalid value."})
		}
	}
	from := len(sorted)
	if i := slices.IndexFunc(sorted, func(item T) bool { return id(item) > edge }); i >= 0 {
		from = i
	}
	if direction == "previous" {
		before := from
		for before > 0 && id(sorted[before-1]) >= edge {
			before--
		}
		from = max(0, before-limit)
	}
	to := min(len(sorted), from+limit)
	var links []string
	if from > 0 && from < to {
		links = append(links, pageLink(x, limit, "previous", id(sorted[from])))
	}
	if to < len(sorted) {
		links = append(links, pageLink(x, limit, "next", id(sorted[to-1])))
	}
	if len(links) > 0 {
		x.header.Set("Link", strings.Join(links, ", "))
	}
	return append([]T{}, sorted[from:to]...), nil
}

// pageLink is an entry of the Link header: the page beside the thing with an id.
func pageLink(x *exchange, limit int, direction string, edge uint64) string {
	info := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s %d", direction, edge))
	query := url.Values{"limit": {strconv.Itoa(limit)}, "page_info": {info}}
	return fmt.Sprintf("<https://%s%s?%s>; rel=%q", x.store.shop.Domain, x.request.URL.Path, query.Encode(), direction)
}

func parsePageInfo(info string) (direction string, edge uint64, ok bool) {
	text, err := base64.RawURLEncoding.DecodeString(info)
	if err != nil {
		return "", 0, false
	}
	direction, number, _ := strings.Cut(string(text), " ")
	edge, err = strconv.ParseUint(number, 10, 64)
	return direction, edge, err == nil && (direction == "next" || direction == "previous")
}
