package serving

import (
	"bytes"
	"context"
	"crypto/sha256"
	"log/slog"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// What became of a file that changed, in metrics.
const (
	Loaded  = "Loaded"
	Refused = "Refused"
)

// Reloader takes over what files hold, again each time that it changes. It looks
// at their content: Kubernetes swaps links to whole directories, others write in
// place, and a content that was read is all that counts. A content that cannot be
// used is refused, once, and what was there before stays in use.
type Reloader struct {
	Name  string // in metrics and logs
	Files []string
	// Load takes over the files' contents, or says what is wrong with them.
	Load func(contents [][]byte) error
	// Reloads counts by name and by what became of a change.
	Reloads *prometheus.CounterVec
	Log     *slog.Logger

	tried [sha256.Size]byte // digest of what was tried last
}

// Run looks at the files until the context ends.
func (r *Reloader) Run(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			_ = r.Check(ctx) // logged and counted
		}
	}
}

// Check looks at the files once, and returns what is wrong with a change.
func (r *Reloader) Check(ctx context.Context) error {
	contents, err := r.read()
	seen := bytes.Join(contents, []byte{0})
	if err != nil {
		seen = []byte(err.Error())
	}
	digest := sha256.Sum256(seen)
	if digest == r.tried {
		return nil
	}
	r.tried = digest
	if err == nil {
		err = r.Load(contents)
	}
	if err != nil {
		r.Reloads.WithLabelValues(r.Name, Refused).Inc()
		r.Log.ErrorContext(ctx, "a file was refused; what was loaded before stays in use", "file", r.Name, "error", err)
		return err
	}
	r.Reloads.WithLabelValues(r.Name, Loaded).Inc()
	r.Log.InfoContext(ctx, "a file was loaded", "file", r.Name)
	return nil
}

func (r *Reloader) read() ([][]byte, error) {
	var contents [][]byte
	for _, name := range r.Files {
		content, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		contents = append(contents, content)
	}
	return contents, nil
}
