package wrap

import (
	"fmt"
	"math/big"
	"math/bits"

	"github.com/consensys/gnark"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/transcript"
)

// circuitVersion counts changes of what the script's operations become in a
// circuit: the gadgets of proof/circuit, the order of public inputs.
const circuitVersion = "zkaudit/wrap/v3"

// maxMessages bounds the conversations that are wrapped. Every two or three of
// its elements cost a permutation, so more would not fit the largest domain of
// PLONK; and a verifier that has no key compiles the circuit of whatever
// statement it is given.
const maxMessages = 1 << 14

// CheckSize returns fault.ErrResources for a layout whose circuit would be too
// large.
func CheckSize(l *proof.Layout) error {
	if n := proof.Length(l); n > maxMessages {
		return fmt.Errorf("circuit of %s: a conversation of %d elements, at most %d can be wrapped: %w", l.System.Name, n, maxMessages, fault.ErrResources)
	}
	return nil
}

// What making a key takes, as measured: 252,681 rows for a conversation of 794
// elements, and 353 MB for the domain of 2^18 rows.
const (
	rowsPerMessage = 330
	bytesPerRow    = 1400
)

// provingBytes is what a proof takes for each row of the circuit, beside keys.
const provingBytes = 1500

// rowsOf estimates the rows of a layout's circuit, padded.
func rowsOf(l *proof.Layout) int64 { return 1 << bits.Len(uint(rowsPerMessage*proof.Length(l)-1)) }

// AddMemory counts what wrapping a conversation takes beside it: keys, which are
// made or loaded, and a proof.
func AddMemory(need *memory.Need, l *proof.Layout) {
	need.Add("keys and proof of the wrap", rowsOf(l), bytesPerRow+provingBytes)
}

// fits refuses to make a key that takes more memory than allowed, before it is
// taken: a statement of a few kilobytes may ask for the largest circuit there is.
func (c *Cache) fits(cl class) error {
	if c.MaxMemory == 0 {
		return nil
	}
	var need memory.Need
	need.Add(fmt.Sprintf("the circuit of %s, some %d rows", fault.Quote(cl.layout.System.Name), rowsPerMessage*proof.Length(cl.layout)), rowsOf(cl.layout), bytesPerRow)
	return need.Check("making a verifying key", c.MaxMemory)
}

// classDigest identifies everything that keys depend on: the proof system, the
// libraries, the setup, the shape of what is proven, and every operation the
// script does for it. The last makes keys of an older script unusable without
// anyone having to count its versions (protocol, section 15).
func classDigest(s ProofSystem, setup *commitments.VerifierSetup, l *proof.Layout) [32]byte {
	t := &trace{Hash: encode.NewHash(circuitVersion)}
	for _, text := range []string{statement.Domain, s.Name(), gnark.Version.String()} {
		t.Text(text)
	}
	shape := l.System.ShapeDigest()
	t.Fixed(setup.ID[:])
	t.Fixed(shape[:])
	t.script(l)
	return t.Sum()
}

// trace is arithmetic and transcript that write down what is done. Its
// elements are the numbers of the operations that gave them.
type trace struct {
	*encode.Hash
	wires int
}

type wire int

func (t *trace) script(l *proof.Layout) {
	digest, salt := t.next(), t.next()
	messages := make([]wire, proof.Length(l))
	for i := range messages {
		messages[i] = t.next()
	}
	proof.Begin(l, t, digest, salt)
	out := proof.Argue(l, t, t, proof.NewReplay(messages))
	t.note("seal", proof.Seal(t))
	t.note("sum", proof.SumOfPowers(t, t.next(), out.Exposed(l)))
}

func (t *trace) next() wire {
	t.wires++
	return wire(t.wires)
}

// note writes an operation and its operands.
func (t *trace) note(operation string, operands ...wire) {
	t.Text(operation)
	t.Int(len(operands))
	for _, w := range operands {
		t.Int(int(w))
	}
}

func (t *trace) Const(v *big.Int) wire {
	t.note("const")
	t.Int(v.Sign())
	t.Bytes(v.Bytes())
	return t.next()
}

func (t *trace) Add(a, b wire) wire { t.note("+", a, b); return t.next() }
func (t *trace) Sub(a, b wire) wire { t.note("-", a, b); return t.next() }
func (t *trace) Mul(a, b wire) wire { t.note("*", a, b); return t.next() }

func (t *trace) AssertEqual(a, b wire, _ string) { t.note("=", a, b) }
func (t *trace) AssertNonZero(a wire, _ string)  { t.note("not 0", a) }

func (t *trace) Absorb(kind transcript.Kind, message ...wire) {
	t.note("absorb", message...)
	t.Int(int(kind))
}

func (t *trace) Challenge() wire { t.note("challenge"); return t.next() }
