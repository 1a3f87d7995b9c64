package verify

import (
	"fmt"
	"strings"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// asides are files of directories that were not used: why, for people.
type asides []string

// add enters a file, and has r tell people.
func (a *asides) add(r *Rounds, path string, err error) {
	why := fault.Text(err, nil)
	if why == "" {
		why = err.Error()
	}
	if !strings.HasPrefix(why, path) && !strings.HasPrefix(why, "reading "+path) { // it names the file itself
		why = path + ": " + why
	}
	*a = append(*a, why)
	r.note("set aside: %s", why)
}

// perhaps says of the files that one of them may be what is missing.
func (a asides) perhaps() string {
	var text strings.Builder
	const most = 5
	for i, why := range a {
		if i == most {
			fmt.Fprintf(&text, "; and %d more files were set aside", len(a)-most)
			break
		}
		fmt.Fprintf(&text, "; set aside, and perhaps what is missing: %s", why)
	}
	return text.String()
}

// note tells people something beside the report.
func (r *Rounds) note(format string, args ...any) {
	if r != nil && r.Note != nil {
		r.Note(format, args...)
	}
}
