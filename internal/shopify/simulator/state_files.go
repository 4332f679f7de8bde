package simulator

import (
	"fmt"
	"time"
)

// CatalogSettings say how long Shopify takes over what it does afterwards. They
// are the simulator's, not Shopify's.
type CatalogSettings struct {
	// FileProcessing is how long a file is not ready: UPLOADED for the first half of
	// it, then PROCESSING.
	FileProcessing Duration `json:"fileProcessing,omitempty"`
	// SearchLag is how long a product that was written is not found by a search as
	// it is now, or if it is new not at all.
	SearchLag Duration `json:"searchLag,omitempty"`
	// BulkOperation is how long a bulk operation runs.
	BulkOperation Duration `json:"bulkOperation,omitempty"`
}

// File is an image of the shop. Other kinds of files are not modelled.
type File struct {
	ID       uint64 `json:"id"`
	Filename string `json:"filename"`
	Alt      string `json:"alt,omitempty"`
	// Source is where Shopify got it from.
	Source string  `json:"source,omitempty"`
	Image  Picture `json:"image"`
	// Fault is a FileErrorCode that says why the file will not be ready; empty for none.
	Fault     string    `json:"fault,omitempty"`
	CreatedAt time.Time `json:"createdAt"`
	// ReadyAt is when Shopify is done with it.
	ReadyAt   time.Time `json:"readyAt,omitzero"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// Picture is what is known of an image's bytes, which are not kept.
type Picture struct {
	// MIMEType is empty for what is no image.
	MIMEType string `json:"mimeType,omitempty"`
	Bytes    int    `json:"bytes"`
	Width    int    `json:"width,omitempty"`
	Height   int    `json:"height,omitempty"`
	// Hash is the SHA-256 of the bytes, in hexadecimal digits.
	Hash string `json:"hash,omitempty"`
}

// StagedUpload is a place for one upload.
type StagedUpload struct {
	ID       uint64 `json:"id"`
	Filename string `json:"filename"`
	MIMEType string `json:"mimeType"`
	// Method is PUT or POST.
	Method    string    `json:"method"`
	ExpiresAt time.Time `json:"expiresAt"`
	// Received is what was uploaded; nil for nothing yet.
	Received *Picture `json:"received,omitempty"`
}

func (f *File) complete(nextID func() uint64, now time.Time) {
	assign(&f.ID, nextID)
	stamp(&f.CreatedAt, now)
	stamp(&f.ReadyAt, now)
	stamp(&f.UpdatedAt, now)
}

func checkFiles(shop *Shop) error {
	files := map[uint64]bool{}
	for _, f := range shop.Files {
		if f.Filename == "" || f.ID != 0 && files[f.ID] {
			return fmt.Errorf("files: the id %d is there twice, or a file has no filename", f.ID)
		}
		files[f.ID] = true
	}
	for _, p := range shop.Products {
		seen := map[uint64]bool{}
		for _, id := range p.Media {
			if !files[id] || seen[id] {
				return fmt.Errorf("products: media %d is no file of the shop, or there twice", id)
			}
			seen[id] = true
		}
	}
	if c := shop.Catalog; c.FileProcessing < 0 || c.SearchLag < 0 || c.BulkOperation < 0 {
		return fmt.Errorf("catalog: want no time below 0")
	}
	return nil
}
