package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

// rejected is the verdict on what is false.
const rejected = "REJECTED"

// Console is where a program says something: results to one writer, all else to
// the other.
type Console struct {
	program  string // its name, at the head of what goes wrong
	out, err io.Writer
	json     bool // results are JSON
	told     bool // a result was printed
}

// New returns the console of a program.
func New(program string, out, err io.Writer, json bool) *Console {
	return &Console{program: program, out: out, err: err, json: json}
}

// Say prints a line beside the result: errors, notes and warnings.
func (c *Console) Say(text string) { fmt.Fprintln(c.err, foreign.Line(text)) }

// Result prints a value as JSON, or by text. Either way nothing in it steers a
// terminal.
func (c *Console) Result(v any, text func(w io.Writer) error) error {
	c.told = true
	if !c.json {
		return text(foreign.Writer(c.out))
	}
	encoded, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("result: %w: %w", fault.ErrInput, err)
	}
	_, err = c.out.Write(append(foreign.JSON(encoded), '\n'))
	return err
}

// Report prints an error, in the words that textOf has for it, and returns the exit
// code. Whatever the error holds of a file, it is one line, and the first word is
// the program's.
func (c *Console) Report(err error, textOf func(error) string) int {
	if err == nil {
		return fault.ExitOK
	}
	code, head := fault.ExitCode(err), c.program
	if code == fault.ExitRejected {
		head = rejected
	}
	for _, one := range joined(err) {
		c.Say(head + ": " + textOf(one))
	}
	return code
}

// Refusal is what is printed as JSON where a verification ends without a report.
type Refusal struct {
	Verdict  string   `json:"verdict"` // REJECTED: false, damaged, or about something else; NOT VERIFIED: nothing was shown
	ExitCode int      `json:"exit_code"`
	Reasons  []string `json:"reasons"`
}

// Verdict prints, where results are JSON, how a verification has ended that has not
// printed any: by the error that it returned, in the words that textOf has for it. It
// returns that error, or why it cannot be printed.
func (c *Console) Verdict(err error, textOf func(error) string) error {
	if err == nil || c.told || !c.json || errors.Is(err, context.Canceled) {
		return err
	}
	r := Refusal{Verdict: "NOT VERIFIED", ExitCode: fault.ExitCode(err)}
	if r.ExitCode == fault.ExitRejected {
		r.Verdict = rejected
	}
	for _, one := range joined(err) {
		r.Reasons = append(r.Reasons, textOf(one))
	}
	if printing := c.Result(r, nil); printing != nil {
		return errors.Join(err, printing)
	}
	return err
}

// joined are the errors of errors.Join, or the one error.
func joined(err error) []error {
	list, several := err.(interface{ Unwrap() []error })
	if !several || len(list.Unwrap()) == 0 || errors.Join(list.Unwrap()...).Error() != err.Error() {
		return []error{err}
	}
	var all []error
	for _, e := range list.Unwrap() {
		all = append(all, joined(e)...)
	}
	return all
}

// Arguments accepts between low and high of them, named for the message.
func Arguments(low, high int, names string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) < low || len(args) > high {
			return fmt.Errorf("%s takes %s, got %d argument(s); see %s --help: %w", c.CommandPath(), names, len(args), c.CommandPath(), fault.ErrUsage)
		}
		return nil
	}
}
