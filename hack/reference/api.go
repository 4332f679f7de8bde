package reference

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
)

// term is a condition's type or a reason.
type term struct{ name, value, meaning string }

// api are the terms of the API, in the order of their declaration.
type api struct {
	// conditions are by kind of object; reasons too.
	conditions, reasons map[string][]term
	// byName are the reasons by the name of their constant.
	byName map[string]term
}

// declared are the files with the terms of each kind.
var declared = []struct{ kind, file string }{
	{"ShopifyStore", "conditions.go"},
	{"SyncJob", "syncjob_conditions.go"},
}

// readAPI reads the constants of api/v1alpha1, whose comments have the form
// "ReasonReady: all is in order."
func readAPI(repository string) (*api, error) {
	a := &api{conditions: map[string][]term{}, reasons: map[string][]term{}, byName: map[string]term{}}
	for _, d := range declared {
		path := filepath.Join(repository, "api", "v1alpha1", d.file)
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, t := range constants(file) {
			condition, reason := strings.HasSuffix(t.name, "Condition"), strings.HasPrefix(t.name, "Reason")
			switch {
			case (condition || reason) && t.meaning == "":
				return nil, fmt.Errorf("%s: %s has no comment that says what it means, as in `// %s: the shop answered.`", path, t.name, t.name)
			case condition:
				a.conditions[d.kind] = append(a.conditions[d.kind], t)
			case reason:
				a.reasons[d.kind] = append(a.reasons[d.kind], t)
				a.byName[t.name] = t
			}
		}
	}
	return a, nil
}

// constants are those of a file that are exported and text, with what follows "Name:" in their comment.
func constants(file *ast.File) (found []term) {
	for _, d := range file.Decls {
		group, ok := d.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, s := range group.Specs {
			spec := s.(*ast.ValueSpec)
			literal, ok := spec.Values[0].(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING || !spec.Names[0].IsExported() {
				continue
			}
			doc := spec.Doc
			if doc == nil {
				doc = group.Doc
			}
			name := spec.Names[0].Name
			value, _ := strconv.Unquote(literal.Value) // the parser has read it
			_, meaning, _ := strings.Cut(strings.Join(strings.Fields(doc.Text()), " "), name+": ")
			found = append(found, term{name, value, meaning})
		}
	}
	return found
}

// kstatus are the conditions that every kind has.
var kstatus = []term{
	{"", "Ready", "The latest spec is in effect; with its reason, the summary of all conditions."},
	{"", "Reconciling", "Work on the latest spec is under way. There only while it is."},
	{"", "Stalled", "Nothing will come of it without a person; the message says what to do. There only while it is so."},
}

func writeConditions(b *strings.Builder, a *api) {
	section(b, 2, "Conditions", "Ready, Reconciling and Stalled follow [kstatus](https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md), "+
		"so that `kubectl wait --for=condition=Ready`, Flux and, with `config/argocd`, Argo CD tell how it stands.")
	rows := func(terms []term) (rows [][]string) {
		for _, t := range terms {
			rows = append(rows, []string{code(t.value), t.meaning})
		}
		return rows
	}
	for _, d := range declared {
		section(b, 3, "Conditions of a "+d.kind, "")
		table(b, []string{"condition", "True means"}, rows(append(append([]term{}, kstatus...), a.conditions[d.kind]...)))
		section(b, 3, "Reasons of a "+d.kind, "")
		table(b, []string{"reason", "meaning"}, rows(a.reasons[d.kind]))
	}
}
