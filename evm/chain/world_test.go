package chain_test

import (
	"context"
	"maps"
	"math/big"
	"slices"
	"sync"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/evm/chain/bindings"
	"github.com/zkaudit/zkaudit/evm/chain/chaintest"
	"github.com/zkaudit/zkaudit/evm/evmtest"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/run"
)

// accuracy is the claim of orders: of the 20 rows held out of part 0, one is told right.
func accuracy() *audit.Item { return evmtest.Accuracy("0.05") }

// Contracts, to pack calls.
var (
	registry = bindings.NewDatasetRegistry()
	training = bindings.NewTrainingVerifier()
	market   = bindings.NewMarketplace()
)

// ether is the currency of the zero address.
var ether common.Address

// small is the training that worlds are about. It is made once: no test changes it.
var small struct {
	sync.Once
	*evmtest.Training
}

func smallTraining(t testing.TB) *evmtest.Training {
	small.Do(func() { small.Training = evmtest.Train(t, nil) })
	return small.Training
}

// world is a chain with a buyer, a trainer and two owners of parts, and what proves.
type world struct {
	testing.TB
	*chaintest.Chain
	buyer, payee, stranger               *chaintest.Account
	owners                               [2]*chaintest.Account
	verifier, registry, training, market common.Address
	trained                              *evmtest.Training
	plan                                 *evm.Plan
	accuracy                             *evm.Claim
	certificates                         map[string][]evm.Template // by part

	proofs
}

// proofs says which contract verifies proofs, what it calls classes, and makes proofs.
type proofs interface {
	contract() string
	class(ctx context.Context, st *statement.Statement) ([32]byte, error)
	// prove returns a proof of a statement, which package bundle or audit has derived and no
	// template, as the contract takes it.
	prove(t testing.TB, st *statement.Statement) []byte
}

// newWorld deploys the contracts, with Oracle to verify. The parts are not registered yet.
func newWorld(t testing.TB) *world {
	t.Helper()
	return newWorldOf(t, smallTraining(t), oracle{})
}

func newWorldOf(t testing.TB, trained *evmtest.Training, p proofs) *world {
	t.Helper()
	w := &world{TB: t, Chain: chaintest.New(t, 5), trained: trained, proofs: p}
	w.buyer, w.payee, w.stranger, w.owners = w.Accounts[0], w.Accounts[1], w.Accounts[2], [2]*chaintest.Account{w.Accounts[3], w.Accounts[4]}
	w.verifier = w.Deploy(t, w.contract())
	w.deploy()
	w.derive()
	return w
}

// deploy puts registry, verifier of trainings and marketplace on the chain.
func (w *world) deploy() {
	w.registry = w.Deploy(w, "DatasetRegistry", w.verifier)
	w.training = w.Deploy(w, "TrainingVerifier", w.verifier, w.registry)
	w.market = w.Deploy(w, "Marketplace", w.training)
}

// derive derives what the order pins.
func (w *world) derive() {
	w.Helper()
	ctx, s := context.Background(), w.trained.Ordered(mode.ZKGroth16)
	var err error
	if w.plan, err = evm.NewPlan(ctx, s, w.class); err != nil {
		w.Fatal(err)
	}
	if w.accuracy, err = evm.NewClaim(ctx, s, run.AuditedRun, w.trained.Parts, accuracy(), w.class); err != nil {
		w.Fatal(err)
	}
	w.certificates = map[string][]evm.Template{}
	for name, p := range w.trained.Parts {
		part := &evm.Part{Shape: p.Shape(), Setup: s.Setup, RowBits: s.RowBits, Commitment: p.Commitment()}
		if w.certificates[name], err = evm.PartTemplates(ctx, s.Mode, part, w.class); err != nil {
			w.Fatal(err)
		}
	}
}

// coordinates are x and y of every row.
func coordinates(rows []bn254.G1Affine) []*big.Int {
	list := make([]*big.Int, 0, 2*len(rows))
	for i := range rows {
		list = append(list, rows[i].X.BigInt(new(big.Int)), rows[i].Y.BigInt(new(big.Int)))
	}
	return list
}

func allCoordinates(tensors [][]bn254.G1Affine) [][]*big.Int {
	list := make([][]*big.Int, len(tensors))
	for i, rows := range tensors {
		list[i] = coordinates(rows)
	}
	return list
}

// statementArguments are those of abi.encode of which Oracle takes the hash.
var statementArguments = func() abi.Arguments {
	var list abi.Arguments
	for _, name := range []string{"bytes32", "bytes", "uint256[]"} {
		t, err := abi.NewType(name, "", nil)
		if err != nil {
			panic(err)
		}
		list = append(list, abi.Argument{Type: t})
	}
	return list
}()

// oracle proves as Oracle verifies: the proof of a statement is its hash.
type oracle struct{}

func (oracle) contract() string { return "Oracle" }

// class is the digest of the relation system.
func (oracle) class(_ context.Context, st *statement.Statement) ([32]byte, error) {
	return st.Layout.System.Digest(), nil
}

func (oracle) prove(t testing.TB, st *statement.Statement) []byte {
	t.Helper()
	packed, err := statementArguments.Pack(st.Layout.System.Digest(), st.Head(), coordinates(slices.Concat(st.External...)))
	if err != nil {
		t.Fatal(err)
	}
	return crypto.Keccak256(packed)
}

// must sends a transaction that is not refused, and returns the gas it took.
func (w *world) must(from *chaintest.Account, to common.Address, value *big.Int, data []byte) uint64 {
	w.Helper()
	r, err := w.Do(w, from, to, value, data)
	if err != nil {
		w.Fatal(err)
	}
	return r.GasUsed
}

// refused sends a transaction that must be refused with a custom error.
func (w *world) refused(what, name string, from *chaintest.Account, to common.Address, value *big.Int, data []byte) {
	w.Helper()
	_, err := w.Do(w, from, to, value, data)
	if err == nil {
		w.Errorf("%s: accepted, want %s", what, name)
		return
	}
	if r, ok := err.(*chaintest.Revert); !ok || r.Name != name {
		w.Errorf("%s: %v, want %s", what, err, name)
	}
}

// read calls a function that changes nothing.
func read[T any](w *world, to common.Address, data []byte, unpack func([]byte) (T, error)) T {
	w.Helper()
	out, err := w.Call(w.stranger, to, data)
	if err != nil {
		w.Fatal(err)
	}
	v, err := unpack(out)
	if err != nil {
		w.Fatal(err)
	}
	return v
}

// salt of all reservations.
var salt = [32]byte{7}

// price of a part: what an owner asks for a million rows read.
type price struct {
	currency common.Address
	amount   int64
}

// part is a part as the registry takes it.
func (w *world) part(name string) bindings.DatasetRegistryPreimage {
	s, p := w.trained.Ordered(mode.ZKGroth16), w.trained.Parts[name]
	return bindings.DatasetRegistryPreimage{
		Rows: uint64(p.Rows), Features: uint64(p.Features), Labels: uint64(p.Labels), Attributes: uint64(len(p.Attributes)), Kind: string(p.LabelKind),
		Setup: s.Setup, RowBits: uint64(s.RowBits), Meaning: p.Meaning.Digest(), Tensors: allCoordinates(p.Commitments),
	}
}

func (w *world) partDigest(name string) [32]byte {
	s := w.trained.Ordered(mode.ZKGroth16)
	return w.trained.Parts[name].Digest(s.Setup, s.RowBits)
}

// reservation is what an owner reserves a part by.
func reservation(part [32]byte, owner common.Address, salt [32]byte) [32]byte {
	return crypto.Keccak256Hash(part[:], common.LeftPadBytes(owner[:], 32), salt[:])
}

// owner of a part: of those of a run and the test part of the same rows.
func (w *world) owner(name string) *chaintest.Account {
	return w.owners[name[len(name)-1]-'0']
}

// register registers a part for its owner.
func (w *world) register(name string, p price) {
	w.Helper()
	owner := w.owner(name)
	w.must(owner, w.registry, nil, registry.PackReserve(reservation(w.partDigest(name), owner.Address, salt)))
	w.Pass(w, 60)
	w.must(owner, w.registry, nil, registry.PackRegister(w.part(name), salt, [32]byte{1}, p.currency, big.NewInt(p.amount)))
}

// chunkHashes are those of a part's certificate.
func (w *world) chunkHashes(name string) [][32]byte {
	var hashes [][32]byte
	for i := range w.certificates[name] {
		hashes = append(hashes, w.certificates[name][i].Hash())
	}
	return hashes
}

// chunks are the proofs of a part's certificate.
func (w *world) chunks(name string) []bindings.DatasetRegistryChunk {
	w.Helper()
	s, p := w.trained.Ordered(mode.ZKGroth16), w.trained.Parts[name]
	claims, err := bundle.DatasetClaims(mode.ZKGroth16, p.Shape(), s.Setup, s.RowBits, p.Commitment())
	if err != nil {
		w.Fatal(err)
	}
	var list []bindings.DatasetRegistryChunk
	for i, claim := range claims {
		list = append(list, bindings.DatasetRegistryChunk{
			Index: big.NewInt(int64(i)), Template: w.certificates[name][i].Encode(), Proof: w.prove(w, claim.Statement),
		})
	}
	return list
}

// certify verifies the certificate of a part.
func (w *world) certify(name string) uint64 {
	w.Helper()
	return w.must(w.stranger, w.registry, nil, registry.PackCertify(w.partDigest(name), w.chunkHashes(name), w.part(name).Tensors, w.chunks(name)))
}

// trade registers and certifies all parts.
func (w *world) trade(p price) {
	w.Helper()
	for _, name := range slices.Sorted(maps.Keys(w.trained.Parts)) {
		w.register(name, p)
		w.certify(name)
	}
}

// onChain is the plan as contracts take it.
func onChain(p *evm.Plan) bindings.TrainingVerifierPlan {
	out := bindings.TrainingVerifierPlan{Run: p.Run.Hash(), Weights: p.Weights.Hash(), Segments: p.Rest(0), Tensors: uint64(p.Tensors)}
	for _, part := range p.Parts {
		out.Parts = append(out.Parts, bindings.TrainingVerifierPart{Digest: part.Digest, Certificate: part.Certificate, Reads: uint64(part.Reads)})
	}
	return out
}

// proven is a run of the plan, with all that is handed in of it.
type proven struct {
	*world
	statement *bundle.Statement
	claims    *bundle.Claims
	context   evm.Context
	name      bindings.TrainingVerifierName
}

// provenFor is the training as a run for an order.
func (w *world) provenFor(c evm.Context) *proven {
	w.Helper()
	s := *w.trained.Bundle.Statement
	s.Mode, s.Context = mode.ZKGroth16, c.String()
	claims, err := bundle.NewClaims(&s, ops.NewTables())
	if err != nil {
		w.Fatal(err)
	}
	return &proven{w, &s, claims, c, bindings.TrainingVerifierName{Plan: w.plan.Hash(), Context: c, Digest: claims.Digest}}
}

// key is the run's.
func (p *proven) key() [32]byte {
	return crypto.Keccak256Hash(p.name.Plan[:], p.name.Context[:], p.name.Digest[:])
}

// beginning is what starts the run.
func (p *proven) beginning() bindings.TrainingVerifierBeginning {
	p.Helper()
	_, st, err := p.claims.Weights()
	if err != nil {
		p.Fatal(err)
	}
	return bindings.TrainingVerifierBeginning{
		RunId: p.statement.RunID, RunTemplate: p.plan.Run.Encode(), WeightsTemplate: p.plan.Weights.Encode(),
		Weights: allCoordinates(p.statement.Initial), Proof: p.prove(p, st),
	}
}

// certificateDigests are what the segments of the run name.
func (p *proven) certificateDigests() [][32]byte {
	p.Helper()
	var list [][32]byte
	for i, encoded := range p.trained.Bundle.Datasets {
		d, err := p.claims.DatasetDigest(i, encoded)
		if err != nil {
			p.Fatal(err)
		}
		list = append(list, d)
	}
	_, st, err := p.claims.Weights()
	if err != nil {
		p.Fatal(err)
	}
	return append(list, bundle.CertificateDigest(p.trained.Bundle.Weights, st))
}

// border is the weights before a segment: all of them, frozen ones included.
func (p *proven) border(i int) bundle.WeightCommitments {
	trained := p.statement.Trained()
	if i > 0 {
		trained = p.trained.Bundle.Segments[i-1].After
	}
	return p.statement.Before(trained)
}

// segment is the proof of one.
func (p *proven) segment(i int) bindings.TrainingVerifierSegment {
	p.Helper()
	certificates, after := p.certificateDigests(), p.trained.Bundle.Segments[i].After
	_, st, err := p.claims.Segment(i, certificates, p.border(i), after)
	if err != nil {
		p.Fatal(err)
	}
	var digests []byte
	for _, d := range certificates {
		digests = append(digests, d[:]...)
	}
	return bindings.TrainingVerifierSegment{
		Template: p.plan.Segments[i].Encode(), Rest: p.plan.Rest(i + 1), Certificates: digests, Next: allCoordinates(after), Proof: p.prove(p, st),
	}
}

// data are the tensors that segments read.
func (p *proven) data() [][]*big.Int {
	var list [][]*big.Int
	for i := range p.statement.Parts {
		list = append(list, allCoordinates(p.statement.Parts[i].Tensors()[:p.plan.Tensors])...)
	}
	return list
}

// claim is the proof of the claim of accuracy.
func (p *proven) claim() bindings.TrainingVerifierClaim {
	p.Helper()
	b := *p.trained.Bundle
	b.Statement = p.statement
	about, err := audit.RunOf(&b)
	if err != nil {
		p.Fatal(err)
	}
	s := p.statement
	d, err := audit.Derive(&audit.Frame{Mode: s.Mode, Setup: s.Setup, RowBits: s.RowBits, Context: s.Context}, accuracy(),
		&audit.Subjects{Parts: p.trained.Parts, Runs: map[string]*audit.PublicRun{run.AuditedRun: about}})
	if err != nil {
		p.Fatal(err)
	}
	out := bindings.TrainingVerifierClaim{Template: p.accuracy.Template.Encode(), Proof: p.prove(p, d.Statement)}
	for _, source := range p.accuracy.Sources {
		out.Sources = append(out.Sources, bindings.TrainingVerifierSource{Part: source.Part, Certificate: source.Certificate, Tensor: uint64(source.Tensor)})
		out.Data = append(out.Data, coordinates(p.trained.Parts["test-000"].Commitments[source.Tensor]))
	}
	return out
}

// Calls of what is handed in.
func (p *proven) start() []byte { return training.PackStart(onChain(p.plan), p.context, p.beginning()) }

func (p *proven) advance(from int, segments ...bindings.TrainingVerifierSegment) []byte {
	return training.PackAdvance(p.name, p.data(), allCoordinates(p.border(from)), segments)
}

func (p *proven) claimed(claims ...bindings.TrainingVerifierClaim) []byte {
	return training.PackClaim(p.name, allCoordinates(p.border(len(p.trained.Bundle.Segments))), claims)
}

// finish hands everything in, from an account.
func (p *proven) finish(from *chaintest.Account) {
	p.Helper()
	p.must(from, p.training, nil, p.start())
	p.must(from, p.training, nil, p.advance(0, p.segment(0), p.segment(1)))
	p.must(from, p.training, nil, p.claimed(p.claim()))
}

// isProven asks whether the run and the claim are.
func (p *proven) isProven() bool {
	return read(p.world, p.training, training.PackProven(p.key(), [][32]byte{p.accuracy.Hash()}), training.UnpackProven)
}
