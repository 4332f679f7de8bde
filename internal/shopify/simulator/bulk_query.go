package simulator

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

const (
	maxBulkConnections = 5
	maxBulkDepth       = 2 // connections in the nodes of others
)

// bulkQuery parses a bulk query and says what is wrong with it, in Shopify's
// recorded words.
func bulkQuery(sch *ast.Schema, version, text string) (*ast.OperationDefinition, []record) {
	refused := func(message string) []record { return []record{userError("INVALID", message, "query")} }
	doc, faults := (&documentCache{}).load(sch, version, text)
	if len(faults) > 0 {
		return nil, refused("Invalid bulk query: " + faults[0].Message) // the parser's words
	}
	op, err := choose(doc.Operations, "")
	if err != nil {
		return nil, refused("Invalid bulk query: " + err.Error())
	}
	if op.Operation != ast.Query {
		return nil, refused("Invalid operation type. Only `query` operations are supported.")
	}
	s := bulkSurvey{schema: sch}
	s.walk(op.SelectionSet, bulkPlace{})
	return op, s.errors()
}

// bulkSurvey is what there is in a bulk query.
type bulkSurvey struct {
	schema      *ast.Schema
	connections int
	depth       int
	withNodes   []string // connections that select their contents by nodes
	withoutID   []string // connections whose nodes have others in them, but no id
	inList      bool
	node        bool
}

// bulkPlace is where in the query a selection is.
type bulkPlace struct {
	depth  int
	inList bool
	parent string // the connection whose node it is in
	hasID  bool   // that node's
}

func (s *bulkSurvey) walk(set ast.SelectionSet, at bulkPlace) {
	for _, f := range rootFields(set, nil) {
		if at.parent == "" && at.depth == 0 && (f.Name == "node" || f.Name == "nodes") && f.ObjectDefinition.Name == s.schema.Query.Name {
			s.node = true
		}
		if !listsThings(s.schema, f.Definition.Type) {
			below := at
			below.inList = at.inList || f.Definition.Type.Elem != nil
			s.walk(f.SelectionSet, below)
			continue
		}
		s.connections++
		s.depth = max(s.depth, at.depth)
		s.inList = s.inList || at.inList
		if at.parent != "" && !at.hasID && !slices.Contains(s.withoutID, at.parent) {
			s.withoutID = append(s.withoutID, at.parent)
		}
		s.connection(f, at)
	}
}

func (s *bulkSurvey) connection(f *ast.Field, at bulkPlace) {
	for _, part := range rootFields(f.SelectionSet, nil) {
		if part.Name == "nodes" {
			s.withNodes = append(s.withNodes, f.Name)
		}
		for _, node := range rootFields(part.SelectionSet, nil) {
			if part.Name == "edges" && node.Name == "node" {
				s.walk(node.SelectionSet, bulkPlace{depth: at.depth + 1, parent: f.Name, hasID: slices.ContainsFunc(rootFields(node.SelectionSet, nil), func(f *ast.Field) bool {
					return f.Name == "id" && f.Alias == "id"
				})})
			}
		}
	}
}

func (s *bulkSurvey) errors() []record {
	var errors []record
	refuse := func(when bool, format string, args ...any) {
		if when {
			errors = append(errors, userError("INVALID", fmt.Sprintf(format, args...), "query"))
		}
	}
	if len(s.withNodes) > 0 {
		refuse(true, "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: '%s { edges { node {'. Selecting via 'nodes' is not supported. Invalid connection fields: '%s'.",
			s.withNodes[0], strings.Join(s.withNodes, "', '"))
	}
	refuse(s.node, "Bulk queries cannot contain a top level `node` field.")
	refuse(s.depth > maxBulkDepth, "Bulk queries cannot contain connections with a nesting depth greater than 2.")
	refuse(s.connections > maxBulkConnections, "Bulk queries cannot contain more than 5 connections.")
	refuse(len(s.withoutID) > 0, "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' return type. Connection fields without 'id': %s.",
		strings.Join(s.withoutID, ", "))
	refuse(s.inList, "Queries that contain a connection field within a list field are not currently supported.")
	refuse(s.connections == 0, "Bulk queries must contain at least one connection.")
	return errors
}

// listsThings says whether a type is a connection, which a bulk query lists all of.
func listsThings(sch *ast.Schema, t *ast.Type) bool {
	def := sch.Types[t.Name()]
	return t.Elem == nil && strings.HasSuffix(def.Name, "Connection") && def.Fields.ForName("edges") != nil
}
