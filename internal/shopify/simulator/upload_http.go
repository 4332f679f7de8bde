package simulator

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// xmlPage is a body of XML.
type xmlPage string

// uploadRoutes serve the bucket that staged uploads go to.
func (s *Simulator) uploadRoutes(mux *http.ServeMux) {
	mux.Handle("PUT "+uploadHost+"/{key...}", s.handle(KindStorage, s.findPlace, s.misbehave, putUpload))
	mux.Handle("POST "+uploadHost+"/{$}", s.handle(KindStorage, s.readForm, s.misbehave, postUpload))
}

// uploading is what an upload says of itself.
type uploading struct {
	key, signature, contentType string
	content                     []byte
}

// findPlace reads an upload by PUT.
func (s *Simulator) findPlace(x *exchange) *reply {
	x.upload = uploading{key: x.request.PathValue("key"), signature: x.request.URL.Query().Get("x-goog-signature"), contentType: x.request.Header.Get("Content-Type")}
	var err error
	if x.upload.content, err = io.ReadAll(x.request.Body); err != nil {
		return tooLargeUpload()
	}
	return s.placeOf(x)
}

// readForm reads an upload by POST: a form whose last part is the file.
func (s *Simulator) readForm(x *exchange) *reply {
	reader, err := x.request.MultipartReader()
	if err != nil {
		return refuseUpload(http.StatusPreconditionFailed, "MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data.")
	}
	for {
		part, err := reader.NextPart()
		if err != nil {
			return refuseUpload(http.StatusBadRequest, "InvalidArgument", "The form has no file.")
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return tooLargeUpload()
		}
		switch strings.ToLower(part.FormName()) {
		case "key":
			x.upload.key = string(text)
		case "x-goog-signature":
			x.upload.signature = string(text)
		case "content-type":
			x.upload.contentType = string(text)
		case "file":
			x.upload.content = text
			return s.placeOf(x) // what follows the file is not read
		}
	}
}

// placeOf finds the shop whose place is meant.
func (s *Simulator) placeOf(x *exchange) *reply {
	x.call.Operation, x.call.Mutation = x.request.Method+" staged upload", true
	parts := strings.Split(x.upload.key, "/")
	for _, domain := range s.Shops() {
		if st := s.store(domain); st != nil && len(parts) > 1 && fmt.Sprint(st.shop.ID) == parts[1] {
			x.store, x.call.Shop = st, domain
			return nil
		}
	}
	return refuseUpload(http.StatusForbidden, "AccessDenied", "Access denied.")
}

func putUpload(x *exchange) *reply {
	if _, refused := x.receive(http.MethodPut); refused != nil {
		return refused
	}
	return &reply{http.StatusOK, xmlPage("")}
}

func postUpload(x *exchange) *reply {
	picture, refused := x.receive(http.MethodPost)
	if refused != nil {
		return refused
	}
	return &reply{http.StatusCreated, xmlPage(fmt.Sprintf("<?xml version='1.0' encoding='UTF-8'?><PostResponse><Location>https://%s/%s</Location><Bucket>shopify-staged-uploads</Bucket><Key>%s</Key><ETag>%q</ETag></PostResponse>",
		uploadHost, x.upload.key, x.upload.key, picture.Hash[:32]))}
}

// receive keeps what is known of the upload, whose place must be there, open and
// signed for. Codes are those of Google's storage
// (https://cloud.google.com/storage/docs/xml-api/reference-status).
func (x *exchange) receive(method string) (*Picture, *reply) {
	x.store.mu.Lock()
	defer x.store.mu.Unlock()
	shop := &x.store.shop
	u := shop.uploadAt(x.upload.key)
	kind, _, _ := mime.ParseMediaType(x.upload.contentType)
	switch {
	case u == nil:
		return nil, refuseUpload(http.StatusForbidden, "AccessDenied", "Access denied.")
	case u.Method != method || x.upload.signature != u.signature(shop) || kind != u.MIMEType:
		return nil, refuseUpload(http.StatusForbidden, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Method and content type are signed.")
	case !x.now.Before(u.ExpiresAt):
		return nil, refuseUpload(http.StatusBadRequest, "ExpiredToken", "The provided token has expired.")
	}
	picture := pictureOf(x.upload.content)
	u.Received = &picture
	return &picture, nil
}

func tooLargeUpload() *reply {
	return refuseUpload(http.StatusBadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.")
}

func refuseUpload(status int, code, message string) *reply {
	return &reply{status, xmlPage("<?xml version='1.0' encoding='UTF-8'?><Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>")}
}
