package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// TestVerdict: where results are JSON there is one for each verification, however it
// ends, and one only.
func TestVerdict(t *testing.T) {
	said := func(err error) string { return err.Error() }
	for _, c := range []struct {
		name string
		json bool
		told bool
		err  error
		want string // "" for nothing
	}{
		{"false", true, false, fmt.Errorf("segment 1: %w", fault.ErrRejected), `{"verdict":"REJECTED","exit_code":1,"reasons":["segment 1: rejected"]}`},
		{"two things are", true, false, errors.Join(fault.ErrRejected, errors.New("b")), `{"verdict":"REJECTED","exit_code":1,"reasons":["rejected","b"]}`},
		{"a participant is missing", true, false, fault.ErrMissing, `{"verdict":"NOT VERIFIED","exit_code":7,"reasons":["not given"]}`},
		{"cannot be read", true, false, fault.ErrInput, `{"verdict":"NOT VERIFIED","exit_code":3,"reasons":["input"]}`},
		{"another version", true, false, fault.ErrVersion, `{"verdict":"NOT VERIFIED","exit_code":6,"reasons":["version mismatch"]}`},
		{"after a report", true, true, fault.ErrUnpinned, ""},
		{"as text", false, false, fault.ErrRejected, ""},
		{"accepted", true, false, nil, ""},
		{"interrupted", true, false, context.Canceled, ""},
	} {
		var out bytes.Buffer
		console := New("program", &out, io.Discard, c.json)
		if c.told {
			if err := console.Result("a report", nil); err != nil {
				t.Fatal(err)
			}
			out.Reset()
		}
		if err := console.Verdict(c.err, said); !errors.Is(err, c.err) {
			t.Errorf("%s: the error became %v", c.name, err)
		}
		var got bytes.Buffer
		if out.Len() > 0 {
			if err := json.Compact(&got, out.Bytes()); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		if got.String() != c.want {
			t.Errorf("%s: printed %q, want %q", c.name, got.String(), c.want)
		}
	}
}

// TestVerdictNotPrinted: that it cannot be printed is said beside what it was.
func TestVerdictNotPrinted(t *testing.T) {
	broken := errors.New("broken pipe")
	err := New("program", failing{broken}, io.Discard, true).Verdict(fault.ErrRejected, error.Error)
	if !errors.Is(err, broken) || fault.ExitCode(err) != fault.ExitRejected {
		t.Errorf("%v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
