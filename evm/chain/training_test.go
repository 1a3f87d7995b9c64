package chain_test

import (
	"math/big"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"

	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/evm/chain/bindings"
)

func keccak(b []byte) [32]byte { return crypto.Keccak256Hash(b) }

// TestTraining: a run that follows its plan, handed in by a stranger, ends with the
// weights that came of it; the digest that the chain computes is the run's, and contracts
// and package evm hash plans and claims alike.
func TestTraining(t *testing.T) {
	w := newWorld(t)
	w.trade(price{})
	run := w.provenFor(evm.Context{1})
	plan := onChain(w.plan)
	if got := read(w, w.training, training.PackPlanHash(plan), training.UnpackPlanHash); got != w.plan.Hash() {
		t.Errorf("plan hash %x, package evm has %x", got, w.plan.Hash())
	}
	claim := run.claim()
	if got := read(w, w.training, training.PackClaimHash(w.accuracy.Template.Hash(), claim.Sources), training.UnpackClaimHash); got != w.accuracy.Hash() {
		t.Errorf("claim hash %x, package evm has %x", got, w.accuracy.Hash())
	}
	name := read(w, w.training, run.start(), training.UnpackStart)
	if name != run.Name {
		t.Errorf("the run is %x, want %x", name, run.Name)
	}
	if got := read(w, w.training, training.PackKey(run.Name), training.UnpackKey); got != run.key() {
		t.Errorf("key %x, want %x", got, run.key())
	}
	t.Logf("start: %d gas", w.must(w.stranger, w.training, nil, run.start()))
	state := read(w, w.training, training.PackRunOf(run.key()), training.UnpackRunOf)
	if state.Started != w.Now(t) || state.Rest != w.plan.Rest(0) {
		t.Errorf("started as %+v", state)
	}
	for i := range 2 {
		t.Logf("segment: %d gas", w.must(w.stranger, w.training, nil, run.Advance(i, run.segment(i))))
		if run.isProven() {
			t.Error("proven before the claim is")
		}
	}
	t.Logf("claim: %d gas", w.must(w.stranger, w.training, nil, run.Claims(claim)))
	if !run.isProven() {
		t.Error("not proven")
	}
}

// TestSegmentsInOneCall: the state is that of one call per segment.
func TestSegmentsInOneCall(t *testing.T) {
	w := newWorld(t)
	w.trade(price{})
	apart, together := w.provenFor(evm.Context{1}), w.provenFor(evm.Context{2})
	for _, run := range []*proven{apart, together} {
		w.must(w.payee, w.training, nil, run.start())
	}
	w.must(w.payee, w.training, nil, apart.Advance(0, apart.segment(0)))
	w.must(w.payee, w.training, nil, apart.Advance(1, apart.segment(1)))
	w.must(w.payee, w.training, nil, together.Advance(0, together.segment(0), together.segment(1)))
	var states [2]bindings.TrainingVerifierRun
	for i, run := range []*proven{apart, together} {
		states[i] = read(w, w.training, training.PackRunOf(run.key()), training.UnpackRunOf)
		states[i].Started = 0
	}
	if states[0] != states[1] || states[0].Rest != [32]byte{} {
		t.Errorf("apart %+v, together %+v", states[0], states[1])
	}
}

// TestStartRefuses: what begins a run must be what the plan pins, of parts that are
// certified and not revoked.
func TestStartRefuses(t *testing.T) {
	w := newWorld(t)
	run := w.provenFor(evm.Context{1})
	for _, name := range []string{"part-000", "part-001"} {
		w.register(name, price{})
	}
	w.certify("part-000")
	w.refused("a part without a certificate", "NotCertified", w.payee, w.training, nil, run.start())
	w.certify("part-001")

	type input struct {
		plan    bindings.TrainingVerifierPlan
		context [32]byte
		b       bindings.TrainingVerifierBeginning
	}
	for name, c := range map[string]struct {
		change func(in *input)
		refuse string
	}{
		"another template of the run": {func(in *input) { in.b.RunTemplate = append(in.b.RunTemplate, 0, 0, 0, 0) }, "TemplateUnknown"},
		"another template of the weights": {func(in *input) {
			in.b.WeightsTemplate = append(in.b.WeightsTemplate, 0, 0, 0, 0)
		}, "TemplateUnknown"},
		"templates exchanged": {func(in *input) {
			in.b.RunTemplate, in.b.WeightsTemplate = in.b.WeightsTemplate, in.b.RunTemplate
		}, "TemplateUnknown"},
		"a false proof":        {func(in *input) { in.b.Proof[0]++ }, "ProofFalse"},
		"other weights":        {func(in *input) { in.b.Weights[0], in.b.Weights[2] = in.b.Weights[2], in.b.Weights[0] }, "ProofFalse"},
		"weights of more rows": {func(in *input) { in.b.Weights[0] = slices.Concat(in.b.Weights[0], in.b.Weights[0]) }, "WrongRows"},
		"weights of no rows":   {func(in *input) { in.b.Weights[0] = nil }, "WrongRows"},
		"a tensor too many":    {func(in *input) { in.b.Weights = append(in.b.Weights, in.b.Weights[0]) }, "WrongWeights"},
		"weights off the curve": {func(in *input) {
			in.b.Weights[0][1].Add(in.b.Weights[0][1], big.NewInt(1))
		}, "NotOnCurve"},
		"a part that is not registered":  {func(in *input) { in.plan.Parts[1].Digest = [32]byte{1} }, "NotRegistered"},
		"another certificate":            {func(in *input) { in.plan.Parts[1].Certificate = [32]byte{1} }, "NotCertified"},
		"the certificate of another one": {func(in *input) { in.plan.Parts[1].Certificate = in.plan.Parts[0].Certificate }, "NotCertified"},
	} {
		in := input{onChain(w.plan), run.Context, run.beginning()}
		c.change(&in)
		w.refused(name, c.refuse, w.payee, w.training, nil, training.PackStart(in.plan, in.context, in.b))
	}
	w.must(w.owners[1], w.registry, nil, registry.PackRevoke(w.partDigest("part-001")))
	w.refused("a revoked part", "Revoked", w.payee, w.training, nil, run.start())
}

// TestNamesOfRuns: run id, context, initial weights and every entry of a plan are in the
// name of a run, so that what is proven of one is proven of no other.
func TestNamesOfRuns(t *testing.T) {
	w := newWorld(t)
	w.trade(price{})
	run := w.provenFor(evm.Context{1})
	seen := map[[32]byte]string{}
	for name, change := range map[string]func(p *bindings.TrainingVerifierPlan, c *evm.Context, b *bindings.TrainingVerifierBeginning){
		"the run": func(*bindings.TrainingVerifierPlan, *evm.Context, *bindings.TrainingVerifierBeginning) {},
		"run id": func(_ *bindings.TrainingVerifierPlan, _ *evm.Context, b *bindings.TrainingVerifierBeginning) {
			b.RunId[0]++
		},
		"context": func(_ *bindings.TrainingVerifierPlan, c *evm.Context, _ *bindings.TrainingVerifierBeginning) { c[31]++ },
		"segments": func(p *bindings.TrainingVerifierPlan, _ *evm.Context, _ *bindings.TrainingVerifierBeginning) {
			p.Segments[0]++
		},
		"fewer tensors": func(p *bindings.TrainingVerifierPlan, _ *evm.Context, _ *bindings.TrainingVerifierBeginning) {
			p.Tensors--
		},
		"reads": func(p *bindings.TrainingVerifierPlan, _ *evm.Context, _ *bindings.TrainingVerifierBeginning) {
			p.Parts[0].Reads++
		},
		"fewer parts": func(p *bindings.TrainingVerifierPlan, _ *evm.Context, _ *bindings.TrainingVerifierBeginning) {
			p.Parts = p.Parts[:1]
		},
		"parts exchanged": func(p *bindings.TrainingVerifierPlan, _ *evm.Context, _ *bindings.TrainingVerifierBeginning) {
			slices.Reverse(p.Parts)
		},
	} {
		plan, c, b := onChain(w.plan), run.Context, run.beginning()
		change(&plan, &c, &b)
		name32 := read(w, w.training, training.PackStart(plan, c, b), training.UnpackStart)
		key := read(w, w.training, training.PackKey(name32), training.UnpackKey)
		if other, there := seen[key]; there {
			t.Errorf("%s: the key of %s", name, other)
		}
		seen[key] = name
	}
}

// TestRunIsNotRestarted: a stranger cannot take a run back to its beginning.
func TestRunIsNotRestarted(t *testing.T) {
	w := newWorld(t)
	w.trade(price{})
	run := w.provenFor(evm.Context{1})
	w.must(w.payee, w.training, nil, run.start())
	w.must(w.payee, w.training, nil, run.Advance(0, run.segment(0)))
	w.refused("start again", "AlreadyStarted", w.stranger, w.training, nil, run.start())
	w.must(w.payee, w.training, nil, run.Advance(1, run.segment(1)))
}

// TestAdvanceRefuses: segments come in order, each once, on the data of the run and from
// the weights where it stands.
func TestAdvanceRefuses(t *testing.T) {
	w := newWorld(t)
	w.trade(price{})
	run := w.provenFor(evm.Context{1})
	w.refused("before the start", "NotStarted", w.payee, w.training, nil, run.Advance(0, run.segment(0)))
	w.must(w.payee, w.training, nil, run.start())
	w.refused("the second first", "NotNext", w.payee, w.training, nil, run.Advance(0, run.segment(1)))
	w.refused("out of order in one call", "NotNext", w.payee, w.training, nil, run.Advance(0, run.segment(1), run.segment(0)))
	w.refused("one twice in one call", "NotNext", w.payee, w.training, nil, run.Advance(0, run.segment(0), run.segment(0)))
	other := w.provenFor(evm.Context{2})
	w.refused("another run's", "ProofFalse", w.payee, w.training, nil, run.Advance(0, other.segment(0)))

	type input struct {
		name          bindings.TrainingVerifierName
		data, weights [][]*big.Int
		s             bindings.TrainingVerifierSegment
	}
	for name, c := range map[string]struct {
		change func(in *input)
		refuse string
	}{
		"another context":       {func(in *input) { in.name.Context[0]++ }, "NotStarted"},
		"another plan":          {func(in *input) { in.name.Plan[0]++ }, "NotStarted"},
		"another digest":        {func(in *input) { in.name.Digest[0]++ }, "NotStarted"},
		"parts exchanged":       {func(in *input) { slices.Reverse(in.data) }, "WrongData"},
		"a tensor less":         {func(in *input) { in.data = in.data[:3] }, "WrongData"},
		"a tensor more":         {func(in *input) { in.data = append(in.data, nil) }, "WrongData"},
		"another row":           {func(in *input) { in.data[0][0].Add(in.data[0][0], big.NewInt(1)) }, "WrongData"},
		"weights exchanged":     {func(in *input) { slices.Reverse(in.weights) }, "WrongWeights"},
		"weights from later on": {func(in *input) { in.weights = allCoordinates(run.Border(1)) }, "WrongWeights"},
		"a weight less":         {func(in *input) { in.weights = in.weights[1:] }, "WrongWeights"},
		"another template":      {func(in *input) { in.s.Template = append(in.s.Template, 0, 0, 0, 0) }, "NotNext"},
		"another rest":          {func(in *input) { in.s.Rest = [32]byte{} }, "NotNext"},
		"other certificates":    {func(in *input) { in.s.Certificates[0]++ }, "ProofFalse"},
		"a certificate less":    {func(in *input) { in.s.Certificates = in.s.Certificates[32:] }, "WrongCertificates"},
		"other weights after":   {func(in *input) { in.s.Next = allCoordinates(run.Border(0)) }, "ProofFalse"},
		"weights after of a row more": {func(in *input) {
			in.s.Next[1] = slices.Concat(in.s.Next[1], in.s.Next[1])
		}, "WrongRows"},
		"a weight after too many": {func(in *input) { in.s.Next = append(in.s.Next, in.s.Next[0]) }, "WrongTensors"},
		"a false proof":           {func(in *input) { in.s.Proof[31]++ }, "ProofFalse"},
	} {
		in := input{run.Name, run.Data(), allCoordinates(run.Border(0)), run.segment(0)}
		c.change(&in)
		w.refused(name, c.refuse, w.payee, w.training, nil, training.PackAdvance(in.name, in.data, in.weights, []bindings.TrainingVerifierSegment{in.s}))
	}
	w.must(w.payee, w.training, nil, run.Advance(0, run.segment(0)))
	w.refused("the first again", "WrongWeights", w.payee, w.training, nil, run.Advance(0, run.segment(0)))
	w.refused("the first again, from the weights after it", "NotNext", w.payee, w.training, nil, run.Advance(1, run.segment(0)))
	w.must(w.payee, w.training, nil, run.Advance(1, run.segment(1)))
	w.refused("the last again", "NotNext", w.payee, w.training, nil, run.Advance(2, run.segment(1)))
}

// TestClaimRefuses: a claim is about the weights that came of the run, and about rows of
// certified parts, which were not revoked before it started.
func TestClaimRefuses(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"part-000", "part-001"} {
		w.register(name, price{})
		w.certify(name)
	}
	run := w.provenFor(evm.Context{1})
	w.refused("before the start", "NotFinished", w.payee, w.training, nil, run.Claims(run.claim()))
	w.must(w.payee, w.training, nil, run.start())
	w.must(w.payee, w.training, nil, run.Advance(0, run.segment(0)))
	w.refused("before the end", "NotFinished", w.payee, w.training, nil, training.PackClaim(run.Name, allCoordinates(run.Border(1)), []bindings.TrainingVerifierClaim{run.claim()}))
	w.must(w.payee, w.training, nil, run.Advance(1, run.segment(1)))
	w.refused("a part that is not registered", "NotRegistered", w.payee, w.training, nil, run.Claims(run.claim()))
	w.register("test-000", price{})
	w.refused("a part that is not certified", "NotCertified", w.payee, w.training, nil, run.Claims(run.claim()))
	w.certify("test-000")
	w.refused("weights before the end", "WrongWeights", w.payee, w.training, nil, training.PackClaim(run.Name, allCoordinates(run.Border(1)), []bindings.TrainingVerifierClaim{run.claim()}))
	other := w.provenFor(evm.Context{2})
	w.refused("a claim about another run", "ProofFalse", w.payee, w.training, nil, run.Claims(other.claim()))
	for name, c := range map[string]struct {
		change func(c *bindings.TrainingVerifierClaim)
		refuse string
	}{
		"another template": {func(c *bindings.TrainingVerifierClaim) { c.Template = w.plan.Segments[0].Encode() }, "HoleNotGiven"},
		"a false proof":    {func(c *bindings.TrainingVerifierClaim) { c.Proof[0]++ }, "ProofFalse"},
		"rows of another part": {func(c *bindings.TrainingVerifierClaim) {
			c.Data[0] = coordinates(w.trained.Parts["part-000"].Commitments[0])
		}, "WrongData"},
		"labels of another part": {func(c *bindings.TrainingVerifierClaim) {
			c.Data[1] = coordinates(w.trained.Parts["part-000"].Commitments[1])
		}, "WrongData"},
		"a tensor less":   {func(c *bindings.TrainingVerifierClaim) { c.Data = c.Data[:1] }, "WrongData"},
		"tensors swapped": {func(c *bindings.TrainingVerifierClaim) { slices.Reverse(c.Data) }, "WrongData"},
		"another certificate": {func(c *bindings.TrainingVerifierClaim) {
			c.Sources[0].Certificate = w.plan.Parts[0].Certificate
		}, "NotCertified"},
		"another certificate of the labels": {func(c *bindings.TrainingVerifierClaim) {
			c.Sources[1].Certificate = w.plan.Parts[0].Certificate
		}, "NotCertified"},
		"rows and sources of another part": {func(c *bindings.TrainingVerifierClaim) {
			part := w.plan.Parts[0]
			for i := range c.Sources {
				c.Sources[i].Part, c.Sources[i].Certificate = part.Digest, part.Certificate
				c.Data[i] = coordinates(w.trained.Parts["part-000"].Commitments[c.Sources[i].Tensor])
			}
		}, "ProofFalse"},
	} {
		claim := run.claim()
		c.change(&claim)
		w.refused(name, c.refuse, w.payee, w.training, nil, run.Claims(claim))
	}
	if run.isProven() {
		t.Fatal("proven by a refused claim")
	}
	// Of another template whose holes are given, the proof may be true: it is another claim.
	mine := run.claim()
	mine.Template = w.plan.Weights.Encode()
	mine.Sources, mine.Data = nil, nil
	w.refused("another statement", "ProofFalse", w.payee, w.training, nil, run.Claims(mine))

	w.must(w.owners[0], w.registry, nil, registry.PackRevoke(w.partDigest("test-000")))
	w.must(w.payee, w.training, nil, run.Claims(run.claim())) // the run had started
	if !run.isProven() {
		t.Error("not proven")
	}
}

// TestRevokedBeforeTheStart: of a part that was revoked before a run started, no claim
// about it is proven.
func TestRevokedBeforeTheStart(t *testing.T) {
	w := newWorld(t)
	w.trade(price{})
	w.must(w.owners[0], w.registry, nil, registry.PackRevoke(w.partDigest("test-000")))
	run := w.provenFor(evm.Context{1})
	w.must(w.payee, w.training, nil, run.start())
	w.must(w.payee, w.training, nil, run.Advance(0, run.segment(0), run.segment(1)))
	w.refused("a claim about a part that was revoked", "Revoked", w.payee, w.training, nil, run.Claims(run.claim()))
}

// TestRevokedAtTheStart: a run that starts in the second in which a part is revoked keeps
// the part.
func TestRevokedAtTheStart(t *testing.T) {
	w := newWorld(t)
	owner, part := w.Deploy(t, "Actor"), w.partDigest("test-000")
	w.must(w.stranger, w.registry, nil, registry.PackReserve(reservation(part, owner, salt)))
	w.Pass(t, 60)
	w.double("Actor", w.stranger, owner, nil, "act", w.registry, new(big.Int), registry.PackRegister(w.part("test-000"), salt, [32]byte{1}, ether, new(big.Int)))
	for _, name := range []string{"part-000", "part-001"} {
		w.register(name, price{})
	}
	for _, name := range []string{"part-000", "part-001", "test-000"} {
		w.certify(name)
	}
	run := w.provenFor(evm.Context{1})
	w.double("Actor", w.stranger, owner, nil, "then", w.registry, new(big.Int), registry.PackRevoke(part))
	w.double("Actor", w.stranger, owner, nil, "actAndThen", w.training, new(big.Int), run.start())
	state := read(w, w.training, training.PackRunOf(run.key()), training.UnpackRunOf)
	if p := read(w, w.registry, registry.PackPartOf(part), registry.UnpackPartOf); state.Started == 0 || p.RevokedAt != state.Started {
		t.Fatalf("started at %d, revoked at %d", state.Started, p.RevokedAt)
	}
	w.must(w.payee, w.training, nil, run.Advance(0, run.segment(0), run.segment(1)))
	w.must(w.payee, w.training, nil, run.Claims(run.claim()))
}

// TestRevokedLater: a part that is revoked when a run has started changes nothing for it.
func TestRevokedLater(t *testing.T) {
	w := newWorld(t)
	w.trade(price{})
	run := w.provenFor(evm.Context{1})
	w.must(w.payee, w.training, nil, run.start())
	for _, name := range []string{"part-000", "test-000"} {
		w.must(w.owners[0], w.registry, nil, registry.PackRevoke(w.partDigest(name)))
	}
	w.must(w.payee, w.training, nil, run.Advance(0, run.segment(0), run.segment(1)))
	w.must(w.payee, w.training, nil, run.Claims(run.claim()))
	if !run.isProven() {
		t.Error("not proven")
	}
}
