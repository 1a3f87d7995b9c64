package tflite

import (
	"fmt"
	"strings"

	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/foreign"
)

// Problem names a kind of obstacle to proving a model.
type Problem string

// The kinds of Finding.
const (
	ProblemGraph       Problem = "graph"       // no or several subgraphs, no inputs, no operators
	ProblemSignatures  Problem = "signatures"  // several entry points
	ProblemControlFlow Problem = "controlflow" // loops, branches, calls
	ProblemVariables   Problem = "variables"   // state that outlives one run
	ProblemCustom      Problem = "custom"      // custom and Flex operators
	ProblemOperator    Problem = "operator"    // a builtin without a proof
	ProblemOptions     Problem = "options"     // options absent, unreadable or of another operator
	ProblemQuantised   Problem = "quantised"   // integer or half-precision encodings of real values
	ProblemType        Problem = "type"        // another element type
	ProblemSparse      Problem = "sparse"      // sparse constants
	ProblemExternal    Problem = "external"    // data outside the FlatBuffer
	ProblemShape       Problem = "shape"       // sizes zero, rank too high
	ProblemDynamic     Problem = "dynamic"     // sizes known only at run time, other than the batch
	ProblemBatch       Problem = "batch"       // no telling which axis is the batch
	ProblemNonFinite   Problem = "nonfinite"   // NaN or infinite constants
	ProblemUnread      Problem = "unread"      // contents this package does not know
)

// Finding is one reason why a model cannot be proven, and the way round.
type Finding struct {
	Problem  Problem `json:"problem"`
	Operator int     `json:"operator"`         // index in the main subgraph, −1: none in particular
	Tensor   string  `json:"tensor,omitempty"` // name, or "tensor 3" where it has none
	Reason   string  `json:"reason"`
	Remedy   string  `json:"remedy"`
}

// String returns the finding on one line.
func (f Finding) String() string {
	var where string
	if f.Operator >= 0 {
		where = fmt.Sprintf("operator %d: ", f.Operator)
	}
	if f.Tensor != "" {
		where += fmt.Sprintf("tensor %s: ", foreign.Quote(f.Tensor))
	}
	return fmt.Sprintf("%s%s; %s", where, f.Reason, f.Remedy)
}

// Findings are the obstacles in one model; none means that it can be proven as
// far as the container goes.
type Findings []Finding

// Err returns nil for no findings, and else one error with all of them, which
// wraps fault.ErrUnsupported, or fault.ErrInput where every finding is about the
// values of constants.
func (fs Findings) Err() error {
	if len(fs) == 0 {
		return nil
	}
	kind := fault.ErrInput
	texts := make([]string, len(fs))
	for i, f := range fs {
		texts[i] = f.String()
		if f.Problem != ProblemNonFinite {
			kind = fault.ErrUnsupported
		}
	}
	return fmt.Errorf("tflite: %w model: %s", kind, strings.Join(texts, "; also "))
}

// Has reports whether a problem is among the findings.
func (fs Findings) Has(p Problem) bool {
	for _, f := range fs {
		if f.Problem == p {
			return true
		}
	}
	return false
}

// String returns one finding per line.
func (fs Findings) String() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}
