package simulator

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// value reads what a term looks for: a quoted text, or all up to a space or
// parenthesis. A backslash takes the next character as it is.
func (p *searchParser) value(t *searchTerm) error {
	if q := p.peek(); q == '\'' || q == '"' {
		return p.quoted(t, q)
	}
	from := p.at
	var text strings.Builder
	for ; !p.end() && !isSpace(p.peek()) && p.peek() != '(' && p.peek() != ')'; p.at++ {
		switch c := p.peek(); {
		case t.prefix:
			return fmt.Errorf("a * at %d that is not the end of its word", p.at-1)
		case c == '*':
			t.prefix = true
		case c == ':':
			return fmt.Errorf("a colon in an unquoted value at %d", p.at)
		case c == '\\':
			p.at++
			if p.end() {
				return errors.New("a backslash at the end")
			}
			text.WriteByte(p.peek())
		default:
			text.WriteByte(c)
		}
	}
	if p.at == from {
		return fmt.Errorf("a value is missing at %d", p.at)
	}
	t.value = text.String()
	return nil
}

func (p *searchParser) quoted(t *searchTerm, quote byte) error {
	var text strings.Builder
	for p.at++; !p.end(); p.at++ {
		switch c := p.peek(); {
		case c == quote:
			p.at++
			t.value = text.String()
			return nil
		case c == '\\' && p.at+1 < len(p.text):
			p.at++
			text.WriteByte(p.peek())
		default:
			text.WriteByte(c)
		}
	}
	return errors.New("a quote is not closed")
}

// plainValue is what needs no quotes.
var plainValue = regexp.MustCompile(`^[A-Za-z0-9_./@+][A-Za-z0-9_./@+-]*$`)

// String writes the term with no more quotes than it needs.
func (t searchTerm) String() string {
	isKeyword := t.value == "AND" || t.value == "OR" || t.value == "NOT"
	switch {
	case t.prefix:
		return t.field + t.comparator + escapeWord(t.value) + "*"
	case plainValue.MatchString(t.value) && !isKeyword:
		return t.field + t.comparator + t.value
	default:
		return t.field + t.comparator + "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(t.value) + "'"
	}
}

// escapeWord writes a value that cannot be quoted because an asterisk follows.
func escapeWord(value string) string {
	var out strings.Builder
	for i := range len(value) {
		if c := value[i]; isSpace(c) || strings.IndexByte(`:\()'"*<>=-`, c) >= 0 {
			out.WriteByte('\\')
		}
		out.WriteByte(value[i])
	}
	return out.String()
}

// String writes NOT in front of the part, in parentheses where it has several.
func (n searchNot) String() string { return "NOT " + enclosed(n.of) }

// String joins the parts by AND.
func (a searchAll) String() string {
	texts := make([]string, len(a))
	for i, part := range a {
		texts[i] = enclosed(part)
	}
	return strings.Join(texts, " AND ")
}

// String joins the parts by OR, which needs no parentheses.
func (a searchAny) String() string {
	texts := make([]string, len(a))
	for i, part := range a {
		texts[i] = part.String()
	}
	return strings.Join(texts, " OR ")
}

func enclosed(s search) string {
	switch s.(type) {
	case searchAll, searchAny:
		return "(" + s.String() + ")"
	default:
		return s.String()
	}
}
