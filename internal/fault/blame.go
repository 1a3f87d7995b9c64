package fault

import (
	"context"
	"errors"
	"fmt"
)

// OfFile returns an error met while working out what a stranger's file is about
// as an error of that file, fault.ErrMalformed: there the kinds that speak of
// one's own arguments, models, rows and files mean the stranger's. Verdicts stay
// what they are, and so does what is none: another version, a machine that is
// too small, the end of a context.
func OfFile(err error) error {
	if err == nil {
		return nil
	}
	for _, kind := range []error{ErrRejected, ErrMalformed, ErrVersion, ErrResources, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, kind) {
			return err
		}
	}
	return Recast(err, ErrMalformed)
}

// Verdict returns the error of a verification as the verdict on the file: a
// recognised file that is malformed is rejected. Every other error is what it
// was: no fault of the verifier's own machine is a verdict.
func Verdict(err error) error {
	if errors.Is(err, ErrMalformed) && !errors.Is(err, ErrRejected) {
		return fmt.Errorf("%w: %w", ErrRejected, err)
	}
	return err
}
