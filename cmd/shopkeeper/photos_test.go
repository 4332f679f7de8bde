package main

import (
	"strings"
	"testing"
)

// TestBucketsAreLinkedIn: what a bucket's URL may be is decided by what the binary holds.
// Without credentials some cannot be opened; they are known all the same.
func TestBucketsAreLinkedIn(t *testing.T) {
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nonexistent")
	cases := map[string]struct {
		reason, url string
		known       bool
	}{
		"s3":    {"Amazon's, and what speaks its protocol", "s3://photos?region=ca-central-1", true},
		"gcs":   {"Google's", "gs://photos", true},
		"azure": {"Microsoft's", "azblob://photos", true},
		"file":  {"a directory", "file://" + t.TempDir(), true},
		"other": {"nobody's", "ftp://photos", false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, done, err := openPhotos(t.Context(), tc.url)
			if err == nil {
				defer func() { _ = done() }()
			}
			if unknown := err != nil && strings.Contains(err.Error(), "no driver registered"); unknown == tc.known {
				t.Errorf("%s: %v", tc.reason, err)
			}
		})
	}
}
