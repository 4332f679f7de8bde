package bench

import (
	"context"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/shopkeeper-dev/shopkeeper/controllers"
	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

// relayRoutes names the Secret with the routes.
var relayRoutes = client.ObjectKey{Namespace: "default", Name: "shopkeeper-relay-routes"}

// startRelay starts a relay that reads the routes once a second, and returns it with
// a file that holds its certificate.
func startRelay(b *testing.B, kube client.Client) (relay *httptest.Server, certificate string) {
	b.Helper()
	var (
		mu   sync.Mutex
		read time.Time
		list []routes.Route
	)
	relay = testenv.NewRelay(func(ctx context.Context, _ string) ([]routes.Route, error) {
		mu.Lock()
		defer mu.Unlock()
		if time.Since(read) < time.Second {
			return list, nil
		}
		var secret corev1.Secret
		if err := kube.Get(ctx, relayRoutes, &secret); err != nil {
			return nil, err
		}
		known, err := routes.Parse(secret.Data[controllers.RoutesKey])
		if err == nil {
			list, read = known, time.Now()
		}
		return list, err
	})
	b.Cleanup(relay.Close)
	certificate = filepath.Join(b.TempDir(), "relay.pem")
	must(b, os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: relay.Certificate().Raw}), 0o600))
	return relay, certificate
}
