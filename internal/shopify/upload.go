package shopify

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/admin"
)

// Image is a photo to upload.
type Image struct {
	// Name is what the file is called.
	Name string
	// JPEG is its content.
	JPEG []byte
}

// uploadTimeout bounds the upload of one photo.
const uploadTimeout = time.Minute

// Upload puts photos where Shopify fetches them from, and returns how to name them to
// CreateProduct or AddImages, in the same order. What is not named within a day is
// gone, and nobody sees it before.
func (c *Client) Upload(ctx context.Context, images []Image) (sources []string, err error) {
	const operation = "StageUploads"
	if len(images) == 0 {
		return nil, nil
	}
	var input []*admin.StagedUploadInput
	put := admin.StagedUploadHttpMethodTypePut
	for _, image := range images {
		input = append(input, &admin.StagedUploadInput{
			Filename: image.Name, MimeType: "image/jpeg", HttpMethod: &put, FileSize: new(strconv.Itoa(len(image.JPEG))),
			Resource: admin.StagedUploadTargetGenerateUploadResourceImage,
		})
	}
	reply, err := admin.StageUploads(ctx, c.graphQL(&call{repeatable: true}), input)
	if err != nil {
		return nil, err
	}
	payload := reply.StagedUploadsCreate
	if payload == nil {
		return nil, missing(operation, "payload")
	}
	if err := refused(operation, payload.UserErrors); err != nil {
		return nil, err
	}
	if len(payload.StagedTargets) != len(images) {
		return nil, missing(operation, "target for each photo")
	}
	for i, target := range payload.StagedTargets {
		if target == nil || text(target.Url) == "" || text(target.ResourceUrl) == "" {
			return nil, missing(operation, "url of a target")
		}
		header := http.Header{"Content-Type": {"image/jpeg"}}
		for _, p := range target.Parameters {
			if strings.EqualFold(strings.ReplaceAll(p.Name, "_", "-"), "Content-Type") {
				header.Set("Content-Type", p.Value)
			}
		}
		if err := c.transport.put(ctx, *target.Url, header, images[i].JPEG); err != nil {
			return nil, err
		}
		sources = append(sources, *target.ResourceUrl)
	}
	return sources, nil
}

// storage are the domains of the places that Shopify has files uploaded to
// (https://shopify.dev/docs/apps/build/online-store/product-media).
var storage = []string{".storage.googleapis.com", ".shopify.com", ".amazonaws.com"}

// put uploads a file. It carries no token, and follows no redirect.
func (t *transport) put(ctx context.Context, address string, header http.Header, body []byte) error {
	const operation = "Upload"
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil || !inStorage(u.Hostname()) {
		return &Error{Kind: Unavailable, Operation: operation, Message: "the reply names a place for uploads that is not Shopify's"}
	}
	ctx, cancel := context.WithTimeout(ctx, uploadTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, address, bytes.NewReader(body))
	if err != nil {
		return unreachable(operation, err)
	}
	req.Header = header
	resp, err := t.route.send(req)
	if err != nil {
		return unreachable(operation, err)
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return &Error{Kind: Unavailable, Operation: operation, Message: fmt.Sprintf("the place for uploads answers %d", resp.StatusCode), status: resp.StatusCode}
	}
	return nil
}

func inStorage(host string) bool {
	for _, domain := range storage {
		if strings.HasSuffix(host, domain) {
			return true
		}
	}
	return false
}
