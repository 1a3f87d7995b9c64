package audit

import "fmt"

// vacuous refuses a parameter with which a claim holds whatever was committed:
// whoever reads "at least …" takes it for a bound. want says which values bound
// something.
func (s *Scope) vacuous(parameter string, value any, want string, args ...any) {
	s.usage("%s = %v holds of any data and says nothing; want %s", parameter, value, fmt.Sprintf(want, args...))
}

// boundsShare refuses bounds on a share of rows that every number of them meets:
// at least least and at most most of total, where they are given.
func (s *Scope) boundsShare(total int64, atLeast Decimal, least int64, atMost Decimal, most int64) {
	if atLeast != "" && least < 1 {
		s.vacuous("at_least", atLeast, "more than 0")
	}
	if atMost != "" && most >= total {
		s.vacuous("at_most", atMost, "less than 1")
	}
}
