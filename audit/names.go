package audit

import (
	"fmt"
	"strings"
)

// maxNamed bounds the names that a message lists.
const maxNamed = 16

// noSuch says that a claim names something that is not there, and what is.
func (s *Scope) noSuch(what, name string, there []string) {
	s.usage("%s %q; %s", what, name, thereAre(there))
}

// thereAre lists names.
func thereAre(names []string) string {
	if len(names) == 0 {
		return "there is none"
	}
	var quoted []string
	for _, name := range names[:min(len(names), maxNamed)] {
		quoted = append(quoted, fmt.Sprintf("%.80q", name))
	}
	more := ""
	if n := len(names) - maxNamed; n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	verb := "are"
	if len(names) == 1 {
		verb = "is"
	}
	return fmt.Sprintf("there %s %s%s", verb, strings.Join(quoted, ", "), more)
}
