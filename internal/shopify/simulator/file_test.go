package simulator

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

const (
	stageDocument = `mutation Stage($input: [StagedUploadInput!]!) {
  stagedUploadsCreate(input: $input) { stagedTargets { url resourceUrl parameters { name value } } userErrors { field message } }
}`
	createFilesDocument = `mutation CreateFiles($files: [FileCreateInput!]!) {
  fileCreate(files: $files) { files { id fileStatus alt } userErrors { field message code } }
}`
	updateFilesDocument = `mutation UpdateFiles($files: [FileUpdateInput!]!) {
  fileUpdate(files: $files) { files { id alt fileStatus } userErrors { field message code } }
}`
	deleteFilesDocument = `mutation DeleteFiles($ids: [ID!]!) {
  fileDelete(fileIds: $ids) { deletedFileIds userErrors { field message code } }
}`
	filesDocument = `query Files($query: String, $after: String) {
  files(first: 50, after: $after, query: $query, sortKey: ID) {
    nodes { id alt createdAt fileStatus fileErrors { code message } ... on MediaImage { image { url width height } originalSource { fileSize } } }
    pageInfo { hasNextPage endCursor }
  }
}`
	mediaDocument = `query Media($id: ID!) {
  product(id: $id) { mediaCount { count } featuredMedia { id } media(first: 10) { nodes { id alt status mediaContentType mediaErrors { code message } ... on MediaImage { image { url } } } } }
}`
)

// photo is a JPEG of some size in pixels.
func photo(width, height int) []byte {
	var text bytes.Buffer
	if err := jpeg.Encode(&text, image.NewGray(image.Rect(0, 0, width, height)), nil); err != nil {
		panic(err)
	}
	return text.Bytes()
}

// newGallery is a catalog whose app may see and delete files.
func newGallery(t *testing.T) *world {
	t.Helper()
	w := newCatalog(t)
	w.update(func(s *Shop) {
		s.Apps[0].Scopes = append(s.Apps[0].Scopes, "read_files", "write_files")
		s.Catalog.FileProcessing = Duration(10 * time.Second)
	})
	return w
}

// stage asks for a place and returns what Shopify tells of it.
func (w *world) stage(version, filename, method string) map[string]any {
	a := w.askAs("shpat_maple-kids", version, stageDocument, map[string]any{"input": []any{map[string]any{
		"filename": filename, "mimeType": "image/jpeg", "resource": "IMAGE", "httpMethod": method, "fileSize": "1000",
	}}})
	w.Expect(a.at("data.stagedUploadsCreate.userErrors")).To(BeEmpty(), a.text)
	return a.at("data.stagedUploadsCreate.stagedTargets.0").(map[string]any)
}

// upload sends a file to its place as Shopify says, and returns status and body.
func (w *world) upload(target map[string]any, method, contentType string, content []byte) (int, string) {
	address := strings.Replace(target["url"].(string), "https://"+uploadHost, w.server.URL, 1)
	var body io.Reader = bytes.NewReader(content)
	if method == http.MethodPost {
		var form bytes.Buffer
		writer := multipart.NewWriter(&form)
		for _, p := range target["parameters"].([]any) {
			w.Expect(writer.WriteField(p.(map[string]any)["name"].(string), p.(map[string]any)["value"].(string))).To(Succeed())
		}
		part, err := writer.CreateFormFile("file", "photo.jpg")
		w.Expect(err).NotTo(HaveOccurred())
		_, _ = part.Write(content)
		w.Expect(writer.Close()).To(Succeed())
		body, contentType = &form, writer.FormDataContentType()
	}
	req, err := http.NewRequest(method, address, body)
	w.Expect(err).NotTo(HaveOccurred())
	req.Host = uploadHost
	req.Header.Set("Content-Type", contentType)
	resp, err := w.server.Client().Do(req)
	w.Expect(err).NotTo(HaveOccurred())
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	w.Expect(err).NotTo(HaveOccurred())
	return resp.StatusCode, string(text)
}

// uploaded is the address of a photo that was uploaded.
func (w *world) uploaded(filename string, content []byte) any {
	target := w.stage(latest, filename, http.MethodPut)
	status, text := w.upload(target, http.MethodPut, "image/jpeg", content)
	w.Expect(status).To(Equal(http.StatusOK), text)
	return target["resourceUrl"]
}

func TestUploads(t *testing.T) {
	cases := map[string]struct {
		reason      string
		asked, sent string // methods
		contentType string
		wait        time.Duration
		spoil       string // in the URL
		status      int
		code        string
		received    bool
	}{
		"put":          {reason: "a photo is put where Shopify says", asked: "PUT", sent: "PUT", contentType: "image/jpeg", status: 200, received: true},
		"post":         {reason: "or posted with the parameters", asked: "POST", sent: "POST", status: 201, received: true},
		"other method": {reason: "not otherwise", asked: "POST", sent: "PUT", contentType: "image/jpeg", status: 403, code: "AccessDenied"},
		"other type":   {reason: "the type is signed", asked: "PUT", sent: "PUT", contentType: "image/png", status: 403, code: "SignatureDoesNotMatch"},
		"late":         {reason: "a place closes", asked: "PUT", sent: "PUT", contentType: "image/jpeg", wait: 25 * time.Hour, status: 400, code: "ExpiredToken"},
		"unsigned":     {reason: "and is not open to others", asked: "PUT", sent: "PUT", contentType: "image/jpeg", spoil: "x-goog-signature", status: 403, code: "SignatureDoesNotMatch"},
		"elsewhere":    {reason: "there is no other", asked: "PUT", sent: "PUT", contentType: "image/jpeg", spoil: "/tmp/1", status: 403, code: "AccessDenied"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newGallery(t)
			target := w.stage(latest, "boots.jpg", tc.asked)
			w.Expect(target["resourceUrl"]).To(HaveSuffix("/boots.jpg"))
			if tc.spoil != "" {
				target["url"] = strings.Replace(target["url"].(string), tc.spoil, tc.spoil+"9", 1)
			}
			w.time = w.time.Add(tc.wait)
			status, text := w.upload(target, tc.sent, tc.contentType, photo(40, 30))
			w.Expect(status).To(Equal(tc.status), tc.reason+text)
			w.Expect(text).To(ContainSubstring(tc.code))
			received := w.shop().StagedUploads[0].Received
			w.Expect(received != nil).To(Equal(tc.received))
			if tc.received {
				w.Expect(*received).To(And(HaveField("MIMEType", "image/jpeg"), HaveField("Width", 40), HaveField("Height", 30)))
				w.Expect(w.sim.Calls(CallFilter{Operation: tc.sent + " staged upload", Shop: maple})).To(HaveLen(1))
			}
		})
	}
}

// TestFilesAreProcessed follows a file in every version from its upload to its end.
func TestFilesAreProcessed(t *testing.T) {
	for _, version := range schema.Versions {
		t.Run(version, func(t *testing.T) {
			w := newGallery(t)
			ask := func(document string, variables map[string]any) answer {
				t.Helper()
				a := w.askAs("shpat_maple-kids", version, document, variables)
				w.Expect(a.at("errors")).To(BeNil(), a.text)
				return a
			}
			target := w.stage(version, "boots.jpg", http.MethodPost)
			status, text := w.upload(target, http.MethodPost, "", photo(40, 30))
			w.Expect(status).To(Equal(http.StatusCreated), text)
			a := ask(createFilesDocument, map[string]any{"files": []any{
				map[string]any{"originalSource": target["resourceUrl"], "alt": "Green boots", "contentType": "IMAGE"},
				map[string]any{"originalSource": w.uploaded("boots.jpg", []byte("no photo")), "contentType": "IMAGE"},
				map[string]any{"originalSource": w.stage(version, "never.jpg", "PUT")["resourceUrl"], "contentType": "IMAGE"},
			}})
			w.Expect(a.at("data.fileCreate.userErrors")).To(BeEmpty(), a.text)
			id := a.at("data.fileCreate.files.0.id")
			for after, want := range map[time.Duration][]any{
				0: {"UPLOADED", "UPLOADED", "UPLOADED"}, 5 * time.Second: {"PROCESSING", "PROCESSING", "PROCESSING"}, 10 * time.Second: {"READY", "FAILED", "FAILED"},
			} {
				then := w.time
				w.time = w.time.Add(after)
				a = ask(filesDocument, nil)
				for i := range want {
					w.Expect(a.at(fmt.Sprintf("data.files.nodes.%d.fileStatus", i))).To(Equal(want[i]), fmt.Sprint(after, a.text))
				}
				w.time = then
			}
			a = ask(updateFilesDocument, map[string]any{"files": []any{map[string]any{"id": id, "alt": "Boots"}}})
			w.Expect(a.at("data.fileUpdate.userErrors.0.code")).To(Equal("NON_READY_STATE"), a.text)
			w.time = w.time.Add(10 * time.Second)
			a = ask(filesDocument, nil)
			w.Expect(a.at("data.files.nodes.0.image")).To(And(HaveKeyWithValue("width", 40.0), HaveKeyWithValue("url", HaveSuffix("/files/boots.jpg?v=1795424400"))))
			w.Expect(a.at("data.files.nodes.1.fileErrors.0.code")).To(Equal("UNSUPPORTED_IMAGE_FILE_TYPE"))
			w.Expect(a.at("data.files.nodes.2.fileErrors.0.code")).To(Equal("IMAGE_DOWNLOAD_FAILURE"))
			a = ask(filesDocument, map[string]any{"query": "filename:boots AND status:ready AND used_in:none"})
			w.Expect(a.at("data.files.nodes")).To(HaveLen(1), a.text)
			a = ask(updateFilesDocument, map[string]any{"files": []any{map[string]any{"id": id, "alt": "Boots"}}})
			w.Expect(a.at("data.fileUpdate.files.0.alt")).To(Equal("Boots"), a.text)
			a = ask(deleteFilesDocument, map[string]any{"ids": []any{id, gid("MediaImage", 1)}})
			w.Expect(a.at("data.fileDelete.userErrors.0.code")).To(Equal("FILE_DOES_NOT_EXIST"), a.text)
			w.Expect(w.shop().Files).To(HaveLen(3), "all or none")
			a = ask(deleteFilesDocument, map[string]any{"ids": []any{id}})
			w.Expect(a.at("data.fileDelete.deletedFileIds")).To(Equal([]any{id}), a.text)
			w.Expect(w.shop().Files).To(HaveLen(2))
		})
	}
}

// TestPhotosOfProducts: productSet shows what its list says, updates add, and what
// a product no longer shows is an orphan that `files` finds.
func TestPhotosOfProducts(t *testing.T) {
	for _, version := range schema.Versions {
		t.Run(version, func(t *testing.T) {
			w := newGallery(t)
			set := func(files ...any) answer {
				t.Helper()
				a := w.askAs("shpat_maple-kids", version, setProductDocument, map[string]any{"identifier": byCustomID("7"), "input": boots(map[string]any{"files": files})})
				w.Expect(a.at("data.productSet.userErrors")).To(BeEmpty(), a.text)
				return a
			}
			source := func(name string) any {
				return map[string]any{"originalSource": w.uploaded(name, photo(4, 3)), "alt": name, "contentType": "IMAGE"}
			}
			shown := func(id any) []any {
				t.Helper()
				a := w.askAs("shpat_maple-kids", version, mediaDocument, map[string]any{"id": id})
				w.Expect(a.at("errors")).To(BeNil(), a.text)
				names := []any{}
				for _, n := range a.at("data.product.media.nodes").([]any) {
					names = append(names, n.(map[string]any)["alt"])
				}
				w.Expect(a.at("data.product.mediaCount.count")).To(Equal(float64(len(names))))
				return names
			}
			orphans := func() []any {
				t.Helper()
				return w.askAs("shpat_maple-kids", version, filesDocument, map[string]any{"query": "used_in:none"}).at("data.files.nodes").([]any)
			}
			a := set(source("front.jpg"), source("back.jpg"))
			id := a.at("data.productSet.product.id")
			w.Expect(shown(id)).To(Equal([]any{"front.jpg", "back.jpg"}))
			w.Expect(orphans()).To(BeEmpty())

			front := gid("MediaImage", w.shop().Products[0].Media[0])
			set(source("side.jpg"), map[string]any{"id": front})
			w.Expect(shown(id)).To(Equal([]any{"side.jpg", "front.jpg"}), "in the list's order")
			w.Expect(orphans()).To(HaveLen(1), "what the list left out")
			a = w.askAs("shpat_maple-kids", version, setProductDocument, map[string]any{"identifier": byCustomID("7"), "input": boots(nil)})
			w.Expect(shown(id)).To(HaveLen(2), "no list changes nothing"+a.text)

			a = w.askAs("shpat_maple-kids", version, `mutation ($product: ProductUpdateInput!, $media: [CreateMediaInput!]) { productUpdate(product: $product, media: $media) { userErrors { message } } }`,
				map[string]any{"product": map[string]any{"id": id}, "media": []any{map[string]any{"originalSource": w.uploaded("sole.jpg", photo(4, 3)), "alt": "sole.jpg", "mediaContentType": "IMAGE"}}})
			w.Expect(a.at("data.productUpdate.userErrors")).To(BeEmpty(), a.text)
			w.Expect(shown(id)).To(Equal([]any{"side.jpg", "front.jpg", "sole.jpg"}), "an update adds")

			w.time = w.time.Add(time.Minute)
			a = w.askAs("shpat_maple-kids", version, updateFilesDocument, map[string]any{"files": []any{
				map[string]any{"id": front, "referencesToRemove": []any{id}}, map[string]any{"id": orphans()[0].(map[string]any)["id"], "referencesToAdd": []any{id}},
			}})
			w.Expect(a.at("data.fileUpdate.userErrors")).To(BeEmpty(), a.text)
			w.Expect(shown(id)).To(Equal([]any{"side.jpg", "sole.jpg", "back.jpg"}))

			w.askAs("shpat_maple-kids", version, deleteProductDocument, map[string]any{"id": id})
			w.Expect(w.shop().Files).To(HaveLen(1), "a product takes its photos along, the orphan stays")
		})
	}
}

func TestFilesAreRefused(t *testing.T) {
	cases := map[string]struct {
		reason, document string
		variables        func(w *world) map[string]any
		path             string // of the first userError
		want             map[string]any
		code             string // of an error
	}{
		"no URL": {reason: "a file comes from somewhere", document: createFilesDocument, path: "data.fileCreate",
			variables: func(*world) map[string]any {
				return map[string]any{"files": []any{map[string]any{"originalSource": "boots"}}}
			},
			want: map[string]any{"code": "INVALID_IMAGE_SOURCE_URL", "field": []any{"files", "0", "originalSource"}, "message": "Image URL is invalid"}},
		"elsewhere": {reason: "the simulator fetches nothing", document: createFilesDocument, code: "NOT_MODELLED",
			variables: func(*world) map[string]any {
				return map[string]any{"files": []any{map[string]any{"originalSource": "https://photos.example/boots.jpg"}}}
			}},
		"video": {reason: "and knows images only", document: createFilesDocument, code: "NOT_MODELLED",
			variables: func(w *world) map[string]any {
				return map[string]any{"files": []any{map[string]any{"originalSource": w.uploaded("a.jpg", nil), "contentType": "VIDEO"}}}
			}},
		"alt": {reason: "512 characters at most", document: createFilesDocument, path: "data.fileCreate",
			variables: func(w *world) map[string]any {
				return map[string]any{"files": []any{map[string]any{"originalSource": w.uploaded("a.jpg", nil), "alt": strings.Repeat("é", 513)}}}
			},
			want: map[string]any{"code": "ALT_VALUE_LIMIT_EXCEEDED", "field": []any{"files", "0", "alt"}, "message": "The alt value exceeds the maximum limit of 512 characters."}},
		"no file": {reason: "a product shows what is there", document: setProductDocument, path: "data.productSet",
			variables: func(*world) map[string]any {
				return map[string]any{"identifier": byCustomID("7"), "input": boots(map[string]any{"files": []any{map[string]any{"id": gid("MediaImage", 1)}}})}
			},
			want: map[string]any{"code": "INVALID_INPUT", "field": []any{"input", "files", "0", "id"}, "message": "File id gid://shopify/MediaImage/1 does not exist."}},
		"no photo": {reason: "a place is for a type", document: stageDocument, path: "data.stagedUploadsCreate",
			variables: func(*world) map[string]any {
				return map[string]any{"input": []any{map[string]any{"filename": "a.txt", "mimeType": "text/plain", "resource": "IMAGE"}}}
			},
			want: map[string]any{"field": []any{"input", "0", "mimeType"}, "message": "input 0: mimeType is not valid"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newGallery(t)
			a := w.ask(tc.document, tc.variables(w))
			if tc.code != "" {
				w.Expect(a.at("errors.0.extensions.code")).To(Equal(tc.code), a.text)
			} else {
				w.Expect(a.at(tc.path+".userErrors.0")).To(Equal(tc.want), tc.reason+a.text)
			}
			w.Expect(w.shop().Files).To(BeEmpty())
			w.Expect(w.shop().Products).To(BeEmpty())
		})
	}
	w := newCatalog(t)
	a := w.ask(filesDocument, nil)
	w.Expect(a.at("errors.0.extensions.code")).To(Equal("ACCESS_DENIED"), "files take a scope"+a.text)
}
