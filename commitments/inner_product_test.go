package commitments

import (
	crand "crypto/rand"
	"errors"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
)

func transparent(t testing.TB, rowBits int) *Setup {
	t.Helper()
	s, err := NewTransparent(rowBits, new(Generators))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// innerProductCase is a claim about a combination of three blinded rows.
func innerProductCase(t testing.TB, s *Setup) (fr.Vector, Claim) {
	t.Helper()
	rng := newTestRand(byte(s.RowBits))
	weights, rho := rng.scalars(t, 3), rng.scalars(t, 3)
	f := make(fr.Vector, s.RowCells())
	claim := Claim{Point: rng.scalars(t, s.RowBits), Rows: Combination{Weights: weights}}
	for i := range weights {
		row := rng.scalars(t, s.RowCells())
		c, err := s.CommitField(row, rho[i:i+1])
		if err != nil {
			t.Fatal(err)
		}
		claim.Rows.Points = append(claim.Rows.Points, c...)
		var x fr.Element
		for j := range row {
			f[j].Add(&f[j], x.Mul(&row[j], &weights[i]))
		}
		claim.Rows.Blinding.Add(&claim.Rows.Blinding, x.Mul(&rho[i], &weights[i]))
	}
	claim.Value = evaluateNaively(f, claim.Point)
	return f, claim
}

// decide checks evaluation proofs in one batch.
func decide(s *Setup, claim Claim, proof EvaluationProof, seed [32]byte) error {
	v := s.Verifier()
	batch := v.NewBatch(crand.Reader)
	if err := v.AddEvaluation(batch, "test", claim, proof, seed); err != nil {
		return err
	}
	return batch.Check()
}

func TestInnerProductIsComplete(t *testing.T) {
	for _, rowBits := range []int{1, 2, 5, 12} {
		s := transparent(t, rowBits)
		f, claim := innerProductCase(t, s)
		proof, err := s.ProveEvaluation(f, claim, [32]byte{1})
		if err != nil {
			t.Fatal(err)
		}
		b, err := proof.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if len(b) != EvaluationProofBytes(Transparent, rowBits) {
			t.Errorf("ℓ=%d: %d bytes, said %d", rowBits, len(b), EvaluationProofBytes(Transparent, rowBits))
		}
		read, err := UnmarshalEvaluationProof(Transparent, b, rowBits)
		if err != nil {
			t.Fatal(err)
		}
		if err := decide(s, claim, read, [32]byte{1}); err != nil {
			t.Errorf("ℓ=%d: %v", rowBits, err)
		}
	}
}

// TestInnerProductOfZero: points of the proof are infinity.
func TestInnerProductOfZero(t *testing.T) {
	s := transparent(t, 4)
	c, err := s.CommitField(make([]fr.Element, s.RowCells()), nil)
	if err != nil {
		t.Fatal(err)
	}
	claim := Claim{Point: newTestRand(3).scalars(t, 4), Rows: Combination{Points: c, Weights: []fr.Element{fr.One()}}}
	proof, err := s.ProveEvaluation(make(fr.Vector, s.RowCells()), claim, [32]byte{})
	if err != nil {
		t.Fatal(err)
	}
	if err := decide(s, claim, proof, [32]byte{}); err != nil {
		t.Error(err)
	}
	claim.Value.SetOne()
	if err := decide(s, claim, proof, [32]byte{}); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("0 opened to 1: %v", err)
	}
}

func TestInnerProductRefusesFalseValue(t *testing.T) {
	s := transparent(t, 4)
	f, claim := innerProductCase(t, s)
	claim.Value.Double(&claim.Value)
	if _, err := s.ProveEvaluation(f, claim, [32]byte{}); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("opened to a value that the row does not have: %v", err)
	}
}

// TestInnerProductRejectsEveryMutation changes each value that a verdict is
// about, one at a time.
func TestInnerProductRejectsEveryMutation(t *testing.T) {
	s := transparent(t, 4)
	f, claim := innerProductCase(t, s)
	made, err := s.ProveEvaluation(f, claim, [32]byte{7})
	if err != nil {
		t.Fatal(err)
	}
	honest := made.(*InnerProductProof)
	one, other := fr.One(), s.G1[0]
	type attempt struct {
		claim Claim
		proof InnerProductProof
		seed  [32]byte
	}
	mutations := map[string]func(*attempt){
		"seed":     func(a *attempt) { a.seed[0]++ },
		"value":    func(a *attempt) { a.claim.Value.Add(&a.claim.Value, &one) },
		"blinding": func(a *attempt) { a.claim.Rows.Blinding.Add(&a.claim.Rows.Blinding, &one) },
		"last":     func(a *attempt) { a.proof.Last.Add(&a.proof.Last, &one) },
	}
	for i := range s.RowBits {
		mutations["point "+string('0'+rune(i))] = func(a *attempt) { a.claim.Point[i].Add(&a.claim.Point[i], &one) }
		mutations["left "+string('0'+rune(i))] = func(a *attempt) { a.proof.Left[i].Add(&a.proof.Left[i], &other) }
		mutations["right "+string('0'+rune(i))] = func(a *attempt) { a.proof.Right[i].Add(&a.proof.Right[i], &other) }
	}
	for i := range claim.Rows.Points {
		mutations["row "+string('0'+rune(i))] = func(a *attempt) { a.claim.Rows.Points[i].Add(&a.claim.Rows.Points[i], &other) }
		mutations["weight "+string('0'+rune(i))] = func(a *attempt) { a.claim.Rows.Weights[i].Add(&a.claim.Rows.Weights[i], &one) }
	}
	fresh := func() *attempt {
		a := &attempt{claim: claim, proof: *honest, seed: [32]byte{7}}
		a.claim.Point = slices.Clone(claim.Point)
		a.claim.Rows.Points, a.claim.Rows.Weights = slices.Clone(claim.Rows.Points), slices.Clone(claim.Rows.Weights)
		a.proof.Left, a.proof.Right = slices.Clone(honest.Left), slices.Clone(honest.Right)
		return a
	}
	if a := fresh(); decide(s, a.claim, &a.proof, a.seed) != nil {
		t.Fatal("the honest proof is refused")
	}
	for name, mutate := range mutations {
		a := fresh()
		mutate(a)
		if err := decide(s, a.claim, &a.proof, a.seed); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s changed: %v", name, err)
		}
	}
}

// TestInnerProductRefusesOtherShapes: lengths and kinds are checked first.
func TestInnerProductRefusesOtherShapes(t *testing.T) {
	s, pairing := transparent(t, 4), testSetup(t, 4)
	f, claim := innerProductCase(t, s)
	made, err := s.ProveEvaluation(f, claim, [32]byte{})
	if err != nil {
		t.Fatal(err)
	}
	honest := made.(*InnerProductProof)
	short := *honest
	short.Left = short.Left[1:]
	off := *honest
	off.Right = slices.Clone(off.Right)
	off.Right[2] = bn254.G1Affine{X: off.Right[2].X, Y: off.Right[1].Y}
	long := claim
	long.Point = append(slices.Clone(claim.Point), fr.One())
	fewer := claim
	fewer.Rows.Weights = claim.Rows.Weights[1:]
	for name, test := range map[string]struct {
		s     *Setup
		claim Claim
		proof EvaluationProof
		want  error
	}{
		"a round less":           {s, claim, &short, fault.ErrMalformed},
		"a point off the curve":  {s, claim, &off, fault.ErrMalformed},
		"nothing":                {s, claim, nil, fault.ErrMalformed},
		"nothing, typed":         {s, claim, (*InnerProductProof)(nil), fault.ErrMalformed},
		"a pairing proof":        {s, claim, &PairingProof{}, fault.ErrMalformed},
		"for a pairing setup":    {pairing, claim, honest, fault.ErrMalformed},
		"a coordinate too many":  {s, long, honest, fault.ErrUsage},
		"a weight without a row": {s, fewer, honest, fault.ErrUsage},
	} {
		if err := decide(test.s, test.claim, test.proof, [32]byte{}); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	b, err := honest.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	for _, cut := range [][]byte{nil, b[1:], append(slices.Clone(b), 0)} {
		if _, err := UnmarshalEvaluationProof(Transparent, cut, 4); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%d bytes: %v", len(cut), err)
		}
	}
}

// lying is a prover's transcript that has heard of another value.
type lying struct {
	challenger
	value fr.Element
}

func (l lying) Absorb(label string, data []byte) {
	if label == "value" {
		data = AppendScalars(nil, []fr.Element{l.value})
	}
	l.challenger.Absorb(label, data)
}

// TestInnerProductFrozenChallenges: a transcript that forgets the rounds, and a
// prover who opens a row to a value one too high: once v is known, L − (ξ/v)·U
// makes up for it.
func TestInnerProductFrozenChallenges(t *testing.T) {
	s := transparent(t, 3)
	f, claim := innerProductCase(t, s)
	one := fr.One()
	lie := claim
	lie.Value.Add(&claim.Value, &one)
	v := s.Verifier()
	accepts := func(claim Claim, proof *InnerProductProof, tr *innerProductTranscript) bool {
		batch := v.NewBatch(crand.Reader)
		return v.addInnerProduct(batch, "test", claim, proof, tr) == nil && batch.Check() == nil
	}
	honest := func() *innerProductTranscript { return newInnerProductTranscript([32]byte{}) }
	weak := func() *innerProductTranscript {
		return &innerProductTranscript{&forgetful{honest().challenger, "round"}}
	}
	forge := func(tr func() *innerProductTranscript) *InnerProductProof {
		proof, err := proveInnerProduct(s, f, claim, &innerProductTranscript{lying{tr().challenger, lie.Value}})
		if err != nil {
			t.Fatal(err)
		}
		replay := tr()
		xi := replay.claim(s.ID, lie)
		e := replay.round(proof.Left[0], proof.Right[0]).element()
		var k fr.Element
		k.Div(&xi, &e).Neg(&k)
		var sum bn254.G1Jac
		sum.FromAffine(&proof.Left[0])
		addMultiple(&sum, &s.U, &k)
		proof.Left[0].FromJacobian(&sum)
		return proof
	}
	forged := forge(weak)
	if !accepts(lie, forged, weak()) {
		t.Error("the attack fails against the transcript that forgets")
	}
	if accepts(lie, forged, honest()) {
		t.Error("the real transcript accepts the forgery")
	}
	if accepts(lie, forge(honest), honest()) {
		t.Error("the attack succeeds against the real transcript")
	}
}

// TestBatchWeighsEquations: two false equations whose errors cancel are
// refused, and the first of them is named.
func TestBatchWeighsEquations(t *testing.T) {
	s := transparent(t, 2)
	v := s.Verifier()
	one := fr.One()
	minus := *new(fr.Element).Neg(&one)
	row := func(k fr.Element) func(fr.Vector, *fr.Element) {
		return func(dst fr.Vector, w *fr.Element) {
			var x fr.Element
			dst[1].Add(&dst[1], x.Mul(&k, w))
		}
	}
	// 0 = 0, G_1 = 2·G_1, G_1 = 0: the errors −G_1 and G_1.
	g := s.G1[1:2]
	equations := []Equation{
		{Place: "true", Points: g, Scalars: []fr.Element{one}, Length: 4, AddRow: row(minus)},
		{Place: "low", Points: g, Scalars: []fr.Element{one}, Length: 4, AddRow: row(*new(fr.Element).Double(&minus))},
		{Place: "high", Points: g, Scalars: []fr.Element{one}},
	}
	batch := v.NewBatch(crand.Reader)
	batch.Add(equations[0])
	if err := batch.Check(); err != nil {
		t.Fatal(err)
	}
	for _, e := range equations {
		batch.Add(e)
	}
	if err := batch.Check(); !errors.Is(err, fault.ErrRejected) || err.Error() != "low: "+fault.ErrRejected.Error() {
		t.Errorf("errors that cancel: %v", err)
	}
	if err := batch.Check(); err != nil {
		t.Errorf("an empty batch: %v", err)
	}
	// The same with weights of 1, as the attack wants them.
	batch = v.NewBatch(ones{})
	for _, e := range equations {
		batch.Add(e)
	}
	if err := batch.Check(); err != nil {
		t.Errorf("the errors do not cancel, so the test shows nothing: %v", err)
	}
	if err := (&Batch{generators: s.Hashed, equations: equations[:1]}).Check(); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("without randomness: %v", err)
	}
}

// ones is a source of weights that are all 1.
type ones struct{}

func (ones) Read(b []byte) (int, error) {
	clear(b)
	b[len(b)-1] = 1
	return len(b), nil
}

func BenchmarkInnerProduct(b *testing.B) {
	for _, rowBits := range []int{14, 16} {
		s := transparent(b, rowBits)
		f, claim := innerProductCase(b, s)
		var proof EvaluationProof
		b.Run("open/"+s.Kind.String()+string('0'+rune(rowBits%10)), func(b *testing.B) {
			for b.Loop() {
				var err error
				if proof, err = s.ProveEvaluation(f, claim, [32]byte{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("verify/"+s.Kind.String()+string('0'+rune(rowBits%10)), func(b *testing.B) {
			for b.Loop() {
				if err := decide(s, claim, proof, [32]byte{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
