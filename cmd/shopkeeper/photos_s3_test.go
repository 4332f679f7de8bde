package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog/photos"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

// startS3 starts the pinned S3 with a bucket called photos, and returns its address.
func startS3(t *testing.T) string {
	t.Helper()
	g := NewWithT(t)
	root := t.TempDir()
	g.Expect(os.Mkdir(filepath.Join(root, "photos"), 0o700)).To(Succeed())
	port, err := ledgertest.Port(t.Context())
	g.Expect(err).NotTo(HaveOccurred())
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	path, err := exec.CommandContext(t.Context(), "go", "-C", testenv.Root(), "tool", "-n", "-modfile=hack/s3/go.mod", "versitygw").Output()
	g.Expect(err).NotTo(HaveOccurred())
	// The test's own context ends before its clean-up, which would kill it.
	server := exec.CommandContext(context.WithoutCancel(t.Context()), strings.TrimSpace(string(path)),
		"--port", address, "--access", "photographer", "--secret", "photographers-secret", "--quiet",
		"posix", "--sidecar", t.TempDir(), root)
	server.Stdout, server.Stderr = t.Output(), t.Output()
	g.Expect(server.Start()).To(Succeed())
	t.Cleanup(func() {
		g.Expect(server.Process.Signal(syscall.SIGTERM)).To(Succeed())
		_ = server.Wait()
	})
	g.Eventually(func() error {
		connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err != nil {
			return err
		}
		return connection.Close()
	}, soon, 50*time.Millisecond).Should(Succeed())
	return address
}

func TestPhotosMayBeInABucketThatSpeaksS3(t *testing.T) {
	g := NewWithT(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "photographer")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "photographers-secret")
	bucket, leave, err := openPhotos(t.Context(), "s3://photos?region=us-east-1&use_path_style=true&endpoint=http://"+startS3(t))
	g.Expect(err).NotTo(HaveOccurred())
	defer func() { g.Expect(leave()).To(Succeed()) }()

	file, err := os.ReadFile(filepath.Join(testenv.Root(), "config", "samples", "maple-kids", "photos", "MK-1001", "1.jpg"))
	g.Expect(err).NotTo(HaveOccurred())
	store := ledger.Store{Tenant: "client-maple-kids", Name: "maple-kids"}
	photo, err := bucket.Take(t.Context(), store, bytes.NewReader(file))
	g.Expect(err).NotTo(HaveOccurred())
	again, err := bucket.Take(t.Context(), store, bytes.NewReader(file))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(again).To(Equal(photo))
	jpeg, err := bucket.Read(t.Context(), store, photo.Hash)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(jpeg).To(HaveLen(photo.Bytes))
	_, err = bucket.Read(t.Context(), ledger.Store{Tenant: "client-other", Name: "other"}, photo.Hash)
	g.Expect(err).To(MatchError(photos.ErrMissing))
}
