package fault

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// maxQuoted bounds how many characters of a text from outside an error quotes.
const maxQuoted = 100

// Quote returns a text from outside as an error or a report may show it: in
// quotation marks, at most its first 100 characters, everything that does not
// print escaped: control characters, those that reorder a line, bytes that are
// no UTF-8. What is left out is counted.
func Quote(text string) string {
	end := 0
	for range maxQuoted {
		if end == len(text) {
			break
		}
		_, size := utf8.DecodeRuneInString(text[end:])
		end += size
	}
	if end == len(text) {
		return strconv.Quote(text)
	}
	return fmt.Sprintf("%s… (%d bytes in all)", strconv.Quote(text[:end]), len(text))
}
