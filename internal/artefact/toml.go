package artefact

import (
	"bytes"
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// MaxTables bounds the tables of a stranger's TOML, headers and inline ones, and
// the lists that are no part of others.
const MaxTables = 1 << 14

// CheckTOML returns fault.ErrMalformed for a text with more tables than
// MaxTables, nested deeper than MaxDepth, or with a key of more than MaxDepth
// names. Its decoder takes memory by the square of the depth and more: 40 KB of
// "{a={a={a=" take 9 GB. It takes no memory, and says nothing of what is no TOML:
// up to there it reads texts and comments as the decoder does.
func CheckTOML(text []byte) error {
	tables, depth, names := 0, 0, 0
	for i := 0; i < len(text); {
		switch c := text[i]; c {
		case '#':
			i += until(text[i:], "\n")
			continue
		case '"', '\'':
			i += quoted(text[i:])
			continue
		case '{', '[':
			if depth++; c == '{' || depth == 1 { // a header, or a list that is a value
				tables++
			}
			names = 0
		case '}', ']':
			depth--
			names = 0
		case '.':
			names++
		case '\n', ',', '=':
			names = 0
		}
		if i++; tables > MaxTables || depth > MaxDepth || names > MaxDepth {
			return fmt.Errorf("TOML of more than %d tables and lists, nested deeper than %d, or with a key of more names: %w", MaxTables, MaxDepth, fault.ErrMalformed)
		}
	}
	return nil
}

// until returns the length of a text up to its first end.
func until(text []byte, end string) int {
	if n := bytes.Index(text, []byte(end)); n >= 0 {
		return n
	}
	return len(text)
}

// quoted returns the length of the text in quotation marks that text begins with.
// One that begins with a single mark ends with its line, one that begins with
// three does not, and up to two marks before the last three are part of it.
// Backslashes escape in double marks only.
func quoted(text []byte) int {
	mark := text[0]
	if three := []byte{mark, mark, mark}; bytes.HasPrefix(text, three) {
		i := len(three)
		for i < len(text) && !bytes.HasPrefix(text[i:], three) {
			if mark == '"' && text[i] == '\\' {
				i++
			}
			i++
		}
		i = min(len(text), i+len(three))
		for more := 0; more < 2 && i < len(text) && text[i] == mark; more++ {
			i++
		}
		return i
	}
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == mark:
			return i + 1
		case text[i] == '\n':
			return i
		case mark == '"' && text[i] == '\\':
			i++
		}
	}
	return len(text)
}
