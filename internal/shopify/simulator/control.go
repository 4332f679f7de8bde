package simulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// controlRoutes are the control API, on any host: how a demo or a test in
// another process sees and changes shops. It has no access control, so bind the
// simulator to an address that only its users reach.
func (s *Simulator) controlRoutes(mux *http.ServeMux) {
	handle := func(pattern string, answer func(*http.Request) (*reply, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
			done, err := answer(r)
			if err != nil {
				writeJSON(w, controlStatus(err), map[string]string{"error": err.Error()})
				return
			}
			writeJSON(w, done.status, done.body)
		})
	}
	handle("GET /__sim/healthz", func(*http.Request) (*reply, error) {
		return &reply{http.StatusOK, map[string]string{"status": "ok"}}, nil
	})
	handle("GET /__sim/shops", s.listShops)
	handle("POST /__sim/shops", s.postShop)
	handle("GET /__sim/shops/{domain}", s.getShop)
	handle("PATCH /__sim/shops/{domain}", s.patchShop)
	handle("DELETE /__sim/shops/{domain}", s.deleteShop)
	handle("PATCH /__sim/shops/{domain}/apps/{clientID}", s.patchApp)
	handle("GET /__sim/versions", func(*http.Request) (*reply, error) { return s.showVersions() })
	handle("PUT /__sim/versions", s.putVersions)
	s.faultRoutes(handle)
	s.deliveryRoutes(handle)
	handle("GET /__sim/calls", s.getCalls)
	handle("DELETE /__sim/calls", func(*http.Request) (*reply, error) {
		s.ResetCalls()
		return &reply{status: http.StatusNoContent}, nil
	})
	for _, l := range []interface {
		routes(s *Simulator, handle func(string, func(*http.Request) (*reply, error)))
	}{subscriptionList, definitionList, inventoryList, priceRuleList} {
		l.routes(s, handle)
	}
	s.salesRoutes(handle)
	s.snapshotRoutes(mux)
	mux.HandleFunc("/__sim/", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusNotFound, map[string]string{"error": "the control API has no " + r.Method + " " + r.URL.Path})
	})
}

// notThereError is what the control API answers 404 to.
type notThereError string

func (e notThereError) Error() string { return string(e) }

func controlStatus(err error) int {
	if _, ok := errors.AsType[noShopError](err); ok {
		return http.StatusNotFound
	}
	if _, ok := errors.AsType[notThereError](err); ok {
		return http.StatusNotFound
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusUnprocessableEntity
}

func (s *Simulator) listShops(*http.Request) (*reply, error) {
	shops := []Shop{}
	for _, domain := range s.Shops() {
		if shop, there := s.Shop(domain); there {
			shops = append(shops, shop)
		}
	}
	return &reply{http.StatusOK, map[string]any{"shops": shops}}, nil
}

// postShop adds a shop. What the body leaves out is as NewShop has it, so a
// domain and a name will do.
func (s *Simulator) postShop(r *http.Request) (*reply, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	shop, err := parseShop(body)
	if err != nil {
		return nil, err
	}
	if err := s.AddShop(shop); err != nil {
		return nil, err
	}
	return s.showShop(http.StatusCreated, shop.Domain)
}

// parseShop reads a shop; what is left out is as NewShop has it.
func parseShop(text []byte) (Shop, error) {
	var least struct {
		Domain string `json:"domain"`
		Name   string `json:"name"`
	}
	if err := json.Unmarshal(text, &least); err != nil {
		return Shop{}, fmt.Errorf("not a shop as JSON: %w", err)
	}
	if least.Name == "" {
		return Shop{}, errors.New("name: give the shop a name")
	}
	return patched(NewShop(least.Domain, least.Name), text)
}

// ParseShops reads shops in the form that GET /__sim/shops shows, or as a list
// alone. Of a shop, domain and name will do: the rest is as NewShop has it.
func ParseShops(text []byte) ([]Shop, error) {
	var all struct {
		Shops []json.RawMessage `json:"shops"`
	}
	err := json.Unmarshal(text, &all)
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("[")) {
		err = json.Unmarshal(text, &all.Shops)
	}
	if err != nil {
		return nil, fmt.Errorf("want {\"shops\": [...]} or a list of shops: %w", err)
	}
	var shops []Shop
	for i, one := range all.Shops {
		shop, err := parseShop(one)
		if err != nil {
			return nil, fmt.Errorf("shop %d: %w", i, err)
		}
		shops = append(shops, shop)
	}
	return shops, nil
}

func (s *Simulator) showShop(status int, domain string) (*reply, error) {
	shop, there := s.Shop(domain)
	if !there {
		return nil, noShopError(domain)
	}
	return &reply{status, shop}, nil
}

func (s *Simulator) getShop(r *http.Request) (*reply, error) {
	return s.showShop(http.StatusOK, r.PathValue("domain"))
}

func (s *Simulator) patchShop(r *http.Request) (*reply, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	domain := r.PathValue("domain")
	err = s.update(domain, func(shop *Shop) error {
		*shop, err = patched(*shop, body)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.showShop(http.StatusOK, domain)
}

func (s *Simulator) deleteShop(r *http.Request) (*reply, error) {
	if err := s.RemoveShop(r.PathValue("domain")); err != nil {
		return nil, err
	}
	return &reply{status: http.StatusNoContent}, nil
}

func (s *Simulator) patchApp(r *http.Request) (*reply, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	clientID, at := r.PathValue("clientID"), 0
	after, err := s.updated(r.PathValue("domain"), func(shop *Shop) error {
		at = slices.IndexFunc(shop.Apps, func(a App) bool { return a.ClientID == clientID })
		if at < 0 {
			return notThereError(fmt.Sprintf("the shop has no app with client id %q", clientID))
		}
		shop.Apps[at], err = patched(shop.Apps[at], body)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &reply{http.StatusOK, after.Apps[at]}, nil
}

func (s *Simulator) getCalls(r *http.Request) (*reply, error) {
	query := r.URL.Query()
	filter := CallFilter{Shop: query.Get("shop"), Operation: query.Get("operation")}
	if after := query.Get("after"); after != "" {
		n, err := strconv.ParseUint(after, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("after %q: want a sequence number", after)
		}
		filter.After = n
	}
	return &reply{http.StatusOK, map[string]any{"total": s.CallCount(), "calls": s.Calls(filter)}}, nil
}

// patched applies a JSON merge patch (RFC 7396) to a value. Fields that the
// value's type does not have are refused.
func patched[T any](value T, patch []byte) (T, error) {
	var zero T
	var change map[string]any
	if err := json.Unmarshal(patch, &change); err != nil {
		return zero, fmt.Errorf("the body is not a JSON object: %w", err)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return zero, err
	}
	var current map[string]any
	if err := json.Unmarshal(text, &current); err != nil {
		return zero, err
	}
	if text, err = json.Marshal(merged(current, change)); err != nil {
		return zero, err
	}
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.DisallowUnknownFields()
	var out T
	if err := decoder.Decode(&out); err != nil {
		return zero, fmt.Errorf("the body does not fit: %w", err)
	}
	return out, nil
}

// merged is RFC 7396's MergePatch.
func merged(target, patch map[string]any) map[string]any {
	out := map[string]any{}
	maps.Copy(out, target)
	for name, value := range patch {
		change, isObject := value.(map[string]any)
		switch {
		case value == nil:
			delete(out, name)
		case isObject:
			under, _ := out[name].(map[string]any)
			out[name] = merged(under, change)
		default:
			out[name] = value
		}
	}
	return out
}
