// Command image writes container images as docker archives, where there is no Docker:
//
//	image shopkeeper -o dist/shopkeeper.tar -version v0.1.0 bin/linux/amd64/shopkeeper
//	image postgres -o dist/postgres.tar
//
// The first is the image of the Dockerfile. The same input makes the same image, to
// the digest.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 || (args[0] != "shopkeeper" && args[0] != "postgres") {
		return fmt.Errorf("which image? shopkeeper or postgres")
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	out := flags.String("o", "", "archive to write")
	tag := flags.String("t", "localhost/"+args[0]+":dev", "name and tag of the image")
	version := flags.String("version", "", "release, for the image's label")
	architecture := flags.String("arch", "amd64", "architecture of the binary, as Go calls it")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if *out == "" {
		return fmt.Errorf("-o is missing: name the archive to write")
	}
	var content contents
	var config v1.Config
	var err error
	if args[0] == "postgres" {
		content, config, err = postgres()
	} else {
		content, config, err = shopkeeper(flags.Args(), *version)
	}
	if err != nil {
		return err
	}
	image, err := build(content, config, *architecture)
	if err != nil {
		return err
	}
	return write(image, *out, *tag)
}

// user is who the image's program runs as; Pod Security wants a number.
const user = "65532:65532"

// shopkeeper is the image of the Dockerfile: a static binary and nothing else. Roots of
// trust and time zones are compiled into it.
func shopkeeper(args []string, version string) (contents, v1.Config, error) {
	if len(args) != 1 {
		return nil, v1.Config{}, fmt.Errorf("name one static binary to put into the image")
	}
	binary, err := os.ReadFile(args[0])
	if err != nil {
		return nil, v1.Config{}, err
	}
	return contents{{path: "shopkeeper", mode: 0o755, data: binary}}, v1.Config{
		User: user, Entrypoint: []string{"/shopkeeper"}, WorkingDir: "/",
		Labels: map[string]string{
			"org.opencontainers.image.licenses": "Apache-2.0",
			"org.opencontainers.image.source":   "https://github.com/shopkeeper-dev/shopkeeper",
			"org.opencontainers.image.title":    "Shopkeeper",
			"org.opencontainers.image.version":  version,
		},
	}, nil
}

// build makes an image of one layer. Nothing in it depends on when it is made.
func build(content contents, config v1.Config, architecture string) (v1.Image, error) {
	packed, err := content.pack()
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(packed)), nil },
		tarball.WithCompressionLevel(gzip.BestCompression))
	if err != nil {
		return nil, err
	}
	image, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{Architecture: architecture, OS: "linux", Config: config})
	if err != nil {
		return nil, err
	}
	return mutate.Append(image, mutate.Addendum{Layer: layer, History: v1.History{CreatedBy: "hack/image"}})
}

// write replaces the archive, and says what is in it.
func write(image v1.Image, path, tag string) error {
	ref, err := name.NewTag(tag)
	if err != nil {
		return err
	}
	digest, err := image.Digest()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := tarball.WriteToFile(path+".new", ref, image); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %s, %s, %.1f MB\n", path, tag, digest, float64(info.Size())/1e6)
	return nil
}

// file is a file of an image, or a directory where mode says so. All are root's.
type file struct {
	path string // without a leading slash
	mode os.FileMode
	data []byte
}

type contents []file

// pack writes the files in the order given, without the times that they have here.
func (c contents) pack() ([]byte, error) {
	var packed bytes.Buffer
	w := tar.NewWriter(&packed)
	for _, f := range c {
		h := &tar.Header{Name: f.path, Mode: int64(f.mode.Perm()), Size: int64(len(f.data)), Typeflag: tar.TypeReg, Format: tar.FormatPAX}
		if f.mode.IsDir() {
			h.Typeflag, h.Name = tar.TypeDir, f.path+"/"
		}
		if f.mode&os.ModeSticky != 0 {
			h.Mode |= 0o1000
		}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := w.Write(f.data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}
