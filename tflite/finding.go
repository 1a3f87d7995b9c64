package tflite

import (
	"fmt"
	"strings"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
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
	ProblemUse         Problem = "use"         // an operator in a way that has no proof
	ProblemTraining    Problem = "training"    // nothing to train, or not by any loss
)

// Finding is one reason why a model cannot be proven, and the way round. It is
// said once of all operators or tensors that it holds of.
type Finding struct {
	Problem  Problem `json:"problem"`
	Operator int     `json:"operator"`         // index of the first in the main subgraph, −1: none in particular
	Tensor   string  `json:"tensor,omitempty"` // name of the first, or "tensor 3" where it has none
	Places   int     `json:"places"`           // how many operators or tensors; 1: this one
	Reason   string  `json:"reason"`
	Remedy   string  `json:"remedy"`
}

// String returns the finding on one line.
func (f Finding) String() string {
	var where []string
	if f.Operator >= 0 {
		where = append(where, fmt.Sprintf("operator %d", f.Operator))
	}
	if f.Tensor != "" {
		where = append(where, "tensor "+foreign.Quote(f.Tensor))
	}
	text := strings.Join(where, ", ")
	if f.Places > 1 {
		text += fmt.Sprintf(" and %d more", f.Places-1)
	}
	if text != "" {
		text += ": "
	}
	if text += f.Reason; f.Remedy != "" {
		text += "; " + f.Remedy
	}
	return text
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
	var texts []string
	for _, f := range fs[:min(len(fs), maxReasons)] {
		texts = append(texts, f.String())
	}
	if more := len(fs) - len(texts); more > 0 {
		texts = append(texts, fmt.Sprintf("%d more reasons, which zkaudit inspect lists", more))
	}
	return fmt.Errorf("%s: %w", strings.Join(texts, "; also "), fs.Kind())
}

// Kind is the kind of error that the findings are: fault.ErrInput where every one
// is about the values of constants, else fault.ErrUnsupported; nil for none.
func (fs Findings) Kind() error {
	var kind error
	for _, f := range fs {
		if f.Problem != ProblemNonFinite {
			return fault.ErrUnsupported
		}
		kind = fault.ErrInput
	}
	return kind
}

// maxReasons bounds the findings that an error lists.
const maxReasons = 8

// Add adds a finding, or counts it where its kind, reason and remedy are there.
func (fs *Findings) Add(f Finding) {
	f.Places = max(f.Places, 1)
	for i := range *fs {
		if have := &(*fs)[i]; have.Problem == f.Problem && have.Reason == f.Reason && have.Remedy == f.Remedy && (have.Operator < 0) == (f.Operator < 0) {
			have.Places += f.Places
			return
		}
	}
	*fs = append(*fs, f)
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
