package fault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"
)

// What becomes of an error of each kind: where a file's statement is worked
// out, and where it comes from the verifier's own machine.
func TestVerdicts(t *testing.T) {
	for _, test := range []struct {
		name            string
		err             error
		ofFile, ofOwner int // exit codes
	}{
		{"false", ErrRejected, ExitRejected, ExitRejected},
		{"no proof at all", ErrMalformed, ExitRejected, ExitRejected},
		{"no program", ErrUnsupported, ExitRejected, ExitUnsupported},
		{"parameters that make no sense", ErrUsage, ExitRejected, ExitUsage},
		{"a number too large", ErrOverflow, ExitRejected, ExitInput},
		{"no text", ErrInput, ExitRejected, ExitInput},
		{"of no kind", errors.New("x"), ExitRejected, ExitInput},
		{"another version", ErrVersion, ExitVersion, ExitVersion},
		{"too large", ErrResources, ExitResources, ExitResources},
		{"a disk that fails", &fs.PathError{Op: "read", Path: "keys", Err: fs.ErrPermission}, ExitRejected, ExitInput},
		{"Ctrl-C", context.Canceled, ExitInput, ExitInput}, // the command line knows it before it asks for a code
		{"too late", context.DeadlineExceeded, ExitInput, ExitInput},
		{"both false and another version", errors.Join(ErrVersion, ErrRejected), ExitRejected, ExitRejected},
	} {
		wrapped := fmt.Errorf("segment 3: %w", test.err)
		if code := ExitCode(Verdict(OfFile(wrapped))); code != test.ofFile {
			t.Errorf("%s, of the file: exit code %d, want %d", test.name, code, test.ofFile)
		}
		if code := ExitCode(Verdict(wrapped)); code != test.ofOwner {
			t.Errorf("%s, of the machine: exit code %d, want %d", test.name, code, test.ofOwner)
		}
	}
	if OfFile(nil) != nil || Verdict(nil) != nil {
		t.Error("an error made of none")
	}
}
