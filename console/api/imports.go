package api

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/shopkeeper-dev/shopkeeper/console/access"
	"github.com/shopkeeper-dev/shopkeeper/internal/intake"
)

// maxImport is how large the files of an import may be together, in bytes.
const maxImport = 10 << 20

// ImportCounts say what became of the rows of a file.
type ImportCounts struct {
	New       int `json:"new" doc:"Rows of what the ledger did not have"`
	Changed   int `json:"changed" doc:"Rows that say something else than the ledger had"`
	Unchanged int `json:"unchanged" doc:"Rows that say what the ledger has"`
}

// ImportResult says what an import came to.
type ImportResult struct {
	Consignors ImportCounts `json:"consignors" doc:"The rows of the file of consignors"`
	Shifts     ImportCounts `json:"shifts" doc:"The rows of the file of shifts"`
	Items      ImportCounts `json:"items" doc:"The rows of the file of items"`
}

type importFiles struct {
	StorePath
	Once

	ContentType string `header:"Content-Type" json:"-" hidden:"true"`
	RawBody     []byte `contentType:"multipart/form-data" json:"-"`

	// files are what the body holds; read once.
	files *intake.Files
}

// importBody describes the files.
func importBody() *huma.RequestBody {
	file := func(name, columns string) *huma.Schema {
		return &huma.Schema{Type: huma.TypeString, Format: "binary", Description: "A CSV file of " + name + " with the columns " + columns}
	}
	return &huma.RequestBody{
		Description: "Up to three CSV files in UTF-8, 10 MB together",
		Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: &huma.Schema{Type: huma.TypeObject, Description: "Files that are imported together; each may be left out", Properties: map[string]*huma.Schema{
			"consignors": file("consignors", "consignor_id, name, class"),
			"shifts":     file("shifts", "shift_id, event_id, consignor_id"),
			"items":      file("items", "item_id, consignor_id, event_id, title, price, markdown_eligible"),
		}}}},
	}
}

func (a *API) addImports() {
	changes(a, operation{
		id: "import", method: http.MethodPost, path: "/imports", summary: "Import CSV files",
		description: "Takes in consignors, shifts and items from CSV files, all or nothing: where a row is wrong, all that are wrong are answered, up to 100, and nothing is imported. To import the same again changes nothing.",
		needs: []access.Permission{
			{Verb: access.Create, On: access.Consignors}, {Verb: access.Update, On: access.Consignors},
			{Verb: access.Create, On: access.Items}, {Verb: access.Update, On: access.Items},
		},
		refusals: bodyRefusals, bodyBytes: maxImport, body: importBody(),
	}, func(v *visit, in *importFiles) (ImportResult, error) {
		files, err := in.read()
		if err != nil {
			return ImportResult{}, err
		}
		files.By = v.person
		result, err := intake.Import(v.Tx, files)
		v.push = append(v.push, result.Push...)
		return ImportResult{ImportCounts(result.Consignors), ImportCounts(result.Shifts), ImportCounts(result.Items)}, err
	})
}

// identity is the files' content: how a body is cut into parts is another each time.
func (in *importFiles) identity() any {
	files, err := in.read()
	if err != nil {
		return in.RawBody
	}
	return []any{in.StorePath, files}
}

func (in *importFiles) read() (intake.Files, error) {
	if in.files != nil {
		return *in.files, nil
	}
	kind, params, err := mime.ParseMediaType(in.ContentType)
	if err != nil || kind != "multipart/form-data" {
		return intake.Files{}, problemf(http.StatusUnsupportedMediaType, "send the files as multipart/form-data, as curl --form items=@items.csv does")
	}
	files, err := readParts(multipart.NewReader(bytes.NewReader(in.RawBody), params["boundary"]))
	in.files = &files
	return files, err
}

func readParts(parts *multipart.Reader) (files intake.Files, err error) {
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return files, problemf(http.StatusBadRequest, "the body cannot be read as multipart/form-data: send it as curl --form items=@items.csv does")
		}
		into, ok := map[string]**intake.File{"consignors": &files.Consignors, "shifts": &files.Shifts, "items": &files.Items}[part.FormName()]
		if !ok || *into != nil {
			return files, problemf(http.StatusUnprocessableEntity, "give each of the files consignors, shifts and items once, and nothing else")
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return files, problemf(http.StatusBadRequest, "the body ends within a file: send it again")
		}
		*into = &intake.File{Name: part.FormName(), Content: content}
	}
	if files.Consignors == nil && files.Shifts == nil && files.Items == nil {
		return files, problemf(http.StatusUnprocessableEntity, "there is nothing to import: give one of the files consignors, shifts and items")
	}
	return files, nil
}
