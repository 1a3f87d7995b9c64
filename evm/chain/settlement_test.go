package chain_test

import (
	"context"
	"errors"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/evm/chain/bindings"
	"github.com/zkaudit/zkaudit/evm/chain/chaintest"
	"github.com/zkaudit/zkaudit/evm/evmtest"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/run"
)

// groth16 proves by the proofs of mode zk-groth16 that bundles, parts and audits hold.
type groth16 struct {
	*evmtest.Training
	*evm.Maker
	proofs map[string][]byte // by statement
}

func newGroth16(t testing.TB, trained *evmtest.Training) *groth16 {
	t.Helper()
	setup, err := trained.Directory.Setup()
	if err != nil {
		t.Fatal(err)
	}
	maker := &evm.Maker{Mode: mode.ZKGroth16, Setup: setup, Keys: wrap.Verifier{Cache: trained.Directory.Keys()}}
	return &groth16{trained, maker, map[string][]byte{}}
}

func (g *groth16) contract() string { return "ArgumentVerifier" }

func (g *groth16) class(ctx context.Context, st *statement.Statement) ([32]byte, error) {
	return g.ID(ctx, st)
}

// keyOf tells statements apart.
func keyOf(st *statement.Statement) string {
	b := st.Head()
	for _, rows := range st.External {
		b = commitments.AppendPoints(b, rows)
	}
	return string(b)
}

func (g *groth16) prove(t testing.TB, st *statement.Statement) []byte {
	t.Helper()
	encoded := g.proofs[keyOf(st)]
	if encoded == nil {
		t.Fatal("nobody has proven this statement")
	}
	c, err := g.Class(context.Background(), st)
	if err != nil {
		t.Fatal(err)
	}
	call, err := c.Call(st, encoded)
	if err != nil {
		t.Fatal(err)
	}
	return call.Proof
}

// addParts adds the certificates of all parts.
func (g *groth16) addParts(t testing.TB) {
	t.Helper()
	for name, p := range g.Parts {
		claims, err := bundle.DatasetClaims(mode.ZKGroth16, p.Shape(), g.Setup.ID, g.Setup.RowBits, p.Commitment())
		if err != nil {
			t.Fatal(err)
		}
		r := encode.NewReader(g.Certificates[name])
		for _, claim := range claims {
			g.proofs[keyOf(claim.Statement)] = r.Bytes("proof", bundle.MaxProof)
		}
		if err := r.End("certificate"); err != nil {
			t.Fatal(err)
		}
	}
}

// addRun adds the proofs of the bundle.
func (g *groth16) addRun(t testing.TB, plan *evm.Plan) {
	t.Helper()
	claims, err := bundle.NewClaims(g.Bundle.Statement, ops.NewTables())
	if err != nil {
		t.Fatal(err)
	}
	_, st, err := claims.Weights()
	if err != nil {
		t.Fatal(err)
	}
	g.proofs[keyOf(st)] = g.Bundle.Weights
	r, err := evm.NewRun(plan, g.Bundle, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range g.Bundle.Segments {
		st, _, err := r.Statement(i)
		if err != nil {
			t.Fatal(err)
		}
		g.proofs[keyOf(st)] = s.Proof
	}
}

// addAudit proves the claim about the run, with a context, and adds its proof.
func (g *groth16) addAudit(t testing.TB, text string) {
	t.Helper()
	in, err := g.Directory.Inputs()
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := audit.Prove(context.Background(), &audit.Audit{Context: text, Items: []*audit.Item{accuracy()}}, in)
	if err != nil {
		t.Fatal(err)
	}
	d, err := audit.Derive(&b.Frame, accuracy(), &audit.Subjects{Parts: g.Parts, Runs: map[string]*audit.PublicRun{run.AuditedRun: g.Run}})
	if err != nil {
		t.Fatal(err)
	}
	g.proofs[keyOf(d.Statement)] = b.Claims[0].Proof
}

// registerClasses puts the descriptors of all classes on the chain.
func (g *groth16) registerClasses(w *world) {
	w.Helper()
	verifier := bindings.NewArgumentVerifier()
	for _, c := range g.Made() {
		w.Logf("class of %s: %d bytes, registered for %d gas", c.Layout.System.Name, len(c.Descriptor), w.must(w.payee, w.verifier, nil, verifier.PackRegister(c.Descriptor)))
	}
}

// wantRefused fails if a call is accepted. What is false of a proof decides which check
// sees it.
func (w *world) wantRefused(what string, call []byte) {
	w.Helper()
	_, err := w.Call(w.payee, w.training, call)
	var r *chaintest.Revert
	if !errors.As(err, &r) {
		w.Errorf("%s: %v, want it refused", what, err)
	}
}

// TestSettlement is an order, from rows to payment, with real proofs: the buyer pins the
// plan before anything is trained; the trainer trains for the order and proves; the chain
// verifies certificates, segments and the claim, and pays.
func TestSettlement(t *testing.T) {
	if testing.Short() {
		t.Skip("sets up and proves circuits")
	}
	start := time.Now()
	g := newGroth16(t, evmtest.Prepare(t, func(c *run.Config) {
		c.Proof.Mode, c.Proof.RowBits, c.Schedule.Order = string(mode.ZKGroth16), 16, "committed"
	}))
	g.addParts(t)
	w := newWorldOf(t, g.Training, g)
	g.registerClasses(w)
	w.trade(price{ether, askedPrice})
	o := w.order(ether, askedPrice, w.Now(t)+1_000_000)
	w.must(w.buyer, w.market, o.terms.Amount, o.open())
	t.Logf("ordered after %v", time.Since(start))

	g.Prove(t, o.context().String())
	g.addRun(t, w.plan)
	g.addAudit(t, o.context().String())
	t.Logf("proven after %v", time.Since(start))
	mine := w.provenFor(o.context())
	falseBeginnings(w, mine)
	t.Logf("start: %d gas", w.must(w.stranger, w.training, nil, mine.start()))
	elsewhere(w, o, mine)
	falseSegments(w, mine)
	both, err := w.Client().EstimateGas(context.Background(), message(w, mine.Advance(0, mine.segment(0), mine.segment(1))))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("both segments in one call: about %d gas", both)
	again := mine.segment(0)
	again.Proof = inverted(again.Proof)
	t.Logf("segment: %d gas", w.must(w.stranger, w.training, nil, mine.Advance(0, again)))
	w.refused("the same segment by another proof", "NotNext", w.payee, w.training, nil, mine.Advance(1, mine.segment(0)))
	t.Logf("segment: %d gas", w.must(w.stranger, w.training, nil, mine.Advance(1, mine.segment(1))))
	falseClaims(w, mine)
	t.Logf("claim: %d gas", w.must(w.stranger, w.training, nil, mine.Claims(mine.claim())))
	t.Logf("settle: %d gas", w.must(w.stranger, w.market, nil, o.settle(mine.Name.Digest)))
	w.wantOwed(ether, map[common.Address]*big.Int{
		w.owners[0].Address: w.royalty(0, askedPrice), w.owners[1].Address: w.royalty(1, askedPrice), w.payee.Address: o.shares[2].Amount, w.stranger.Address: new(big.Int),
	})
	w.refused("settle again", "NotOpen", w.payee, w.market, nil, o.settle(mine.Name.Digest))

	second := w.order(ether, askedPrice, w.Now(t)+1000)
	w.must(w.buyer, w.market, second.terms.Amount, second.open())
	w.refused("the run for another order", "NotProven", w.payee, w.market, nil, second.settle(mine.Name.Digest))
	w.Pass(t, 2000)
	w.must(w.stranger, w.market, nil, second.refund())
	w.wantOwed(ether, map[common.Address]*big.Int{w.buyer.Address: second.terms.Amount})
}

// inverted is a proof with other bytes of the same statement: of Groth16's (A, B, C),
// (−A, −B, C) is one, too.
func inverted(proof []byte) []byte {
	out := slices.Clone(proof)
	negate := func(fromEnd int) {
		y := out[len(out)-fromEnd:][:32]
		new(big.Int).Sub(fieldModulus, new(big.Int).SetBytes(y)).FillBytes(y)
	}
	for _, place := range []int{224, 128, 96} { // y of A, both of B's
		negate(place)
	}
	return out
}

// elsewhere holds the true proofs against runs of other contexts: each starts, since the
// certificate of its weights is of no run, and comes no further.
func elsewhere(w *world, o *order, mine *proven) {
	w.Helper()
	for name, c := range map[string]evm.Context{
		"another order": evm.OrderContext(w.ID(), evm.Address(w.market), [32]byte{1}, evm.Address(w.payee.Address)),
		"another chain": evm.OrderContext(new(big.Int).Add(w.ID(), big.NewInt(1)), evm.Address(w.market), o.name, evm.Address(w.payee.Address)),
		"another payee": evm.OrderContext(w.ID(), evm.Address(w.market), o.name, evm.Address(w.stranger.Address)),
	} {
		other := w.provenFor(c)
		w.must(w.stranger, w.training, nil, training.PackStart(onChain(w.plan), c, mine.beginning()))
		w.wantRefused(name, training.PackAdvance(other.Name, mine.Data(), allCoordinates(mine.Border(0)), []bindings.TrainingVerifierSegment{mine.segment(0)}))
	}
}

// falseWords are a proof with each of its words changed, one at a time.
func falseWords(proof []byte, change func(place string, false_ []byte)) {
	for at := 0; at+32 <= len(proof); at += 32 {
		b := slices.Clone(proof)
		b[at+31] ^= 1
		change("word "+big.NewInt(int64(at/32)).String(), b)
	}
}

func falseBeginnings(w *world, p *proven) {
	w.Helper()
	b := p.beginning()
	start := func(b bindings.TrainingVerifierBeginning) []byte {
		return training.PackStart(onChain(w.plan), p.Context, b)
	}
	falseWords(b.Proof, func(place string, false_ []byte) {
		changed := b
		changed.Proof = false_
		w.wantRefused("weights' certificate, "+place, start(changed))
	})
	changed := b
	changed.Weights = slices.Clone(b.Weights)
	changed.Weights[0] = b.Weights[2]
	w.wantRefused("other weights", start(changed))
}

func falseSegments(w *world, p *proven) {
	w.Helper()
	s := p.segment(0)
	falseWords(s.Proof, func(place string, false_ []byte) {
		changed := s
		changed.Proof = false_
		w.wantRefused("segment, "+place, p.Advance(0, changed))
	})
	for name, change := range map[string]func(s *bindings.TrainingVerifierSegment){
		"other certificates": func(s *bindings.TrainingVerifierSegment) {
			s.Certificates = append([]byte{s.Certificates[0] ^ 1}, s.Certificates[1:]...)
		},
		"another weight after": func(s *bindings.TrainingVerifierSegment) {
			s.Next = slices.Clone(s.Next)
			s.Next[0] = p.segment(1).Next[0]
		},
		"the proof of another": func(s *bindings.TrainingVerifierSegment) { s.Proof = p.segment(1).Proof },
		"a proof cut short":    func(s *bindings.TrainingVerifierSegment) { s.Proof = s.Proof[:len(s.Proof)-1] },
		"a proof and a byte":   func(s *bindings.TrainingVerifierSegment) { s.Proof = append(slices.Clone(s.Proof), 0) },
	} {
		changed := s
		change(&changed)
		w.wantRefused("segment, "+name, p.Advance(0, changed))
	}
	second := p.segment(1)
	second.Proof = slices.Clone(second.Proof)
	second.Proof[40] ^= 1
	w.wantRefused("a false segment behind a true one", p.Advance(0, s, second))
}

func falseClaims(w *world, p *proven) {
	w.Helper()
	c := p.claim()
	falseWords(c.Proof, func(place string, false_ []byte) {
		changed := c
		changed.Proof = false_
		w.wantRefused("claim, "+place, p.Claims(changed))
	})
	changed := c
	changed.Proof = p.segment(1).Proof
	w.wantRefused("claim, a segment's proof", p.Claims(changed))
}

// message is a call from the payee to the verifier of trainings.
func message(w *world, data []byte) ethereum.CallMsg {
	return ethereum.CallMsg{From: w.payee.Address, To: &w.training, Data: data}
}
