package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// TestText: kinds are not named, settings are called as the reader calls them,
// and everything else stays as it is.
func TestText(t *testing.T) {
	flag := func(key string) string { return "--" + key }
	overflow := fmt.Errorf("value 200 does not fit: %w", fault.ErrOverflow)
	for _, test := range []struct {
		err                error
		text, asSaid, kind string
	}{
		{fmt.Errorf("a batch of 9: %w", fault.ErrUsage), "a batch of 9", "a batch of 9: usage", "usage"},
		{fmt.Errorf("input is odd: %w", fault.ErrInput), "input is odd", "input is odd: input", "input"},
		{fmt.Errorf("open: %w: %w", fault.ErrInput, errors.New("no such input: it is gone")), "open: no such input: it is gone", "open: input: no such input: it is gone", "input"},
		{fmt.Errorf("%w: %w", errors.New("unknown flag"), fault.ErrUsage), "unknown flag", "unknown flag: usage", "usage"},
		{fmt.Errorf("%w: shape 3", fault.ErrMalformed), "shape 3", "malformed: shape 3", "malformed"},
		{fmt.Errorf("tflite: %w model: it loops", fault.ErrUnsupported), "tflite: unsupported model: it loops", "tflite: unsupported model: it loops", "unsupported"},
		{fmt.Errorf("x: %w", fmt.Errorf("y: %w", fault.ErrInput)), "x: y", "x: y: input", "input"},
		{&fault.Setting{Key: "batch", Err: fmt.Errorf("0: %w", fault.ErrUsage)}, "--batch: 0", "batch: 0", "usage"},
		{fmt.Errorf("data: %w", fault.Advise(overflow, "lower %s below %s", "feature", "batch")),
			"data: value 200 does not fit: lower --feature below --batch", "data: value 200 does not fit: lower feature below batch", "overflow"},
		{errors.Join(fmt.Errorf("a: %w", fault.ErrRejected), fmt.Errorf("b: %w", fault.ErrRejected)), "a\nb", "a: rejected\nb: rejected", "rejected"},
		{fmt.Errorf("a round: %w", fault.ErrMissing), "a round", "a round: not given", "not given"},
		{fault.ErrUnpinned, "valid as far as it was compared", "valid as far as it was compared", "valid as far as it was compared"},
	} {
		if got := fault.Text(test.err, flag); got != test.text {
			t.Errorf("%q reads %q, want %q", test.err, got, test.text)
		}
		if got := test.err.Error(); got != test.asSaid {
			t.Errorf("Error: %q, want %q", got, test.asSaid)
		}
		for _, kind := range []error{fault.ErrUsage, fault.ErrInput, fault.ErrMalformed, fault.ErrUnsupported, fault.ErrOverflow, fault.ErrRejected, fault.ErrUnpinned, fault.ErrMissing} {
			if is := errors.Is(test.err, kind); is != (kind.Error() == test.kind) {
				t.Errorf("%q is %q: %t", test.err, kind, is)
			}
		}
	}
}

// A text that looks like the name of a kind and is none stays.
func TestTextKeepsWhatIsNoKind(t *testing.T) {
	for _, err := range []error{
		errors.New("column a: input"),
		fmt.Errorf("file %q: %w", "x: usage: y", errors.New("gone")),
		fmt.Errorf("usage of memory: %v", errors.New("input: resources")),
	} {
		if got := fault.Text(err, nil); got != err.Error() {
			t.Errorf("%q reads %q", err, got)
		}
	}
	if fault.Text(nil, nil) != "" {
		t.Error("no error says something")
	}
}
