package simulator

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// handleOf is a text as a handle: letters and digits of whatever script in lower
// case, with one hyphen for all that is between them.
func handleOf(text string) string {
	var out strings.Builder
	gap := false
	for _, c := range strings.ToLower(text) {
		switch {
		case unicode.IsLetter(c) || unicode.IsDigit(c) || c == '_':
			if gap && out.Len() > 0 {
				out.WriteByte('-')
			}
			gap = false
			out.WriteRune(c)
		case c == '\'' || c == '’':
		default:
			gap = true
		}
	}
	return out.String()
}

var numbered = regexp.MustCompile(`^(.*?)([0-9]{1,18})$`)

// freeHandle is a handle that no product has: the one given, or the next number
// at its end, as public records show it.
func (s *Shop) freeHandle(handle string) string {
	if productByHandle(s, handle) == nil {
		return handle
	}
	stem, n := handle+"-", uint64(0)
	if parts := numbered.FindStringSubmatch(handle); parts != nil {
		stem = parts[1]
		n, _ = strconv.ParseUint(parts[2], 10, 64) // digits
	}
	last := s.indexed().lastNumber
	for n = max(n, last[stem]) + 1; ; n++ {
		if free := stem + strconv.FormatUint(n, 10); productByHandle(s, free) == nil {
			last[stem] = n
			return free
		}
	}
}
