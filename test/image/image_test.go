// Package image_test holds the image that `make image` writes to what its manifests
// rely on.
package image_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"debug/elf"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"syscall"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

const (
	release = "v9.8.7-test"
	// largest is how many bytes of the image a node fetches at most.
	largest = 60e6
)

// makeImage has the Makefile build an image, and returns the archive.
func makeImage(t *testing.T) []byte {
	t.Helper()
	directory := t.TempDir()
	t.Logf("%s", runMake(t, "-s", "image", "VERSION="+release, "DIST="+directory))
	archive, err := os.ReadFile(filepath.Join(directory, "shopkeeper.tar"))
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

var made []byte

// image is an image that was made once for all tests.
func image(t *testing.T) []byte {
	t.Helper()
	if made == nil {
		made = makeImage(t)
	}
	return made
}

func runMake(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "make", args...)
	cmd.Dir = testenv.Root()
	cmd.Env = append(os.Environ(), "MAKEFLAGS=") // not those of the make that runs the tests
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("make %v: %v\n%s", args, err, output)
	}
	return string(output)
}

// entries returns the files of a tar archive by their names, and their headers.
func entries(t *testing.T, archive io.Reader) (map[string][]byte, map[string]*tar.Header) {
	t.Helper()
	files, headers := map[string][]byte{}, map[string]*tar.Header{}
	r := tar.NewReader(archive)
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files, headers
		}
		if err != nil {
			t.Fatal(err)
		}
		if files[h.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
		headers[h.Name] = h
	}
}

// settings are what an image says of how it is run.
type settings struct {
	User       string            `json:"User"`
	Entrypoint []string          `json:"Entrypoint"`
	Labels     map[string]string `json:"Labels"`
}

// unpack returns an image's settings, its only layer as it is fetched, and that unpacked.
func unpack(t *testing.T, archive []byte) (settings, []byte, io.Reader) {
	t.Helper()
	g := NewWithT(t)
	files, _ := entries(t, bytes.NewReader(archive))
	var manifest []struct {
		Config   string   `json:"Config"`
		RepoTags []string `json:"RepoTags"`
		Layers   []string `json:"Layers"`
	}
	g.Expect(json.Unmarshal(files["manifest.json"], &manifest)).To(Succeed())
	g.Expect(manifest).To(HaveLen(1))
	g.Expect(manifest[0].RepoTags).To(Equal([]string{"localhost/shopkeeper:dev"}))
	g.Expect(manifest[0].Layers).To(HaveLen(1))
	var config struct {
		Architecture string   `json:"architecture"`
		Config       settings `json:"config"`
	}
	g.Expect(json.Unmarshal(files[manifest[0].Config], &config)).To(Succeed())
	g.Expect(config.Architecture).To(Equal(runtime.GOARCH))
	layer := files[manifest[0].Layers[0]]
	unzipped, err := gzip.NewReader(bytes.NewReader(layer))
	g.Expect(err).NotTo(HaveOccurred())
	return config.Config, layer, unzipped
}

func TestTheImageHoldsOneStaticProgramThatAnybodyMayRun(t *testing.T) {
	g := NewWithT(t)
	how, layer, content := unpack(t, image(t))
	g.Expect(how.User).To(Equal("65532:65532"), "Pod Security wants a number that is not 0")
	g.Expect(how.Entrypoint).To(Equal([]string{"/shopkeeper"}))
	g.Expect(how.Labels).To(HaveKeyWithValue("org.opencontainers.image.version", release))
	g.Expect(len(layer)).To(BeNumerically("<", largest))

	files, headers := entries(t, content)
	g.Expect(files).To(HaveLen(1), "no shell, and nothing else to update")
	g.Expect(headers["shopkeeper"].Mode).To(BeEquivalentTo(0o755))
	program, err := elf.NewFile(bytes.NewReader(files["shopkeeper"]))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(program.Section(".interp")).To(BeNil(), "it would look for a loader that is not there")

	g.Expect(runAlone(t, files["shopkeeper"], "--version")).To(Equal("shopkeeper version " + release + "\n"))
}

// runAlone runs a program in a directory that holds nothing else and that it may not
// write to, as the image's user; where we are not root, as ourselves and with all there is.
func runAlone(t *testing.T, program []byte, args ...string) string {
	t.Helper()
	g := NewWithT(t)
	root := t.TempDir()
	path := filepath.Join(root, "shopkeeper")
	g.Expect(os.WriteFile(path, program, 0o600)).To(Succeed())
	for _, name := range []string{root, path} {
		g.Expect(os.Chmod(name, 0o755)).To(Succeed()) // others are to run it
	}
	run := exec.CommandContext(t.Context(), path, args...)
	if os.Getuid() == 0 {
		run.Path = "/shopkeeper"
		run.Dir, run.Env = "/", []string{}
		run.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
	}
	output, err := run.CombinedOutput()
	g.Expect(err).NotTo(HaveOccurred(), string(output))
	return string(output)
}

func TestTheSameSourceMakesTheSameImage(t *testing.T) {
	g := NewWithT(t)
	g.Expect(bytes.Equal(image(t), makeImage(t))).To(BeTrue())
}

// Docker is not there where this runs, so that the two ways are held together by what
// they say.
func TestTheDockerfileMakesTheSameImage(t *testing.T) {
	g := NewWithT(t)
	how, _, _ := unpack(t, image(t))
	text, err := os.ReadFile(filepath.Join(testenv.Root(), "Dockerfile"))
	g.Expect(err).NotTo(HaveOccurred())
	module, err := os.ReadFile(filepath.Join(testenv.Root(), "go.mod"))
	g.Expect(err).NotTo(HaveOccurred())
	recipe := runMake(t, "-n", "image", "VERSION=$$VERSION")

	toolchain := regexp.MustCompile(`(?m)^toolchain go(\S+)$`).FindStringSubmatch(string(module))[1]
	last := string(text[bytes.LastIndex(text, []byte("\nFROM ")):])
	g.Expect(string(text)).To(ContainSubstring(" golang:" + toolchain + " AS build\n"))
	g.Expect(last).To(HavePrefix("\nFROM scratch\n"))
	g.Expect(last).To(ContainSubstring("\nUSER " + how.User + "\n"))
	g.Expect(last).To(ContainSubstring("\nENTRYPOINT [\"" + how.Entrypoint[0] + "\"]\n"))
	g.Expect(last).To(ContainSubstring("\nCOPY --from=build /shopkeeper /shopkeeper\n"))
	for label, value := range how.Labels {
		if value == release {
			value = "$VERSION"
		}
		g.Expect(last).To(ContainSubstring(label + `="` + value + `"`))
	}
	for _, flag := range []string{`-tags (\S+)`, `-ldflags ['"]([^'"]+)['"]`} {
		given := regexp.MustCompile(flag)
		g.Expect(given.FindStringSubmatch(string(text))[1]).To(Equal(given.FindStringSubmatch(recipe)[1]))
	}
}
