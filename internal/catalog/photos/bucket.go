package photos

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/gcerrors"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Bucket is where pictures are kept. It is safe for concurrent use; however many
// photos come at once, it has a bounded amount of memory in hand.
type Bucket struct {
	blobs *blob.Bucket
	hands hands
}

// Photo is a picture in the bucket.
type Photo struct {
	// Hash is the SHA-256 of the stored JPEG, in hex.
	Hash string
	// Width and Height are in pixels, Bytes is the size of the stored JPEG.
	Width, Height, Bytes int
}

// ErrMissing is what reading a photo returns that is not in the bucket as it was put there.
var ErrMissing = errors.New("the photo is not in the bucket, or is not as it was: remove it from the item, and take it in again")

// Open opens a bucket by its URL, such as file:///var/lib/shopkeeper/photos. For
// another scheme its driver has to be linked in, as the command does for s3://, gs://
// and azblob://.
func Open(ctx context.Context, address string) (*Bucket, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the photos' URL cannot be read: give file:///path/to/directory, or a bucket's such as s3://name")
	}
	if u.Scheme == fileblob.Scheme {
		u = directory(u)
	}
	blobs, err := blob.OpenBucket(ctx, u.String())
	if err != nil {
		return nil, fmt.Errorf("opening the bucket of photos: %w", err)
	}
	return &Bucket{blobs: blobs, hands: newHands()}, nil
}

// directory has the directory made for us alone, and files renamed within it; what
// gocloud would note beside each is the same for all. What the URL says itself stays.
func directory(u *url.URL) *url.URL {
	query := u.Query()
	for name, value := range map[string]string{"create_dir": "true", "dir_file_mode": "0700", "no_tmp_dir": "true", "metadata": "skip"} {
		if !query.Has(name) {
			query.Set(name, value)
		}
	}
	made := *u
	made.RawQuery = query.Encode()
	return &made
}

// Close lets go of the bucket.
func (b *Bucket) Close() error { return b.blobs.Close() }

// Take takes a photo in: it reads the file, makes the picture and puts it into the
// bucket, unless it is there. It waits while as many are in hand as there may be. A
// photo that is not taken is a *RefusedError. Who reads from the network bounds how
// long that may take: a photo that trickles in keeps its place meanwhile.
func (b *Bucket) Take(ctx context.Context, store ledger.Store, file io.Reader) (Photo, error) {
	var photo Photo
	err := b.hands.hold(ctx, func() error {
		p, err := b.makePicture(ctx, file)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(p.jpeg)
		hash := hex.EncodeToString(sum[:])
		if err := b.put(ctx, store, hash, p.jpeg); err != nil {
			return err
		}
		photo = Photo{Hash: hash, Width: p.size.X, Height: p.size.Y, Bytes: len(p.jpeg)}
		return nil
	})
	return photo, err
}

func (b *Bucket) makePicture(ctx context.Context, file io.Reader) (p picture, err error) {
	// One byte more than may be tells that there is more.
	data, err := io.ReadAll(io.LimitReader(file, MaxBytes+1))
	if err != nil {
		return picture{}, fmt.Errorf("reading the photo: %w", err)
	}
	h, err := readHeader(data)
	if err != nil {
		return picture{}, err
	}
	err = b.hands.work(ctx, h.memory, func() error {
		p, err = h.picture(data)
		return err
	})
	return p, err
}

// put stores a picture. One that is there is left alone; one that is there in part,
// because a machine stopped, is written again.
func (b *Bucket) put(ctx context.Context, store ledger.Store, hash string, jpeg []byte) error {
	key, err := keyOf(store, hash)
	if err != nil {
		return err
	}
	attributes, err := b.blobs.Attributes(ctx, key)
	if err == nil && attributes.Size == int64(len(jpeg)) {
		return nil
	}
	if err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return fmt.Errorf("looking for the photo: %w", err)
	}
	if err := b.write(ctx, key, jpeg); err != nil {
		return fmt.Errorf("storing the photo: %w", err)
	}
	return nil
}

// write returns once a picture is stored for good: a service answers then, and a
// directory is told to put it on the disk.
func (b *Bucket) write(ctx context.Context, key string, jpeg []byte) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var file *os.File
	w, err := b.blobs.NewWriter(ctx, key, &blob.WriterOptions{
		ContentType: "image/jpeg",
		BeforeWrite: func(as func(any) bool) error { as(&file); return nil },
	})
	if err != nil {
		return err
	}
	_, err = io.Copy(w, bytes.NewReader(jpeg))
	if err == nil && file != nil {
		err = file.Sync()
	}
	if err != nil {
		cancel() // so that Close stores nothing
	}
	if err = errors.Join(err, w.Close()); err != nil || file == nil {
		return err
	}
	return syncDirectory(filepath.Dir(file.Name()))
}

// syncDirectory puts a directory's new names on the disk.
func syncDirectory(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Read returns the JPEG of a photo of the store, and no other's; ErrMissing where
// there is none, or not the one that was put there.
func (b *Bucket) Read(ctx context.Context, store ledger.Store, hash string) ([]byte, error) {
	key, err := keyOf(store, hash)
	if err != nil {
		return nil, err
	}
	jpeg, err := b.blobs.ReadAll(ctx, key)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, ErrMissing
	}
	if err != nil {
		return nil, fmt.Errorf("reading the photo: %w", err)
	}
	if sum := sha256.Sum256(jpeg); hex.EncodeToString(sum[:]) != hash {
		return nil, ErrMissing
	}
	return jpeg, nil
}

var (
	// named is what a namespace or a store may be called: nothing that leads elsewhere.
	named  = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`)
	hashed = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// keyOf is where a photo is in the bucket. The store is part of it, so that nobody
// learns by taking in a photo whether another has it.
func keyOf(store ledger.Store, hash string) (string, error) {
	if !named.MatchString(store.Tenant) || !named.MatchString(store.Name) {
		return "", fmt.Errorf("photos: %q is no store", store)
	}
	if !hashed.MatchString(hash) {
		return "", ErrMissing
	}
	return path.Join("photos", store.Tenant, store.Name, hash[:2], hash+".jpg"), nil
}
