package simulator

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
)

// maxAlt is how many characters an alt text may have (schema, description of
// ALT_VALUE_LIMIT_EXCEEDED).
const maxAlt = 512

// fileFrom reads a new file out of an input: FileCreateInput, FileSetInput and
// CreateMediaInput have these fields in common. An error is what is not modelled.
func fileFrom(r *request, typeName string, in arguments) (f File, wrong []wrongValue, err error) {
	if err := in.only(typeName, "originalSource", "alt", "contentType", "mediaContentType", "filename", "duplicateResolutionMode"); err != nil {
		return f, nil, err
	}
	for _, name := range []string{"contentType", "mediaContentType"} {
		if kind := in.text(name); kind != "" && kind != "IMAGE" {
			return f, nil, notModelled("a file of the kind %s", kind)
		}
	}
	source := sourceOf(in.text("originalSource"))
	if source == nil {
		return f, []wrongValue{{"INVALID_IMAGE_SOURCE_URL", "Image URL is invalid", "originalSource"}}, nil // (?)
	}
	if source.Host != uploadHost {
		return f, nil, notModelled("a file from %s, where stagedUploadsCreate made no place for it,", source.Host)
	}
	if len([]rune(in.text("alt"))) > maxAlt {
		return f, []wrongValue{{"ALT_VALUE_LIMIT_EXCEEDED", "The alt value exceeds the maximum limit of 512 characters.", "alt"}}, nil
	}
	f = File{
		Alt: in.text("alt"), Source: in.text("originalSource"), Filename: orDefault(in.text("filename"), path.Base(source.Path)),
		CreatedAt: r.now, UpdatedAt: r.now, ReadyAt: r.now.Add(time.Duration(r.shop.Catalog.FileProcessing)),
	}
	if r.shop.hasFilename(f.Filename) {
		switch in.text("duplicateResolutionMode") {
		case "RAISE_ERROR":
			return f, []wrongValue{{"FILENAME_ALREADY_EXISTS", "The provided filename already exists.", "filename"}}, nil // (?)
		case "REPLACE":
			return f, nil, notModelled("a file in place of another")
		}
	}
	f.receive(r.shop, source.Path)
	return f, nil, nil
}

// sourceOf is the address of a file; nil for what is none.
func sourceOf(text string) *url.URL {
	source, err := url.Parse(text)
	if err != nil || source.Scheme != "https" && source.Scheme != "http" || source.Host == "" {
		return nil
	}
	return source
}

// receive takes over what was uploaded to a place.
func (f *File) receive(shop *Shop, place string) {
	upload := shop.uploadAt(strings.TrimPrefix(place, "/"))
	switch {
	case upload == nil || upload.Received == nil:
		f.Fault = "IMAGE_DOWNLOAD_FAILURE"
		return
	case upload.Received.MIMEType == "":
		f.Fault = "UNSUPPORTED_IMAGE_FILE_TYPE"
	case upload.Received.Bytes > maxImageBytes:
		f.Fault = "INVALID_IMAGE_FILE_SIZE"
	case upload.Received.Width*upload.Received.Height > maxPixels:
		f.Fault = "INVALID_IMAGE_RESOLUTION"
	}
	f.Image = *upload.Received
}

// What an image of a shop may be
// (https://help.shopify.com/en/manual/products/product-media/product-media-types).
const (
	maxImageBytes = 20 << 20
	maxPixels     = 20_000_000
)

func (s *Shop) hasFilename(name string) bool { return s.indexed().filenames[name] }

// uuid is one that holds a number of the shop's.
func uuid(id uint64) string { return fmt.Sprintf("00000000-0000-4000-8000-%012x", id) }

// addFile adds a file that is complete but for its id. Its name gets something
// at its end where another file has it.
func (r *request) addFile(f File) uint64 {
	f.ID = r.nextID()
	if stem := stemOf(f.Filename); r.shop.hasFilename(f.Filename) {
		f.Filename = fmt.Sprintf("%s_%s%s", stem, uuid(f.ID), strings.TrimPrefix(f.Filename, stem))
	}
	r.shop.indexed().filenames[f.Filename] = true
	r.shop.Files = append(r.shop.Files, f)
	return f.ID
}

// fileIDs reads the ids of files that are there; the first that is not is told.
func fileIDs(r *request, ids []string) (found []uint64, missing string, err error) {
	for _, text := range ids {
		id, ok, err := arguments{"id": text}.id("id", mediaImage)
		if err != nil {
			return nil, "", err
		}
		if !ok || fileByID(r.shop, id) == nil {
			return nil, text, nil
		}
		if !slices.Contains(found, id) {
			found = append(found, id)
		}
	}
	return found, "", nil
}
