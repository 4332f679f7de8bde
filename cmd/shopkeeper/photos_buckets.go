package main

// The buckets that photos may be kept in, besides a directory: S3 and what speaks its
// protocol, Google's and Azure's.
import (
	_ "gocloud.dev/blob/azureblob"
	_ "gocloud.dev/blob/gcsblob"
	_ "gocloud.dev/blob/s3blob"
)
