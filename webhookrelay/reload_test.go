package webhookrelay

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
)

// mount is a directory as Kubernetes mounts a Secret: the files are links into
// ..data, which is a link that is swapped.
type mount struct {
	*WithT
	dir      string
	versions int
}

func newMount(t *testing.T) *mount {
	t.Helper()
	return &mount{WithT: NewWithT(t), dir: t.TempDir()}
}

func (m *mount) path(name string) string { return filepath.Join(m.dir, name) }

// put replaces all files at once.
func (m *mount) put(files map[string]string) {
	m.versions++
	version := "..v" + string(rune('a'+m.versions))
	m.Expect(os.Mkdir(m.path(version), 0o700)).To(Succeed())
	for name, content := range files {
		m.Expect(os.WriteFile(filepath.Join(m.dir, version, name), []byte(content), 0o600)).To(Succeed())
		if _, err := os.Lstat(m.path(name)); err != nil {
			m.Expect(os.Symlink(filepath.Join("..data", name), m.path(name))).To(Succeed())
		}
	}
	m.Expect(os.Symlink(version, m.path("..new"))).To(Succeed())
	m.Expect(os.Rename(m.path("..new"), m.path("..data"))).To(Succeed())
}

func (m *mount) putRoutes(list ...routes.Route) {
	text, err := routes.Format(list)
	m.Expect(err).NotTo(HaveOccurred())
	m.put(map[string]string{"routes.json": string(text)})
}

// newTestServer is a relay whose routes are in a mount.
func newTestServer(t *testing.T, m *mount, inbox Inbox, change func(*Options)) *Server {
	t.Helper()
	o := Options{
		Inbox: inbox, Routes: m.path("routes.json"), Limits: patientLimits(), DrainTime: patience,
		ReloadInterval: 5 * time.Millisecond, Log: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&o)
	}
	s, err := New(t.Context(), o)
	m.Expect(err).NotTo(HaveOccurred())
	return s
}

func TestRoutesAreReloaded(t *testing.T) {
	m := newMount(t)
	s := newTestServer(t, m, &recorder{}, nil)
	look := func() {
		for _, r := range s.reloaders {
			_ = r.Check(t.Context())
		}
	}
	count := func(result string) float64 {
		return testutil.ToFloat64(s.handler.metrics.reloads.WithLabelValues(routesFile, result))
	}
	status := func(secret string) int {
		return ask(s.handler, webhook(maple(), secret, orderBody)).StatusCode
	}
	m.Expect(status(currentSecret)).To(Equal(503), "nothing was mounted yet")
	m.Expect(count("Refused")).To(Equal(1.0))
	look()
	m.Expect(count("Refused")).To(Equal(1.0), "what did not change is not tried again")

	m.put(map[string]string{"routes.json": `{"routes":`})
	look()
	m.Expect(status(currentSecret)).To(Equal(503), "and what was mounted first cannot be read")
	m.Expect(count("Refused")).To(Equal(2.0))

	m.putRoutes(maple())
	look()
	m.Expect(status(currentSecret)).To(Equal(200))
	m.Expect(count("Loaded")).To(Equal(1.0))
	m.Expect(testutil.ToFloat64(s.handler.metrics.routes)).To(Equal(1.0))

	rotated := maple()
	rotated.Secrets = []string{"shpss_new", currentSecret}
	m.putRoutes(rotated)
	look()
	m.Expect([]int{status("shpss_new"), status(currentSecret), status(previousSecret)}).To(Equal([]int{200, 200, 401}), "a rotation")

	for _, bad := range []string{``, `{"routes":[{}]}`, `{"routes":[],"more":1}`} {
		m.put(map[string]string{"routes.json": bad})
		look()
		m.Expect(status("shpss_new")).To(Equal(200), "the old routes stay in use")
	}
	m.Expect(os.Remove(m.path("..data"))).To(Succeed())
	look()
	m.Expect(status("shpss_new")).To(Equal(200), "and where the file is gone")
	m.Expect(count("Refused")).To(Equal(6.0))

	m.putRoutes()
	look()
	m.Expect(status("shpss_new")).To(Equal(401), "a store that was deleted")
}

func TestReloadUnderLoad(t *testing.T) {
	m, inbox := newMount(t), &recorder{}
	m.putRoutes(maple(), thrifty())
	s := newTestServer(t, m, inbox, nil)
	ctx, cancel := context.WithCancel(t.Context())
	var reloading sync.WaitGroup
	reloading.Go(func() { s.reloaders[0].Run(ctx, time.Millisecond) })
	const senders, each = 4, 200
	var sending sync.WaitGroup
	for range senders {
		sending.Go(func() {
			for range each {
				m.Expect(ask(s.handler, webhook(maple(), currentSecret, orderBody)).StatusCode).To(Equal(200))
			}
		})
	}
	for i := range 20 {
		if i%2 == 0 {
			m.putRoutes(maple())
		} else {
			m.putRoutes(thrifty(), maple())
		}
	}
	sending.Wait()
	m.Expect(inbox.stored()).To(HaveLen(senders*each), "none is turned away while routes change")
	m.Eventually(func() float64 { return testutil.ToFloat64(s.handler.metrics.routes) }).Should(Equal(2.0), "the last one is in use")
	cancel()
	reloading.Wait()
}
