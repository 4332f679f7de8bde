package simulator

import (
	"slices"
	"strconv"
)

// mediaDraft is an image that a product is to show: one that is there, or a new one.
type mediaDraft struct {
	id   uint64
	file File
	alt  *string // of one that is there
}

// setFiles makes the product's images those of productSet's input. What the list
// leaves out is no longer the product's, but stays the shop's (?).
func (d *productDraft) setFiles(in arguments) error {
	if in["files"] == nil {
		return nil
	}
	d.media = []mediaDraft{}
	for i, f := range in.objects("files") {
		at := []string{"input", "files", strconv.Itoa(i)}
		if f.given("id") {
			if err := d.setFile(f, at); err != nil {
				return err
			}
			continue
		}
		if err := d.newFile("FileSetInput", f, "INVALID_INPUT", at...); err != nil {
			return err
		}
	}
	return nil
}

// setFile takes an image that is there.
func (d *productDraft) setFile(in arguments, at []string) error {
	if err := in.only("FileSetInput", "id", "alt", "contentType", "duplicateResolutionMode"); err != nil {
		return err
	}
	ids, missing, err := fileIDs(d.r, []string{in.text("id")})
	if err != nil {
		return err
	}
	if missing != "" {
		d.refuse("INVALID_INPUT", noFile(missing), append(at, "id")...) // (?)
		return nil
	}
	m := mediaDraft{id: ids[0]}
	if in.given("alt") {
		alt := in.text("alt")
		m.alt = &alt
	}
	if !slices.ContainsFunc(d.media, func(had mediaDraft) bool { return had.id == m.id }) {
		d.media = append(d.media, m)
	}
	return nil
}

// addMedia adds the images that productCreate and productUpdate are given.
func (d *productDraft) addMedia(args arguments) error {
	if args["media"] == nil {
		return nil
	}
	for _, id := range d.product.Media {
		d.media = append(d.media, mediaDraft{id: id})
	}
	for i, in := range args.objects("media") {
		if err := d.newFile("CreateMediaInput", in, "", "media", strconv.Itoa(i)); err != nil {
			return err
		}
	}
	return nil
}

// newFile reads an image to be made with the product.
func (d *productDraft) newFile(typeName string, in arguments, code string, at ...string) error {
	f, wrong, err := fileFrom(d.r, typeName, in)
	if err != nil {
		return err
	}
	for _, w := range wrong {
		d.refuse(code, w.message, append(at, w.field)...)
	}
	d.media = append(d.media, mediaDraft{file: f})
	return nil
}

// commitMedia makes the new images and says which the product shows, in order.
func (d *productDraft) commitMedia() {
	if d.media == nil {
		return
	}
	d.product.Media = nil
	for _, m := range d.media {
		if m.id == 0 {
			m.id = d.r.addFile(m.file)
		}
		if f := fileByID(d.r.shop, m.id); m.alt != nil && f.Alt != *m.alt {
			f.Alt, f.UpdatedAt = *m.alt, d.r.now
		}
		d.product.Media = append(d.product.Media, m.id)
	}
}

// dropMedia removes a product's images that no other product shows (schema,
// description of productDelete).
func (s *Shop) dropMedia(p *Product) {
	if len(p.Media) == 0 {
		return
	}
	gone := slices.Clone(p.Media)
	for _, other := range s.Products {
		if other.ID != p.ID {
			gone = slices.DeleteFunc(gone, func(id uint64) bool { return slices.Contains(other.Media, id) })
		}
	}
	s.Files = slices.DeleteFunc(s.Files, func(f File) bool { return slices.Contains(gone, f.ID) })
}
