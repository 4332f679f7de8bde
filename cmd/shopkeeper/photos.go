package main

import (
	"context"
	"fmt"

	_ "gocloud.dev/blob/azureblob" // azblob://
	_ "gocloud.dev/blob/gcsblob"   // gs://
	_ "gocloud.dev/blob/s3blob"    // s3://, and what speaks its protocol

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog/photos"
)

const photosUsage = "where the photos of items are kept: file:///path/to/directory, or a bucket such as s3://name?region=..., gs://name or azblob://container; the console's and the manager's are the same"

// openPhotos opens the bucket that --photos names, and returns how to close it; nil
// where it names none.
func openPhotos(ctx context.Context, url string) (*photos.Bucket, func() error, error) {
	if url == "" {
		return nil, func() error { return nil }, nil
	}
	bucket, err := photos.Open(ctx, url)
	if err != nil {
		return nil, nil, fmt.Errorf("--photos: %w", err)
	}
	return bucket, bucket.Close, nil
}
