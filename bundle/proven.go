package bundle

import (
	"fmt"
	"strings"

	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

// proven are the sentences that an accepted bundle makes true. Each clause has a
// test that makes it false and sees the bundle rejected (sentences_test.go). from is
// what a continued run starts from, nil if that was not given.
func proven(s *Statement, f *Facts, from *Predecessor) []string {
	total := 0
	for _, rows := range f.Rows {
		total += rows
	}
	segments := fmt.Sprintf("%d chained segments", f.Segments)
	if f.Segments == 1 {
		segments = "one segment"
	}
	list := []string{
		fmt.Sprintf("the final weights are exactly what %d steps of this program compute, in the program's integer arithmetic, from the initial weights: every update of every step, in %s",
			f.Steps, segments),
		fmt.Sprintf("each step read exactly the rows that the schedule names (%s order, batch %d) from the committed dataset of %d rows in %d part(s)",
			f.Order, f.Batch, total, len(f.Dataset)),
	}
	if left := s.Schedule.Without; len(left) > 0 {
		list = append(list, fmt.Sprintf("no step read any of the %d row(s) that the schedule leaves out, part:row from 0: %s", schedule.Rows(left), listed(f.Without)))
	}
	return append(list,
		fmt.Sprintf("each step used the stated learning rate (%s)", f.Rate),
		"every committed dataset cell is a 16-bit integer, labels are well formed, and padding is 0; what else a commitment may hold enters no proof",
		provenOrigin(&s.Origin, from))
}

func provenOrigin(o *Origin, from *Predecessor) string {
	switch o.Kind {
	case Seeded:
		return fmt.Sprintf("the initial weights are those that the public seed %s gives by scheme %s", foreign.QuoteUpTo(o.Seed, maxShown), foreign.Quote(o.Scheme))
	case Published:
		return "the initial weights are the published integers that the bundle carries"
	case Continued:
		if from != nil {
			return fmt.Sprintf("the initial weights are exactly the final weights of %s %s: the same commitments, in the same formats, and its proofs hold, too", from.last().Kind, from.last().Statement)
		}
		return fmt.Sprintf("the initial weights are integers from −2^%d to 2^%d − 1; that they are those of the result %x was NOT checked, nor how these came about", o.Bits, o.Bits, o.Predecessor)
	default:
		return fmt.Sprintf("the initial weights are integers from −2^%d to 2^%d − 1; where they come from is private and NOT proven", o.Bits, o.Bits)
	}
}

// listed are ranges of rows, as many as a line takes.
func listed(ranges []string) string {
	const most = 100
	if more := len(ranges) - most; more > 0 {
		return fmt.Sprintf("%s and %d more range(s)", strings.Join(ranges[:most], ", "), more)
	}
	return strings.Join(ranges, ", ")
}
