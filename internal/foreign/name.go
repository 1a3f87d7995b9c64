package foreign

import "fmt"

// maxName bounds a name, in bytes.
const maxName = 64

// nameForm says what a name looks like.
const nameForm = "1 to 64 letters, digits, dots, dashes and underscores of ASCII, the first a letter or digit"

// CheckName refuses a name, of what kind of thing what says, that has another
// form than those of parts, runs, models and claims have: of such names nothing
// but a name can be made. The error is of no kind: what it is, whoever reads the
// name knows.
func CheckName(what, name string) error {
	if IsName(name) {
		return nil
	}
	return fmt.Errorf("%s called %s: want %s", what, Quote(name), nameForm)
}

// IsName reports whether a text has the form of a name.
func IsName(name string) bool {
	if name == "" || len(name) > maxName {
		return false
	}
	for i := range len(name) {
		c := name[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && (i == 0 || c != '_' && c != '.' && c != '-') {
			return false
		}
	}
	return true
}
