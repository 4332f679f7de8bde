package webhookrelay

import (
	"bytes"
	"context"
	"crypto/sha256"
	"log/slog"
	"os"
	"time"
)

// The names of what is reloaded and of what became of it, in metrics and logs.
const (
	routesFile      = "routes"
	certificateFile = "certificate"
	loaded          = "Loaded"
	refused         = "Refused"
)

// reloader takes over what files hold, again each time that it changes. It looks
// at their content: Kubernetes swaps links to whole directories, others write in
// place, and a content that was read is all that counts. A content that cannot be
// used is refused, once, and what was there before stays in use.
type reloader struct {
	name  string // in metrics and logs
	files []string
	// load takes over the files' contents, or says what is wrong with them.
	load    func(contents [][]byte) error
	metrics *metrics
	log     *slog.Logger

	tried [sha256.Size]byte // digest of what was tried last
}

// run looks at the files until the context ends.
func (r *reloader) run(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			_ = r.check(ctx) // logged and counted
		}
	}
}

// check looks at the files once, and returns what is wrong with a change.
func (r *reloader) check(ctx context.Context) error {
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
		err = r.load(contents)
	}
	if err != nil {
		r.metrics.reloads.WithLabelValues(r.name, refused).Inc()
		r.log.ErrorContext(ctx, "a file was refused; what was loaded before stays in use", "file", r.name, "error", err)
		return err
	}
	r.metrics.reloads.WithLabelValues(r.name, loaded).Inc()
	r.log.InfoContext(ctx, "a file was loaded", "file", r.name)
	return nil
}

func (r *reloader) read() ([][]byte, error) {
	var contents [][]byte
	for _, name := range r.files {
		content, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		contents = append(contents, content)
	}
	return contents, nil
}
