package reference

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// event is what controllers tell about an object.
type event struct{ object, reason, kind, meaning string }

// objects are what the receivers of methods that emit events work on.
var objects = map[string]string{"ShopifyStoreReconciler": "ShopifyStore", "storeRun": "ShopifyStore", "jobRun": "SyncJob", "RelayRoutes": "Secret"}

// readEvents finds the calls of controllers that emit events.
func readEvents(repository string, a *api) ([]event, error) {
	paths, err := filepath.Glob(filepath.Join(repository, "controllers", "*.go"))
	if err != nil {
		return nil, err
	}
	var events []event
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		found, err := eventsOf(path, a)
		if err != nil {
			return nil, err
		}
		events = append(events, found...)
	}
	slices.SortStableFunc(events, func(a, b event) int {
		return strings.Compare(a.object+a.reason, b.object+b.reason)
	})
	return slices.Compact(events), nil
}

func eventsOf(path string, a *api) (events []event, err error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || err != nil {
				return err == nil
			}
			kind, reason, ok := emitted(call)
			if !ok {
				return true
			}
			e := event{object: objects[receiver(f)], kind: strings.TrimPrefix(kind, "EventType")}
			t, known := a.byName[name(reason)]
			switch {
			case e.object == "":
				err = fmt.Errorf("%s: say in hack/reference/events.go what %s works on", files.Position(call.Pos()), receiver(f))
			case known:
				e.reason, e.meaning = code(t.value), t.meaning
			default:
				e.reason, e.meaning, err = explained(files, file, call, reason)
			}
			events = append(events, e)
			return true
		})
	}
	return events, err
}

// emitted takes a call apart that emits an event: run.event(kind, reason, message), or
// Eventf of the recorder. A kind that is a variable is the call's that run.event makes
// itself.
func emitted(call *ast.CallExpr) (kind string, reason ast.Expr, ok bool) {
	first := map[string]int{"event": 0, "Eventf": 2}
	at, ok := first[name(call.Fun)]
	if !ok || len(call.Args) < at+2 {
		return "", nil, false
	}
	kind = name(call.Args[at])
	return kind, call.Args[at+1], strings.HasPrefix(kind, "EventType")
}

// explained is a reason that no constant of the API is: a constant of the package, whose
// comment says what it means, or the reason of a condition, of which a comment on the
// call's line tells.
func explained(files *token.FileSet, file *ast.File, call *ast.CallExpr, reason ast.Expr) (shown, meaning string, err error) {
	for _, d := range file.Decls {
		group, ok := d.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, s := range group.Specs {
			if spec := s.(*ast.ValueSpec); spec.Names[0].Name == name(reason) {
				value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
				return code(value), strings.TrimPrefix(strings.TrimSpace(group.Doc.Text()), spec.Names[0].Name+": "), err
			}
		}
	}
	for _, c := range file.Comments {
		if files.Position(c.Pos()).Line == files.Position(call.End()).Line {
			return "that of the condition", strings.TrimSpace(c.Text()), nil
		}
	}
	return "", "", fmt.Errorf("%s: say in a comment on this line when it is emitted", files.Position(call.Pos()))
}

// name is the last name of an expression.
func name(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	t := f.Recv.List[0].Type
	if pointer, ok := t.(*ast.StarExpr); ok {
		t = pointer.X
	}
	return name(t)
}

func writeEvents(b *strings.Builder, events []event) {
	section(b, 2, "Events", "`kubectl events --for shopifystore/NAME` shows them. The message tells what was changed, or what to do.")
	var rows [][]string
	for _, e := range events {
		rows = append(rows, []string{e.object, e.reason, e.kind, e.meaning})
	}
	table(b, []string{"object", "reason", "type", "when"}, rows)
}
