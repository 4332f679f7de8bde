package intake

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is something about a file that has to be put right before any of it is
// imported.
type Problem struct {
	File string
	// Line counts from 1; it is 0 where the problem is the whole file's.
	Line int
	// Column is the heading's name; empty where the problem is the whole row's.
	Column string
	// Text says what is wrong and what to do.
	Text string
}

func (p Problem) String() string {
	text := p.File + ": "
	if p.Line > 0 {
		text = fmt.Sprintf("%s:%d: ", p.File, p.Line)
	}
	if p.Column != "" {
		text += p.Column + ": "
	}
	return text + p.Text
}

// maxProblems is how many problems are shown.
const maxProblems = 100

// ProblemsError says why nothing was imported.
type ProblemsError struct {
	// Problems are the first 100 in the order of files and lines; Count is how many
	// there are.
	Problems []Problem
	Count    int
}

func (e *ProblemsError) Error() string {
	var text strings.Builder
	for _, p := range e.Problems {
		text.WriteString(p.String() + "\n")
	}
	if more := e.Count - len(e.Problems); more > 0 {
		fmt.Fprintf(&text, "and %d more\n", more)
	}
	return text.String() + "nothing was imported: correct the files and import them again"
}

// problems collects what is wrong with the files, whose order it keeps.
type problems struct {
	files []string
	list  []Problem
}

func (p *problems) addf(file string, line int, column, format string, args ...any) {
	p.list = append(p.list, Problem{File: file, Line: line, Column: column, Text: fmt.Sprintf(format, args...)})
}

// err is nil where there are none.
func (p *problems) err() error {
	if len(p.list) == 0 {
		return nil
	}
	slices.SortStableFunc(p.list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(slices.Index(p.files, a.File), slices.Index(p.files, b.File)), cmp.Compare(a.Line, b.Line))
	})
	return &ProblemsError{Problems: p.list[:min(len(p.list), maxProblems)], Count: len(p.list)}
}
