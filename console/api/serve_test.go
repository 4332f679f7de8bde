package api

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func ask(a *API, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	a.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestTooManyAtATime(t *testing.T) {
	registry := prometheus.NewRegistry()
	limits := DefaultLimits()
	limits.Requests = 1
	a, err := New(Options{Limits: limits, Registerer: registry})
	if err != nil {
		t.Fatal(err)
	}
	a.room <- struct{}{} // somebody is at it
	if w := ask(a, "/openapi.json"); w.Code != 503 || w.Header().Get("Retry-After") != "1" || w.Header().Get("Content-Type") != problemType {
		t.Errorf("got %d %v", w.Code, w.Header())
	}
	<-a.room
	if w := ask(a, "/openapi.json"); w.Code != 200 {
		t.Errorf("got %d", w.Code)
	}
	if n, err := testutil.GatherAndCount(registry, "shopkeeper_console_request_duration_seconds"); err != nil || n != 2 {
		t.Errorf("%d series, %v", n, err)
	}
}

func TestAMistakeOfOurs(t *testing.T) {
	a, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	a.mux.ServeMux.HandleFunc("GET /broken", func(http.ResponseWriter, *http.Request) { panic("broken") })
	if w := ask(a, "/broken"); w.Code != 500 || w.Header().Get("Content-Type") != problemType {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if len(a.room) != 0 {
		t.Error("it still takes a place")
	}
}
