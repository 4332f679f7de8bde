package simulator

import (
	"errors"
	"fmt"
	"strings"
)

// search is a parsed query: argument, in the syntax of
// https://shopify.dev/docs/api/usage/search-syntax. It is one of searchTerm,
// searchNot, searchAll and searchAny. String prints it in a form that parses to
// the same again.
type search interface {
	fmt.Stringer
	search()
}

// searchTerm compares a field with a value.
type searchTerm struct {
	// field is empty where the query names none.
	field string
	// comparator is one of : :< :> :<= :>= and empty where field is.
	comparator string
	value      string
	// prefix says that value is the beginning of what is looked for, as norm* asks.
	prefix bool
}

// searchNot is true of what its part is not true of.
type searchNot struct{ of search }

// searchAll is true where all of its parts are, so with none of everything.
type searchAll []search

// searchAny is true where one of its parts is.
type searchAny []search

func (searchTerm) search() {}
func (searchNot) search()  {}
func (searchAll) search()  {}
func (searchAny) search()  {}

// maxSearchDepth bounds how deep parentheses and modifiers nest; Shopify's own
// bound is not public (?).
const maxSearchDepth = 64

// parseSearch reads a query. That AND binds closer than OR is not documented (?).
func parseSearch(text string) (search, error) {
	p := &searchParser{text: text}
	p.space()
	if p.end() {
		return searchAll{}, nil
	}
	s, err := p.any(0)
	if err != nil {
		return nil, err
	}
	if !p.end() {
		return nil, fmt.Errorf("a parenthesis too many at %d", p.at)
	}
	return s, nil
}

// searchParser is a text and a place in it, in bytes.
type searchParser struct {
	text string
	at   int
}

func (p *searchParser) end() bool { return p.at >= len(p.text) }

func (p *searchParser) peek() byte {
	if p.end() {
		return 0
	}
	return p.text[p.at]
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func (p *searchParser) space() bool {
	from := p.at
	for !p.end() && isSpace(p.peek()) {
		p.at++
	}
	return p.at > from
}

// keyword takes AND, OR or NOT, which are words of their own.
func (p *searchParser) keyword(word string) bool {
	if !p.isKeyword(word) {
		return false
	}
	p.at += len(word)
	p.space()
	return true
}

func (p *searchParser) isKeyword(word string) bool {
	rest, found := strings.CutPrefix(p.text[p.at:], word)
	return found && (rest == "" || isSpace(rest[0]) || rest[0] == ')')
}

// any reads terms joined by OR.
func (p *searchParser) any(depth int) (search, error) {
	var parts searchAny
	for {
		part, err := p.all(depth)
		if err != nil {
			return nil, err
		}
		if inner, ok := part.(searchAny); ok {
			parts = append(parts, inner...)
		} else {
			parts = append(parts, part)
		}
		if !p.keyword("OR") {
			break
		}
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return parts, nil
}

// all reads terms joined by AND, or by nothing, which means the same.
func (p *searchParser) all(depth int) (search, error) {
	var parts searchAll
	for {
		part, err := p.modified(depth)
		if err != nil {
			return nil, err
		}
		if inner, ok := part.(searchAll); ok {
			parts = append(parts, inner...)
		} else {
			parts = append(parts, part)
		}
		spaced := p.space()
		if p.end() || p.peek() == ')' || p.isKeyword("OR") {
			break
		}
		if !spaced {
			return nil, fmt.Errorf("no space between terms at %d", p.at)
		}
		p.keyword("AND")
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return parts, nil
}

// modified reads a term behind its modifiers, or a query in parentheses.
func (p *searchParser) modified(depth int) (search, error) {
	if depth > maxSearchDepth {
		return nil, fmt.Errorf("nested deeper than %d", maxSearchDepth)
	}
	switch {
	case p.peek() == '-' && p.at+1 < len(p.text) && !isSpace(p.text[p.at+1]):
		p.at++
		return p.negated(depth)
	case p.keyword("NOT"):
		return p.negated(depth)
	case p.peek() == '(':
		p.at++
		p.space()
		s, err := p.any(depth + 1)
		if err != nil {
			return nil, err
		}
		if p.peek() != ')' {
			return nil, errors.New("a parenthesis is not closed")
		}
		p.at++
		return s, nil
	default:
		return p.term()
	}
}

func (p *searchParser) negated(depth int) (search, error) {
	s, err := p.modified(depth + 1)
	if err != nil {
		return nil, err
	}
	return searchNot{s}, nil
}

// term reads a value, or a field, comparator and value.
func (p *searchParser) term() (search, error) {
	if p.isKeyword("AND") || p.isKeyword("OR") || p.end() || p.peek() == ')' {
		return nil, fmt.Errorf("a term is missing at %d", p.at)
	}
	t := searchTerm{field: p.field()}
	if t.field != "" {
		t.comparator = ":"
		for _, c := range []string{"<=", ">=", "<", ">"} {
			if strings.HasPrefix(p.text[p.at:], c) {
				t.comparator += c
				p.at += len(c)
				break
			}
		}
		p.space() // Shopify's own examples have one here
		if p.isKeyword("AND") || p.isKeyword("OR") || p.isKeyword("NOT") {
			return nil, fmt.Errorf("%s has no value", t.field)
		}
	}
	if err := p.value(&t); err != nil {
		return nil, err
	}
	return t, nil
}

// field takes a name and the colon behind it, or nothing.
func (p *searchParser) field() string {
	at := p.at
	for at < len(p.text) && isNamePart(p.text[at]) {
		at++
	}
	if at == p.at || at >= len(p.text) || p.text[at] != ':' {
		return ""
	}
	name := p.text[p.at:at]
	p.at = at + 1
	return name
}

func isNamePart(c byte) bool {
	return c == '_' || c == '.' || c == '$' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
