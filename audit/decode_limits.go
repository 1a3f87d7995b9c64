package audit

import (
	"fmt"

	"github.com/zkaudit/zkaudit/fault"
)

// Limits of an encoded audit. Decoding JSON can take a hundred times its size:
// "{}," is a part. The values in a text are counted before it is decoded.
const (
	MaxParts = 1 << 10
	MaxRuns  = 1 << 6

	maxWidth = 1 << 26 // features or labels of a row

	// maxObjects bounds the JSON objects of an audit: parts, vocabularies, columns
	// of encodings, claims. None takes more than 512 bytes, 128 MiB in all.
	maxObjects = 1 << 18
	// maxDepth bounds how deep they are nested.
	maxDepth = 16
)

// checkJSON returns fault.ErrMalformed for a text with more objects than an
// audit has, or nested deeper. Of what is no JSON it says nothing.
func checkJSON(text []byte) error {
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
		if objects > maxObjects || depth > maxDepth {
			return fmt.Errorf("audit bundle: more than %d objects, or nested deeper than %d: %w", maxObjects, maxDepth, fault.ErrMalformed)
		}
	}
	return nil
}
