package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"

	"github.com/danielgtaylor/huma/v2"

	"github.com/shopkeeper-dev/shopkeeper/console/access"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog/photos"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Photo is a photo of an item, as it is kept and shown.
type Photo struct {
	Hash   string `json:"hash" doc:"The SHA-256 of the picture, in hex: its name in paths" example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
	Width  int    `json:"width" doc:"In pixels" example:"1536"`
	Height int    `json:"height" doc:"In pixels" example:"2048"`
	Bytes  int    `json:"bytes" doc:"Size of the picture" example:"410233"`
}

func photoOf(p ledger.ItemPhoto) Photo {
	return Photo{Hash: p.Hash, Width: p.Width, Height: p.Height, Bytes: p.Bytes}
}

// PhotoPath names a photo of an item.
type PhotoPath struct {
	ItemPath

	Photo string `path:"photo" doc:"The photo's hash" example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
}

type addPhoto struct {
	ItemPath
	Once

	// file is the body, of which no more is read at a time than there is memory for.
	file io.Reader
	// taken is what became of it.
	taken photos.Photo
}

// Resolve implements huma.Resolver: huma itself would read all of the body.
func (in *addPhoto) Resolve(ctx huma.Context) []error {
	in.file = ctx.BodyReader()
	return nil
}

// identity is the picture that the body makes, which is the same each time.
func (in *addPhoto) identity() any { return []any{in.ItemPath, in.taken.Hash} }

// picture is an answer that is a JPEG.
type picture struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	Body        []byte
}

func (a *API) addPhotos() {
	reads(a, operation{
		id: "list-photos", method: http.MethodGet, path: "/items/{item}/photos", summary: "List an item's photos",
		description: "Lists the photos of an item in their order; the first is the one that a shop shows in lists.",
		needs:       []access.Permission{{Verb: access.List, On: access.Photos}},
	}, func(v *visit, in *ItemPath) (List[Photo], error) {
		if _, err := v.Item(in.Item); err != nil {
			return List[Photo]{}, err
		}
		found, err := v.Photos(in.Item)
		out := List[Photo]{Items: []Photo{}}
		for _, p := range found {
			out.Items = append(out.Items, photoOf(p))
		}
		return out, err
	})
	a.addGetPhoto()
	a.addAddPhoto()
	changes(a, operation{
		id: "remove-photo", method: http.MethodDelete, path: "/items/{item}/photos/{photo}", summary: "Remove a photo",
		description: "Takes a photo from an item, and answers with it; those behind it move up. What the shop shows already stays there until it is removed in Shopify.",
		needs:       []access.Permission{{Verb: access.Delete, On: access.Photos}},
	}, func(v *visit, in *PhotoPath) (Photo, error) {
		removed, err := photos.Remove(v.Tx, in.Item, in.Photo, v.person, "intake")
		return photoOf(removed), err
	})
}

func (a *API) addGetPhoto() {
	register(a, operation{
		id: "get-photo", method: http.MethodGet, path: "/items/{item}/photos/{photo}", summary: "Read a photo",
		description: "Reads a photo of an item as a JPEG.", needs: []access.Permission{{Verb: access.Get, On: access.Photos}},
		answers: jpegAnswer(),
	}, func(ctx context.Context, scope *access.Scope, in *PhotoPath) (*picture, error) {
		if a.photos == nil {
			return nil, errNoBucket()
		}
		err := scope.View(ctx, func(tx *ledger.Tx) error {
			if err := connected(tx); err != nil {
				return err
			}
			found, err := tx.Photos(in.Item)
			for _, p := range found {
				if p.Hash == in.Photo {
					return nil
				}
			}
			return errors.Join(err, ledger.ErrNotFound)
		})
		if err != nil {
			return nil, err
		}
		jpeg, err := a.photos.Read(ctx, scope.Store(), in.Photo)
		return &picture{ContentType: "image/jpeg", Body: jpeg}, err
	})
}

func (a *API) addAddPhoto() {
	op := operation{
		id: "add-photo", method: http.MethodPost, path: "/items/{item}/photos", status: http.StatusCreated, summary: "Add a photo",
		description: "Puts a photo behind those that an item has: a JPEG, PNG or WebP, as its first bytes say, of up to 20 MiB. It is drawn anew, upright and without anything but its pixels. One that the item has already changes nothing. An item of a regular consignor has at most 2, one of a super consignor at most 4. Its product follows.",
		needs:       []access.Permission{{Verb: access.Create, On: access.Photos}}, refusals: bodyRefusals, body: photoBody(),
	}
	register(a, op, func(ctx context.Context, scope *access.Scope, in *addPhoto) (*answer[Photo], error) {
		if a.photos == nil {
			return nil, errNoBucket()
		}
		// A photo takes time, which is not spent on one of no item, nor in a transaction.
		err := scope.View(ctx, func(tx *ledger.Tx) error {
			if err := connected(tx); err != nil {
				return err
			}
			_, err := tx.Item(in.Item)
			return err
		})
		if err != nil {
			return nil, err
		}
		if in.taken, err = a.photos.Take(ctx, scope.Store(), in.file); err != nil {
			return nil, err
		}
		return change(ctx, scope, op, in, func(v *visit, in *addPhoto) (Photo, error) {
			has, err := v.Photos(in.Item)
			if err != nil {
				return Photo{}, err
			}
			added, err := photos.Add(v.Tx, in.Item, in.taken, v.person, "intake")
			if added.Position > len(has) {
				v.push = append(v.push, in.Item)
			}
			return photoOf(added), err
		})
	})
}

func photoBody() *huma.RequestBody {
	body := &huma.RequestBody{Required: true, Description: "The photo's file; its Content-Type says nothing", Content: map[string]*huma.MediaType{}}
	for _, kind := range []string{"image/jpeg", "image/png", "image/webp"} {
		body.Content[kind] = &huma.MediaType{}
	}
	return body
}

func jpegAnswer() map[string]*huma.Response {
	return map[string]*huma.Response{"200": {
		Description: "The picture", Content: map[string]*huma.MediaType{"image/jpeg": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
	}}
}

// errNoBucket is for whoever runs the console.
func errNoBucket() error {
	return problemf(http.StatusServiceUnavailable, "this console does not know where photos are kept: have it run with --photos")
}

// ofPhoto says why a photo was not taken, or is not there; nil for other errors.
func ofPhoto(err error) *Problem {
	if refused, ok := errors.AsType[*photos.RefusedError](err); ok {
		return problemf(statusOf(refused.Reason), "%s", refused.Text)
	}
	switch {
	case is[*photos.LimitError](err):
		return problemf(http.StatusConflict, "%v", err)
	case errors.Is(err, photos.ErrMissing):
		return problemf(http.StatusNotFound, "%v", err)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return problemf(http.StatusRequestTimeout, "the photo did not arrive in time: send it again")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return problemf(http.StatusBadRequest, "the photo was cut off on its way: send it again")
	}
	return nil
}

func statusOf(reason photos.Reason) int {
	switch reason {
	case photos.Empty:
		return http.StatusBadRequest
	case photos.TooLarge:
		return http.StatusRequestEntityTooLarge
	case photos.UnknownFormat, photos.Unsupported:
		return http.StatusUnsupportedMediaType
	case photos.TooManyPixels, photos.Damaged:
	}
	return http.StatusUnprocessableEntity
}
