package simulator

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	_ "image/gif"  // decoded where it is uploaded
	_ "image/jpeg" // the same
	_ "image/png"  // the same
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"
)

const (
	// uploadHost is where files are uploaded, as public records show it.
	uploadHost = "shopify-staged-uploads.storage.googleapis.com"
	// uploadLife is how long a place is open (?).
	uploadLife = 24 * time.Hour
	// maxUpload is the largest upload that is read, in bytes: more than an image may have.
	maxUpload = 32 << 20
)

// key names an upload in the bucket; the number at the end of its UUID is its id.
func (u *StagedUpload) key(shop uint64) string {
	return fmt.Sprintf("tmp/%d/products/%s/%s", shop, uuid(u.ID), u.Filename)
}

// uploadAt is the upload with a key, or nil.
func (s *Shop) uploadAt(key string) *StagedUpload {
	parts := strings.Split(key, "/")
	if len(parts) != 5 || len(parts[3]) != len(uuid(0)) {
		return nil
	}
	id, err := strconv.ParseUint(parts[3][24:], 16, 64)
	if err != nil {
		return nil
	}
	if u := thingByID(s.StagedUploads, id, func(u *StagedUpload) uint64 { return u.ID }); u != nil && u.key(s.ID) == key {
		return u
	}
	return nil
}

// signature is what lets a request upload to a place. What it stands for keeps
// nobody out: whoever can ask the simulator can have it.
func (u *StagedUpload) signature(shop *Shop) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %s", shop.Domain, u.key(shop.ID), u.Method))
	return hex.EncodeToString(sum[:])
}

// createUploads makes places for images. That it takes no scope is the schema's.
func createUploads(r *request, args arguments) (any, error) {
	var targets []any
	var errors []record
	for open := r.shop.StagedUploads; len(open) > 0 && !r.now.Before(open[0].ExpiresAt); open = r.shop.StagedUploads {
		r.shop.StagedUploads = open[1:]
	}
	for i, in := range args.objects("input") {
		if err := in.only("StagedUploadInput", "filename", "mimeType", "resource", "httpMethod", "fileSize"); err != nil {
			return nil, err
		}
		switch in.text("resource") {
		case "IMAGE", "PRODUCT_IMAGE", "FILE":
		default:
			return nil, notModelled("a staged upload of the resource %s", in.text("resource"))
		}
		u := StagedUpload{
			Filename: path.Base("/" + in.text("filename")), MIMEType: in.text("mimeType"), Method: in.text("httpMethod"), ExpiresAt: r.now.Add(uploadLife),
		}
		if in.text("resource") != "FILE" && !strings.HasPrefix(u.MIMEType, "image/") {
			errors = append(errors, userError("", fmt.Sprintf("input %d: mimeType is not valid", i), "input", strconv.Itoa(i), "mimeType")) // (?)
			continue
		}
		if u.Filename == "/" {
			errors = append(errors, userError("", "filename can't be blank", "input", strconv.Itoa(i), "filename")) // (?)
			continue
		}
		u.ID = r.nextID()
		targets = append(targets, u.target(r.shop))
		r.shop.StagedUploads = append(r.shop.StagedUploads, u)
	}
	if len(errors) > 0 {
		return record{"stagedTargets": nil, "userErrors": anys(errors)}, nil
	}
	return record{"stagedTargets": targets, "userErrors": []any{}}, nil
}

// target says how to upload: by PUT to a signed URL with the parameters' content
// type, or by POST of a form with all parameters and then the file.
func (u *StagedUpload) target(shop *Shop) record {
	key := u.key(shop.ID)
	place := (&url.URL{Scheme: "https", Host: uploadHost, Path: "/" + key}).String()
	parameter := func(name, value string) any { return record{"name": name, "value": value} }
	if u.Method == http.MethodPut {
		query := url.Values{"x-goog-algorithm": {"GOOG4-RSA-SHA256"}, "x-goog-signature": {u.signature(shop)}}
		return record{"url": place + "?" + query.Encode(), "resourceUrl": place, "parameters": []any{
			parameter("content_type", u.MIMEType), parameter("acl", "private"),
		}}
	}
	return record{"url": "https://" + uploadHost + "/", "resourceUrl": place, "parameters": []any{
		parameter("Content-Type", u.MIMEType), parameter("success_action_status", "201"), parameter("acl", "private"),
		parameter("key", key), parameter("x-goog-algorithm", "GOOG4-RSA-SHA256"), parameter("x-goog-signature", u.signature(shop)),
	}}
}

// pictureOf looks at what was uploaded: JPEG, PNG and GIF are images, and
// whether all of it can be decoded is not tried.
func pictureOf(content []byte) Picture {
	sum := sha256.Sum256(content)
	p := Picture{Bytes: len(content), Hash: hex.EncodeToString(sum[:])}
	if config, format, err := image.DecodeConfig(bytes.NewReader(content)); err == nil {
		p.MIMEType, p.Width, p.Height = "image/"+format, config.Width, config.Height
	}
	return p
}
