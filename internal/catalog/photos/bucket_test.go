package photos

import (
	"bytes"
	"context"
	"errors"
	"image/color"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	_ "gocloud.dev/blob/memblob" // mem://

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

var (
	maple = ledger.Store{Tenant: "client-maple-kids", Name: "maple-kids"}
	bees  = ledger.Store{Tenant: "client-thrifty-bees", Name: "thrifty-bees"}
)

// fixed is long ago.
var fixed = time.Date(2027, time.April, 1, 9, 0, 0, 0, time.UTC)

func open(t *testing.T, url string) *Bucket {
	t.Helper()
	b, err := Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func taken(t *testing.T, b *Bucket, store ledger.Store, file []byte) Photo {
	t.Helper()
	p, err := b.Take(t.Context(), store, bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTake(t *testing.T) {
	file := encodePNG(t, quarters(4000, 30, [4]color.NRGBA{red, green, blue, white}))
	for name, url := range map[string]string{"memory": "mem://", "directory": "file://" + filepath.Join(t.TempDir(), "made", "for us")} {
		t.Run(name, func(t *testing.T) {
			b := open(t, url)
			p := taken(t, b, maple, file)
			if p.Width != Side || p.Height != 15 {
				t.Errorf("it is %d × %d", p.Width, p.Height)
			}
			if again := taken(t, b, maple, file); again != p {
				t.Errorf("once more, and it is %v instead of %v", again, p)
			}
			jpeg, err := b.Read(t.Context(), maple, p.Hash)
			if err != nil || len(jpeg) != p.Bytes {
				t.Errorf("%d bytes instead of %d: %v", len(jpeg), p.Bytes, err)
			}
			// Whoever knows the hash, from a photo of their own or otherwise, learns nothing.
			for _, store := range []ledger.Store{bees, {Tenant: maple.Tenant, Name: bees.Name}, {Tenant: bees.Tenant, Name: maple.Name}} {
				if _, err := b.Read(t.Context(), store, p.Hash); !errors.Is(err, ErrMissing) {
					t.Errorf("%s reads it: %v", store, err)
				}
			}
			if other := taken(t, b, bees, file); other != p {
				t.Errorf("the other's is %v instead of %v", other, p)
			}
		})
	}
}

// stored are the files in a directory, and when each was written.
func stored(t *testing.T, directory string) map[string]int64 {
	t.Helper()
	list := map[string]int64{}
	err := filepath.WalkDir(directory, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == directory {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if e.IsDir() && info.Mode().Perm() != 0o700 {
			t.Errorf("%s is open to others: %v", path, info.Mode())
		}
		if !e.IsDir() {
			name, err := filepath.Rel(directory, path)
			list[name] = info.ModTime().UnixNano()
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestWhereItIsStored(t *testing.T) {
	directory := t.TempDir()
	b := open(t, "file://"+directory)
	file := encodePNG(t, quarters(64, 64, [4]color.NRGBA{red, green, blue, white}))
	hash := taken(t, b, maple, file).Hash
	taken(t, b, bees, file)
	first := stored(t, directory)
	for _, name := range []string{
		"photos/client-maple-kids/maple-kids/" + hash[:2] + "/" + hash + ".jpg",
		"photos/client-thrifty-bees/thrifty-bees/" + hash[:2] + "/" + hash + ".jpg",
	} {
		if _, there := first[name]; !there || len(first) != 2 {
			t.Errorf("%s is not there, or not alone: %v", name, first)
		}
		if err := os.Chtimes(filepath.Join(directory, name), fixed, fixed); err != nil {
			t.Fatal(err)
		}
	}
	taken(t, b, maple, file)
	for name, written := range stored(t, directory) {
		if written != fixed.UnixNano() {
			t.Errorf("%s was there, and was written again", name)
		}
	}
}

func TestWhatIsNotAsItWas(t *testing.T) {
	directory := t.TempDir()
	b := open(t, "file://"+directory)
	file := encodePNG(t, quarters(64, 64, [4]color.NRGBA{red, green, blue, white}))
	p := taken(t, b, maple, file)
	at := filepath.Join(directory, "photos", maple.Tenant, maple.Name, p.Hash[:2], p.Hash+".jpg")
	whole, err := os.ReadFile(at)
	if err != nil {
		t.Fatal(err)
	}
	other := bytes.Clone(whole)
	other[len(other)/2] ^= 1
	for name, content := range map[string][]byte{"cut": whole[:10], "empty": {}, "other": other} {
		if err := os.WriteFile(at, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Read(t.Context(), maple, p.Hash); !errors.Is(err, ErrMissing) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.WriteFile(at, whole[:10], 0o600); err != nil {
		t.Fatal(err)
	}
	taken(t, b, maple, file)
	if jpeg, err := b.Read(t.Context(), maple, p.Hash); err != nil || !bytes.Equal(jpeg, whole) {
		t.Errorf("taken in again, it is not as it was: %v", err)
	}
}

func TestNames(t *testing.T) {
	hash := strings.Repeat("0a", 32)
	for name, c := range map[string]struct {
		reason string
		store  ledger.Store
		hash   string
		good   bool
	}{
		"usual":        {"a namespace and a name", maple, hash, true},
		"dots":         {"a store's name may have them", ledger.Store{Tenant: "a", Name: "shop.a..b"}, hash, true},
		"up":           {"it leads to another's", ledger.Store{Tenant: "..", Name: "x"}, hash, false},
		"here":         {"it leads to a shorter path", ledger.Store{Tenant: ".", Name: "x"}, hash, false},
		"slash":        {"it leads to another's", ledger.Store{Tenant: "a/b", Name: "x"}, hash, false},
		"no tenant":    {"it is nobody's", ledger.Store{Name: "x"}, hash, false},
		"no store":     {"it is nobody's", ledger.Store{Tenant: "x"}, hash, false},
		"short hash":   {"no hash", maple, "0a", false},
		"path as hash": {"it comes from a URL", maple, "../../../client-thrifty-bees/thrifty-bees/0a/" + hash, false},
		"upper case":   {"one photo has one name", maple, strings.ToUpper(hash), false},
	} {
		t.Run(name, func(t *testing.T) {
			if key, err := keyOf(c.store, c.hash); (err == nil) != c.good {
				t.Errorf("%s: %q, %v", c.reason, key, err)
			}
		})
	}
}

func TestOpenBucket(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, url := range map[string]string{
		"no URL": "://", "no scheme": "/var/lib/photos", "not linked in": "s3://photos", "no directory": "file://" + file, "no such option": "file:///tmp?color=red",
	} {
		t.Run(name, func(t *testing.T) {
			if b, err := Open(t.Context(), url); err == nil {
				t.Errorf("it was opened: %v", b.Close())
			}
		})
	}
}

// TestBodiesInHand holds that no more files are read at a time than may be, and that
// those who wait get their turn.
func TestBodiesInHand(t *testing.T) {
	file := encodeJPEG(t, quarters(16, 16, [4]color.NRGBA{red, green, blue, white}))
	synctest.Test(t, func(t *testing.T) {
		b := open(t, "mem://")
		const photos = maxHeld + 5
		reading, ended := 0, 0
		sent := make([]io.WriteCloser, photos)
		for i := range photos {
			r, w := io.Pipe()
			sent[i] = w
			go func() {
				if _, err := b.Take(t.Context(), maple, &first{Reader: r, read: func() { reading++ }}); err != nil {
					t.Error(err)
				}
				ended++
			}()
			synctest.Wait()
		}
		if reading != maxHeld {
			t.Errorf("%d are being read, want %d", reading, maxHeld)
		}
		ctx, stop := context.WithCancel(t.Context())
		stop()
		if _, err := b.Take(ctx, maple, bytes.NewReader(file)); !errors.Is(err, context.Canceled) {
			t.Errorf("one that cannot wait: %v", err)
		}
		for i, w := range sent {
			if _, err := w.Write(file); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if ended != i+1 || reading != min(photos, maxHeld+i+1) {
				t.Fatalf("%d were sent: %d have ended, and %d been read", i+1, ended, reading)
			}
		}
	})
}

// first tells of the first read.
type first struct {
	io.Reader
	read func()
}

func (f *first) Read(p []byte) (int, error) {
	if f.read != nil {
		f.read()
		f.read = nil
	}
	return f.Reader.Read(p)
}

// TestTooMuchIsNotRead holds that a file without end is given up.
func TestTooMuchIsNotRead(t *testing.T) {
	endless := &counting{}
	_, err := open(t, "mem://").Take(t.Context(), maple, endless)
	if reasonOf(err) != TooLarge || endless.n > MaxBytes+1 {
		t.Errorf("after %d bytes: %v", endless.n, err)
	}
}

type counting struct{ n int }

func (c *counting) Read(p []byte) (int, error) {
	c.n += len(p)
	return len(p), nil
}
