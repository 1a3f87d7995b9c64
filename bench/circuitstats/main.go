// Command circuitstats prints how large the verifier's script is as a gnark
// circuit: `make circuit-stats`. Only shapes matter, so nothing is trained or
// proven.
//
//	column        meaning
//	messages      field elements of a proof's conversation
//	leaves        of the lookup tree
//	permutations  Poseidon2 permutations of the transcript and the outcome
//	… of lookups  those of the lookup argument
//	muls          multiplications the script asks for beside them
//	R1CS, PLONK   constraints and rows after compiling, the public inputs apart
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

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/circuit"
)

func main() {
	rowBits := flag.Int("row-bits", 18, "ℓ: a committed row has 2^ℓ cells")
	flag.Parse()
	logger.Disable()
	if err := run(*rowBits); err != nil {
		fmt.Fprintln(os.Stderr, "circuitstats:", err)
		os.Exit(1)
	}
}

func run(rowBits int) error {
	w := tabwriter.NewWriter(os.Stdout, 2, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "system\tleaves\tmessages\tpermutations\t… of lookups\tmuls\tR1CS\tPLONK\tcompiled in\t")
	for _, s := range shapes {
		start := time.Now()
		r, err := measure(s, rowBits)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		fmt.Fprintf(w, "%s\t2^%d\t%d\t%d\t%d\t%d\t%d\t%d\t%.1f s\t\n",
			s.name, r.log, r.messages, r.permutations, r.lookups, r.multiplications, r.r1cs, r.plonk, time.Since(start).Seconds())
	}
	return w.Flush()
}

// result is one line of the table.
type result struct {
	counts
	log, messages, lookups, r1cs, plonk int
}

func measure(s shape, rowBits int) (result, error) {
	sys, err := s.system()
	if err != nil {
		return result{}, err
	}
	l, err := proof.NewLayout(sys, min(rowBits, s.rowBits), false)
	if err != nil {
		return result{}, err
	}
	r := result{counts: count(l), log: l.Log, messages: proof.Length(l), lookups: countLookups(l).permutations}
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
