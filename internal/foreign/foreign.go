package foreign

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what is shown, in characters.
const (
	MaxLine  = 8000 // of a line
	MaxQuote = 200  // of a quotation in a sentence
	MaxList  = 64   // quotations in a list
)

// maxMarks is how many combining marks a letter carries; more reach into other
// lines.
const maxMarks = 3

// Line returns text as one line, at most MaxLine characters of it. Quotation marks
// and backslashes stay: they may be the program's own.
func Line(text string) string { return escape(text, MaxLine, "") }

// Quote returns text in quotation marks, at most MaxQuote characters of it. No
// text ends the quotation, nor looks as if it did.
func Quote(text string) string { return QuoteUpTo(text, MaxQuote) }

// QuoteUpTo is Quote with another bound. What is cut off is counted after the
// quotation.
func QuoteUpTo(text string, most int) string {
	head, cut := clip(text, most)
	quoted := `"` + escape(head, len(head)+1, lookAlikes) + `"`
	if cut {
		quoted += fmt.Sprintf("… (%d bytes in all)", len(text))
	}
	return quoted
}

// Quotes quotes a list, at most MaxList of it.
func Quotes(list []string) string {
	var quoted []string
	for _, text := range list[:min(len(list), MaxList)] {
		quoted = append(quoted, Quote(text))
	}
	if more := len(list) - len(quoted); more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(quoted, ", "), more)
	}
	return strings.Join(quoted, ", ")
}

// lookAlikes end a quotation, or look as if they did.
const lookAlikes = "\"\\\u02ba\u02dd\u02ee\u02f6\u05f4\u201c\u201d\u201e\u201f\u2033\u2036\u2057\u275d\u275e\u2760\u301d\u301e\u301f\u3003\uff02"

// clip returns the first characters of text, at most so many.
func clip(text string, most int) (head string, cut bool) {
	if len(text) <= most {
		return text, false
	}
	end := 0
	for range most {
		if end == len(text) {
			break
		}
		_, n := utf8.DecodeRuneInString(text[end:])
		end += n
	}
	return text[:end], end < len(text)
}

// escape writes everything that is no plain character, and the characters in
// also, as escapes of Go.
func escape(text string, most int, also string) string {
	head, cut := clip(text, most)
	var b strings.Builder
	marks := maxMarks // none on nothing
	for len(head) > 0 {
		r, n := utf8.DecodeRuneInString(head)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, head[0])
		case unicode.IsMark(r) && plain(r) && marks < maxMarks:
			b.WriteRune(r)
			marks++
		case strings.ContainsRune(also, r) || unicode.IsMark(r) || !plain(r):
			b.WriteString(escaped(r))
		default:
			b.WriteRune(r)
			marks = 0
		}
		head = head[n:]
	}
	if cut {
		fmt.Fprintf(&b, "… (%d bytes in all)", len(text))
	}
	return b.String()
}

// plain reports whether a character is seen, and steers nothing.
func plain(r rune) bool {
	const blank = '\u2800' // of Braille
	return strconv.IsPrint(r) && r != blank && r != utf8.RuneError &&
		!unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// escaped is a character in ASCII, as Go writes it in a text.
func escaped(r rune) string {
	quoted := strconv.QuoteToASCII(string(r))
	if quoted = quoted[1 : len(quoted)-1]; quoted != string(r) {
		return quoted
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// Writer passes text on with everything escaped but newlines and what Line
// leaves. It does not cut.
func Writer(w io.Writer) io.Writer { return writer{w} }

type writer struct{ to io.Writer }

// Write implements io.Writer. A character that two calls share is escaped.
func (w writer) Write(text []byte) (int, error) {
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		lines[i] = escape(line, len(line), "")
	}
	if _, err := io.WriteString(w.to, strings.Join(lines, "\n")); err != nil {
		return 0, err
	}
	return len(text), nil
}

// JSON escapes what encoding/json leaves in texts: everything in them that is
// no plain character. Requires a value in JSON, where characters beyond ASCII
// stand in texts alone.
func JSON(value []byte) []byte {
	var b []byte
	for _, r := range string(value) {
		switch {
		case r < 0x7f || plain(r) && !unicode.IsMark(r):
			b = utf8.AppendRune(b, r)
		case r < 1<<16:
			b = fmt.Appendf(b, `\u%04x`, r)
		default:
			high := (r - 1<<16) >> 10
			b = fmt.Appendf(b, `\u%04x\u%04x`, 0xd800+high, 0xdc00+(r-1<<16)&0x3ff)
		}
	}
	return b
}
