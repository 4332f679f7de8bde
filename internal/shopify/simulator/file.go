package simulator

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The states of a file, which are those of a medium too.
const (
	fileUploaded   = "UPLOADED"
	fileProcessing = "PROCESSING"
	fileReady      = "READY"
	fileFailed     = "FAILED"
)

// status is what has become of a file by a time.
func (f *File) status(now time.Time) string {
	switch {
	case now.Before(f.CreatedAt.Add(f.ReadyAt.Sub(f.CreatedAt) / 2)):
		return fileUploaded
	case now.Before(f.ReadyAt):
		return fileProcessing
	case f.Fault != "":
		return fileFailed
	default:
		return fileReady
	}
}

// fileFaults are Shopify's sentences for the faults that the simulator finds (?).
var fileFaults = map[string]string{
	"IMAGE_DOWNLOAD_FAILURE":      "Image download failed",
	"UNSUPPORTED_IMAGE_FILE_TYPE": "Unsupported image type",
	"INVALID_IMAGE_RESOLUTION":    "Image resolution exceeds the maximum of 20 megapixels",
	"INVALID_IMAGE_FILE_SIZE":     "Image file size exceeds the maximum of 20 MB",
}

// mediaImage is what the schema calls a file that is an image.
const mediaImage = "MediaImage"

// fileTypes are the shop's files, to read.
var fileTypes = merge(connectionFields("File"), connectionFields("Media"), map[string]fields{
	"QueryRoot": {"files": root(listFiles, append(pageArguments, "sortKey", "query")...)},
	"Product": {
		"media": ask(func(r *request, p *Product, args arguments) (any, error) {
			var all []placed[*File]
			for i, id := range p.Media {
				all = append(all, placed[*File]{position{ID: uint64(i + 1)}, fileByID(r.shop, id)})
			}
			return mediaPage(all, args)
		}, pageArguments...),
		"mediaCount": show(func(p *Product) any { return record{"count": len(p.Media), "precision": "EXACT"} }),
		"featuredMedia": ask(func(r *request, p *Product, _ arguments) (any, error) {
			if len(p.Media) == 0 {
				return nil, nil
			}
			return typed{mediaImage, fileByID(r.shop, p.Media[0])}, nil
		}),
	},
	mediaImage: {
		"id":               idOf(mediaImage, func(f *File) uint64 { return f.ID }),
		"alt":              show(func(f *File) any { return orNull(f.Alt) }),
		"createdAt":        show(func(f *File) any { return dateTime(f.CreatedAt) }),
		"updatedAt":        show(func(f *File) any { return dateTime(f.UpdatedAt) }),
		"mediaContentType": show(func(*File) any { return "IMAGE" }),
		"mediaWarnings":    show(func(*File) any { return []any{} }),
		"status":           fileStatus,
		"fileStatus":       fileStatus,
		"fileErrors":       fileErrors,
		"mediaErrors":      fileErrors,
		"mimeType":         whenReady(func(_ *request, f *File) any { return f.Image.MIMEType }),
		"image":            whenReady(imageShown),
		"preview": ask(func(r *request, f *File, _ arguments) (any, error) {
			shown := record{"status": f.status(r.now), "image": nil}
			if f.status(r.now) == fileReady {
				shown["image"] = imageShown(r, f)
			}
			return shown, nil
		}),
		"originalSource": whenReady(func(r *request, f *File) any {
			return record{"fileSize": f.Image.Bytes, "url": f.url(r.shop)}
		}),
	},
})

var fileStatus = ask(func(r *request, f *File, _ arguments) (any, error) { return f.status(r.now), nil })

var fileErrors = ask(func(r *request, f *File, _ arguments) (any, error) {
	if f.status(r.now) != fileFailed {
		return []any{}, nil
	}
	return []any{record{"code": f.Fault, "message": fileFaults[f.Fault], "details": nil}}, nil
})

// whenReady is a field that is null until the file is ready.
func whenReady(property func(*request, *File) any) field {
	return ask(func(r *request, f *File, _ arguments) (any, error) {
		if f.status(r.now) != fileReady {
			return nil, nil
		}
		return property(r, f), nil
	})
}

func imageShown(r *request, f *File) any {
	url := f.url(r.shop)
	return record{"id": gid("ImageSource", f.ID), "url": url, "src": url, "originalSrc": url, "altText": orNull(f.Alt), "width": f.Image.Width, "height": f.Image.Height}
}

// url is where customers find the image. Nothing is served there.
func (f *File) url(shop *Shop) string {
	return fmt.Sprintf("https://cdn.shopify.com/s/files/1/%04d/%04d/files/%s?v=%d", shop.ID/10000, shop.ID%10000, f.Filename, f.UpdatedAt.Unix())
}

// mediaPage is page for files, which the schema knows by interfaces only.
func mediaPage(all []placed[*File], args arguments) (any, error) {
	c, err := paginate(all, func(p placed[*File]) position { return p.at }, args)
	if err != nil {
		return nil, err
	}
	for i, n := range c.nodes {
		c.nodes[i] = typed{mediaImage, n.(placed[*File]).item}
	}
	return c, nil
}

var fileOrders = orders[*File]{
	"ID":         func(f *File) position { return position{ID: f.ID} },
	"FILENAME":   func(f *File) position { return position{f.Filename, f.ID} },
	"CREATED_AT": func(f *File) position { return position{f.CreatedAt.UTC().Format(time.RFC3339), f.ID} },
	"UPDATED_AT": func(f *File) position { return position{f.UpdatedAt.UTC().Format(time.RFC3339), f.ID} },
}

func listFiles(r *request, args arguments) (any, error) {
	order, err := fileOrders.chosen(args)
	if err != nil {
		return nil, err
	}
	chosen, err := fileSearch(r).choose(pointers(r.shop.Files), args, r.now)
	if err != nil {
		return nil, err
	}
	all := make([]placed[*File], len(chosen))
	for i, f := range chosen {
		all[i] = placed[*File]{order(f), f}
	}
	return mediaPage(all, args)
}

// fileSearch are some of the fields that the schema's description of
// files(query:) names. What used_in can be is not documented; none is what the
// admin's own filter says (?).
func fileSearch(r *request) searchFields[*File] {
	users := map[uint64][]string{} // products, by their files
	for _, p := range r.shop.Products {
		for _, id := range p.Media {
			users[id] = append(users[id], fmt.Sprint(p.ID))
		}
	}
	return searchFields[*File]{
		"id":         byID(func(f *File) uint64 { return f.ID }),
		"filename":   byText(func(f *File) []string { return []string{f.Filename, stemOf(f.Filename)} }),
		"created_at": byTime(func(f *File) time.Time { return f.CreatedAt }),
		"updated_at": byTime(func(f *File) time.Time { return f.UpdatedAt }),
		"status":     byText(func(f *File) []string { return []string{f.status(r.now)} }),
		"media_type": byText(func(*File) []string { return []string{"IMAGE"} }),
		"product_id": byText(func(f *File) []string { return users[f.ID] }),
		"used_in": oneOf(func(f *File) string {
			if len(users[f.ID]) == 0 {
				return "none"
			}
			return "product"
		}, "none", "product"),
	}
}

// stemOf is a filename without its extension.
func stemOf(filename string) string {
	if i := strings.LastIndexByte(filename, '.'); i > 0 {
		return filename[:i]
	}
	return filename
}

func fileByID(shop *Shop, id uint64) *File {
	return thingByID(shop.Files, id, func(f *File) uint64 { return f.ID })
}

func findFile(r *request, id uint64) (any, error) {
	if f := fileByID(r.shop, id); f != nil {
		return f, nil
	}
	return nil, nil
}

// dropFiles removes files from the shop and from the products that show them,
// and says which those are.
func (s *Shop) dropFiles(ids []uint64) []*Product {
	gone := func(id uint64) bool { return slices.Contains(ids, id) }
	var changed []*Product
	for _, p := range pointers(s.Products) {
		if slices.ContainsFunc(p.Media, gone) {
			p.Media = slices.DeleteFunc(slices.Clone(p.Media), gone)
			changed = append(changed, p)
		}
	}
	s.Files = slices.DeleteFunc(s.Files, func(f File) bool { return gone(f.ID) })
	return changed
}
