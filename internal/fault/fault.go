package fault

import "errors"

var (
	// ErrRejected reports a proof or a claim that is well formed and false.
	ErrRejected = errors.New("rejected")
	// ErrMalformed reports bytes that are not what they are said to be.
	ErrMalformed = errors.New("malformed")
	// ErrUsage reports arguments or settings that make no sense together.
	ErrUsage = errors.New("usage")
	// ErrInput reports data or files that cannot be read or used.
	ErrInput = errors.New("input")
	// ErrUnsupported reports a model that this system cannot prove.
	ErrUnsupported = errors.New("unsupported")
	// ErrOverflow reports an integer outside its declared format.
	ErrOverflow = errors.New("overflow")
	// ErrResources reports work that does not fit the machine.
	ErrResources = errors.New("resources")
	// ErrVersion reports a version, key or setup that does not match.
	ErrVersion = errors.New("version mismatch")
	// ErrUnpinned reports something valid that was not compared with what its
	// verifier means.
	ErrUnpinned = errors.New("valid as far as it was compared")
	// ErrMissing reports something of which nothing could be shown, nor that it is
	// false, as what it is about was not given.
	ErrMissing = errors.New("not given")
	// ErrPanic reports a panic that Catch has caught, beside the kind of what
	// was being read.
	ErrPanic = errors.New("this is a bug of zkaudit")
)

// Exit codes of the command line.
const (
	ExitOK          = 0 // valid, or done
	ExitRejected    = 1 // proof or claim false
	ExitUsage       = 2 // arguments
	ExitInput       = 3 // input or I/O
	ExitUnsupported = 4 // model not supported
	ExitResources   = 5 // not enough memory, disk or time
	ExitVersion     = 6 // version, key or setup mismatch
	ExitUnpinned    = 7 // valid, but not compared; or not given whole

	ExitInterrupted = 130 // ended by SIGINT, as shells report it
	ExitTerminated  = 143 // by SIGTERM
)

// ExitCode returns the exit code for err; nil is ExitOK, and an error of no
// named kind counts as an I/O fault.
func ExitCode(err error) int {
	switch {
	case err == nil:
		return ExitOK
	case errors.Is(err, ErrRejected):
		return ExitRejected
	case errors.Is(err, ErrUsage):
		return ExitUsage
	case errors.Is(err, ErrUnsupported):
		return ExitUnsupported
	case errors.Is(err, ErrResources):
		return ExitResources
	case errors.Is(err, ErrVersion):
		return ExitVersion
	case errors.Is(err, ErrUnpinned), errors.Is(err, ErrMissing):
		return ExitUnpinned
	default:
		return ExitInput
	}
}
