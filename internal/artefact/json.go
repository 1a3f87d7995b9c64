package artefact

import (
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Limits of JSON in a stranger's file. Decoding can take a hundred times the
// size of a text: "{}," may be a struct of 300 bytes, so the objects are counted
// first. Numbers and texts take at most 16 bytes for 3.
const (
	// MaxObjects bounds the objects: parts, vocabularies, columns, claims. None
	// takes more than 512 bytes, 128 MiB in all.
	MaxObjects = 1 << 18
	// MaxDepth bounds how deep objects and lists are nested.
	MaxDepth = 16
)

// CheckJSON returns fault.ErrMalformed for a text with more objects than
// MaxObjects, or nested deeper than MaxDepth. It takes no memory, and says
// nothing of what is no JSON.
func CheckJSON(text []byte) error {
	objects, depth, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; c == '{' {
				objects++
			}
		case c == '}' || c == ']':
			depth--
		}
		if objects > MaxObjects || depth > MaxDepth {
			return fmt.Errorf("JSON of more than %d objects, or nested deeper than %d: %w", MaxObjects, MaxDepth, fault.ErrMalformed)
		}
	}
	return nil
}
