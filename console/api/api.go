package api

import (
	"log/slog"
	"net/http"
	"reflect"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/shopkeeper-dev/shopkeeper/console/access"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog/photos"
)

// Options make an API.
type Options struct {
	// Guard lets callers in, and is the only way to the ledger.
	Guard *access.Guard
	// Photos are where photos are kept; where nil, none are taken.
	Photos *photos.Bucket
	// Limits are DefaultLimits where zero.
	Limits Limits
	// Log receives a line for each request; nobody where nil.
	Log *slog.Logger
	// Registerer receives the metrics; nobody where nil.
	Registerer prometheus.Registerer
}

// API serves the intake API and its description at /openapi.json and /openapi.yaml.
type API struct {
	guard    *access.Guard
	photos   *photos.Bucket
	limits   Limits
	log      *slog.Logger
	metrics  *metrics
	huma     huma.API
	mux      *actions
	problem  *huma.Schema
	room     chan struct{}
	draining atomic.Bool
	now      func() time.Time
}

// New returns an API.
func New(o Options) (*API, error) {
	if o.Limits == (Limits{}) {
		o.Limits = DefaultLimits()
	}
	if err := o.Limits.Validate(); err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	a := &API{guard: o.Guard, photos: o.Photos, limits: o.Limits, log: o.Log, room: make(chan struct{}, o.Limits.Requests), now: time.Now}
	var err error
	if a.metrics, err = newMetrics(o.Registerer, func() float64 { return float64(len(a.room)) }); err != nil {
		return nil, err
	}
	a.mux = &actions{ServeMux: http.NewServeMux(), handlers: map[string]map[string]http.HandlerFunc{}, none: noRoute}
	a.mux.ServeMux.HandleFunc("/", noRoute)
	a.huma = humago.New(a.mux, config())
	schemas := a.huma.OpenAPI().Components.Schemas
	a.problem = schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	a.addConsignors()
	a.addShifts()
	a.addItems()
	a.addPhotos()
	a.addSales()
	a.addImports()
	// huma's own, in whose place ours is.
	delete(schemas.Map(), "ErrorModel")
	delete(schemas.Map(), "ErrorDetail")
	if err := a.describe(); err != nil {
		return nil, err
	}
	return a, nil
}

func noRoute(w http.ResponseWriter, _ *http.Request) {
	problemf(http.StatusNotFound, "there is no such path, or not with this method: /openapi.json lists those that there are").write(w)
}

// config is huma's, without what it adds to answers and without the page that loads
// scripts from elsewhere.
func config() huma.Config {
	c := huma.DefaultConfig("Shopkeeper intake", "v1")
	c.OpenAPIPath, c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", "", nil
	c.Transformers = []huma.Transformer{asProblem}
	c.Info.Description = "Takes in what consignors bring, and sells it at the till. docs/intake.md tells how."
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {
		Type: "http", Scheme: "bearer", Description: "A token of Kubernetes for the audience " + access.DefaultAudience + ", unless the console was given another",
	}}
	c.Security = []map[string][]string{{"token": {}}}
	return c
}

// describe publishes the description, which needs no token: it is the same for all.
func (a *API) describe() error {
	asJSON, err := a.huma.OpenAPI().MarshalJSON()
	if err != nil {
		return err
	}
	asYAML, err := a.Description()
	if err != nil {
		return err
	}
	for path, document := range map[string]struct {
		kind string
		text []byte
	}{"/openapi.json": {"application/openapi+json", asJSON}, "/openapi.yaml": {"application/openapi+yaml", asYAML}} {
		a.mux.ServeMux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			noteRoute(r, "openapi")
			w.Header().Set("Content-Type", document.kind)
			_, _ = w.Write(document.text)
		})
	}
	return nil
}

// Description is the OpenAPI 3.1 description of the API, in YAML.
func (a *API) Description() ([]byte, error) { return a.huma.OpenAPI().YAML() }
