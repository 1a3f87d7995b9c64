// Command circuitstats prints how large the verifier's script is as a gnark
// circuit, and which part of it takes how much: `make circuit-stats`. Only
// shapes matter, so nothing is trained or proven.
//
//	column       meaning
//	leaves       of the lookup tree
//	messages     field elements of a proof's conversation
//	exposed      values of which the SNARK is told a random combination
//	R1CS, PLONK  constraints and rows after compiling
//
// Below a system stands, for each part of the script, what hashing its
// messages takes (in Poseidon2 permutations of the transcript, constraints and
// rows), and what is left: the arithmetic of all checks.
package main

import (
	"flag"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark/constraint"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/frontend/cs/r1cs"
	"github.com/consensys/gnark/frontend/cs/scs"
	"github.com/consensys/gnark/logger"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/circuit"
)

// What one permutation takes.
const (
	permutationR1CS  = 264
	permutationPLONK = 675
)

func main() {
	rowBits := flag.Int("row-bits", commitments.DefaultRowBits, "ℓ: a committed row has 2^ℓ cells")
	flag.Parse()
	logger.Disable()
	if err := run(*rowBits); err != nil {
		fmt.Fprintln(os.Stderr, "circuitstats:", err)
		os.Exit(1)
	}
}

func run(rowBits int) error {
	w := tabwriter.NewWriter(os.Stdout, 2, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "system\tleaves\tmessages\texposed\tpermutations\tR1CS\tPLONK\tcompiled in\t")
	for _, s := range shapes {
		start := time.Now()
		r, err := measure(s, rowBits)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		fmt.Fprintf(w, "%s\t2^%d\t%d\t%d\t%d\t%d\t%d\t%.1f s\t\n",
			s.name, r.log, r.messages, r.exposed, r.total(), r.r1cs, r.plonk, time.Since(start).Seconds())
		for p := range parts {
			n := r.permutations[p]
			fmt.Fprintf(w, "%s\t\t\t\t%d\t%d\t%d\t\t\n", p, n, n*permutationR1CS, n*permutationPLONK)
		}
		fmt.Fprintf(w, "arithmetic\t\t\t\t\t%d\t%d\t\t\n", r.r1cs-r.total()*permutationR1CS, r.plonk-r.total()*permutationPLONK)
	}
	return w.Flush()
}

// result is the size of one system.
type result struct {
	counts
	log, messages, exposed, r1cs, plonk int
}

// measure compiles the circuit that wraps proofs of a system.
func measure(s shape, rowBits int) (result, error) {
	sys, err := s.system()
	if err != nil {
		return result{}, err
	}
	l, err := proof.NewLayout(sys, min(rowBits, s.rowBits), true)
	if err != nil {
		return result{}, err
	}
	r := result{counts: count(l), log: l.Log, messages: proof.Length(l), exposed: proof.ExposedLength(l)}
	if r.r1cs, err = compile(r1cs.NewBuilder[constraint.U64], l); err != nil {
		return r, err
	}
	r.plonk, err = compile(scs.NewBuilder[constraint.U64], l)
	return r, err
}

// compile returns the constraints of the verifier's circuit.
func compile(builder frontend.NewBuilder, l *proof.Layout) (int, error) {
	ccs, err := frontend.Compile(ecc.BN254.ScalarField(), builder, circuit.New(l))
	if err != nil {
		return 0, err
	}
	return ccs.GetNbConstraints(), nil
}
