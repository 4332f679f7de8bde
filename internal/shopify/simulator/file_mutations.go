package simulator

import (
	"fmt"
	"slices"
	"strconv"
)

// fileMutations change files. Codes are the schema's, sentences where no record
// has them made up (?).
var fileMutations = map[string]fields{"Mutation": {
	"stagedUploadsCreate": root(createUploads, "input"),
	"fileCreate":          root(createFiles, "files"),
	"fileUpdate":          root(updateFiles, "files"),
	"fileDelete":          root(deleteFiles, "fileIds"),
}}

// createFiles makes all of the files or none (?).
func createFiles(r *request, args arguments) (any, error) {
	var files []File
	var errors []record
	for i, in := range args.objects("files") {
		f, wrong, err := fileFrom(r, "FileCreateInput", in)
		if err != nil {
			return nil, err
		}
		for _, w := range wrong {
			errors = append(errors, userError(w.code, w.message, "files", strconv.Itoa(i), w.field))
		}
		files = append(files, f)
	}
	if len(errors) > 0 {
		return record{"files": []any{}, "userErrors": anys(errors)}, nil
	}
	var ids []uint64
	for _, f := range files {
		ids = append(ids, r.addFile(f))
	}
	return record{"files": filesShown(r.shop, ids), "userErrors": []any{}}, nil
}

func filesShown(shop *Shop, ids []uint64) []any {
	shown := []any{}
	for _, id := range ids {
		shown = append(shown, typed{mediaImage, fileByID(shop, id)})
	}
	return shown
}

// updateFiles changes the alt text of files, and which products show them: all
// changes or none.
func updateFiles(r *request, args arguments) (any, error) {
	changes, errors := []fileChange{}, []record{}
	for i, in := range args.objects("files") {
		change, wrong, err := fileChangeFrom(r, in)
		if err != nil {
			return nil, err
		}
		for _, w := range wrong {
			errors = append(errors, userError(w.code, w.message, "files", strconv.Itoa(i), w.field))
		}
		changes = append(changes, change)
	}
	if len(errors) > 0 {
		return record{"files": []any{}, "userErrors": anys(errors)}, nil
	}
	var ids []uint64
	var changed []*Product
	for _, c := range changes {
		c.file.UpdatedAt = r.now
		if c.alt != nil {
			c.file.Alt = *c.alt
		}
		for _, p := range c.add {
			if !slices.Contains(p.Media, c.file.ID) {
				p.Media, changed = append(slices.Clone(p.Media), c.file.ID), append(changed, p)
			}
		}
		for _, p := range c.remove {
			if at := slices.Index(p.Media, c.file.ID); at >= 0 {
				p.Media, changed = slices.Delete(slices.Clone(p.Media), at, at+1), append(changed, p)
			}
		}
		ids = append(ids, c.file.ID)
	}
	r.tellOf(changed)
	return record{"files": filesShown(r.shop, ids), "userErrors": []any{}}, nil
}

type fileChange struct {
	file        *File
	alt         *string
	add, remove []*Product
}

func fileChangeFrom(r *request, in arguments) (c fileChange, wrong []wrongValue, err error) {
	if err := in.only("FileUpdateInput", "id", "alt", "referencesToAdd", "referencesToRemove"); err != nil {
		return c, nil, err
	}
	ids, missing, err := fileIDs(r, []string{in.text("id")})
	switch {
	case err != nil:
		return c, nil, err
	case missing != "":
		return c, []wrongValue{{"FILE_DOES_NOT_EXIST", noFile(missing), "id"}}, nil
	}
	c.file = fileByID(r.shop, ids[0])
	if c.file.status(r.now) != fileReady {
		return c, []wrongValue{{"NON_READY_STATE", "Non-ready files cannot be updated.", "id"}}, nil
	}
	if in.given("alt") {
		alt := in.text("alt")
		if c.alt = &alt; len([]rune(alt)) > maxAlt {
			wrong = append(wrong, wrongValue{"ALT_VALUE_LIMIT_EXCEEDED", "The alt value exceeds the maximum limit of 512 characters.", "alt"})
		}
	}
	for _, part := range []struct {
		name string
		to   *[]*Product
	}{{"referencesToAdd", &c.add}, {"referencesToRemove", &c.remove}} {
		for _, text := range in.texts(part.name) {
			p, err := productFrom(r, arguments{"id": text})
			if err != nil {
				return c, nil, err
			}
			if p == nil {
				wrong = append(wrong, wrongValue{"REFERENCE_TARGET_DOES_NOT_EXIST", "The reference target does not exist", part.name})
				continue
			}
			*part.to = append(*part.to, p)
		}
	}
	return c, wrong, nil
}

func noFile(id string) string { return fmt.Sprintf("File id %s does not exist.", id) }

// deleteFiles removes all of the files or none, and products show them no more.
// Whether a file that is not ready can be deleted is not documented; here it can (?).
func deleteFiles(r *request, args arguments) (any, error) {
	ids, missing, err := fileIDs(r, args.texts("fileIds"))
	if err != nil {
		return nil, err
	}
	if missing != "" {
		return record{"deletedFileIds": nil, "userErrors": []any{userError("FILE_DOES_NOT_EXIST", noFile(missing), "fileIds")}}, nil
	}
	r.tellOf(r.shop.dropFiles(ids))
	return record{"deletedFileIds": args.texts("fileIds"), "userErrors": []any{}}, nil
}

// tellOf dates products that have changed and tells apps of each once.
func (r *request) tellOf(products []*Product) {
	var facts []fact
	seen := map[uint64]bool{}
	for _, p := range products {
		if !seen[p.ID] {
			seen[p.ID] = true
			r.shop.touch(p, r.now)
			facts = append(facts, p.updated(r.shop, nil))
		}
	}
	if len(facts) > 0 {
		r.tell(facts...)
	}
}
