package chain_test

import (
	"context"
	"maps"
	"math/big"
	"slices"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/evm/chain/bindings"
	"github.com/zkaudit/zkaudit/evm/chain/chaintest"
	"github.com/zkaudit/zkaudit/evm/evmtest"
	"github.com/zkaudit/zkaudit/internal/encode"
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

// Shorter names of what is used everywhere.
var (
	coordinates    = evm.Coordinates
	allCoordinates = evm.AllCoordinates
)

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
	return boundPart(w.public(name))
}

// public is what everyone knows of a part.
func (w *world) public(name string) *evm.Part {
	s, p := w.trained.Ordered(mode.ZKGroth16), w.trained.Parts[name]
	return &evm.Part{Shape: p.Shape(), Setup: s.Setup, RowBits: s.RowBits, Commitment: p.Commitment()}
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

// certificate is that of a part, as the registry takes it.
func (w *world) certificate(name string) *evm.Certificate {
	w.Helper()
	var unread []byte // what proves knows statements, and reads no encoding
	for range w.certificates[name] {
		unread = encode.Bytes(unread, nil)
	}
	c, err := evm.NewCertificate(context.Background(), mode.ZKGroth16, w.public(name), unread, w.class, w.proof)
	if err != nil {
		w.Fatal(err)
	}
	return c
}

// chunks are the proofs of a part's certificate, and the hashes of their templates.
func (w *world) chunks(name string) ([][32]byte, []bindings.DatasetRegistryChunk) {
	w.Helper()
	c := w.certificate(name)
	return c.Templates, boundChunks(c.Chunks)
}

// proof is an evm.Proofs: what proves knows statements, and needs no encoding.
func (w *world) proof(_ context.Context, st *statement.Statement, _ []byte) ([]byte, error) {
	return w.prove(w, st), nil
}

// certify verifies the certificate of a part.
func (w *world) certify(name string) uint64 {
	w.Helper()
	return w.must(w.stranger, w.registry, nil, w.certificate(name).CertifyData())
}

// trade registers and certifies all parts.
func (w *world) trade(p price) {
	w.Helper()
	for _, name := range slices.Sorted(maps.Keys(w.trained.Parts)) {
		w.register(name, p)
		w.certify(name)
	}
}

// proven is a run of the plan, with all that is handed in of it.
type proven struct {
	*world
	*evm.Run
	Name    bindings.TrainingVerifierName
	Context evm.Context
}

// provenFor is the training as a run for an order.
func (w *world) provenFor(c evm.Context) *proven {
	w.Helper()
	b, s := *w.trained.Bundle, *w.trained.Bundle.Statement
	s.Mode, s.Context = mode.ZKGroth16, c.String()
	b.Statement = &s
	r, err := evm.NewRun(w.plan, &b, w.proof)
	if err != nil {
		w.Fatal(err)
	}
	return &proven{w, r, boundName(r.Name), c}
}

// key is the run's.
func (p *proven) key() [32]byte {
	n := p.Name
	return crypto.Keccak256Hash(n.Plan[:], n.Context[:], n.Digest[:])
}

// begins is what starts the run, as package evm states it.
func (p *proven) begins() *evm.Beginning {
	p.Helper()
	b, err := p.Run.Beginning(context.Background())
	if err != nil {
		p.Fatal(err)
	}
	return b
}

// beginning is the same as bindings take it.
func (p *proven) beginning() bindings.TrainingVerifierBeginning { return boundBeginning(p.begins()) }

// advances is the proof of a segment, as package evm states it.
func (p *proven) advances(i int) *evm.SegmentProof {
	p.Helper()
	s, err := p.Run.Segment(context.Background(), i)
	if err != nil {
		p.Fatal(err)
	}
	return s
}

// segment is the same as bindings take it.
func (p *proven) segment(i int) bindings.TrainingVerifierSegment { return boundSegment(p.advances(i)) }

// claims is the proof of the claim of accuracy, as package evm states it.
func (p *proven) claims() *evm.ClaimProof {
	p.Helper()
	c, err := p.Run.Claim(context.Background(), p.accuracy, accuracy(), run.AuditedRun, p.trained.Parts, nil)
	if err != nil {
		p.Fatal(err)
	}
	return c
}

// claim is the same as bindings take it.
func (p *proven) claim() bindings.TrainingVerifierClaim { return boundClaim(p.claims()) }

// start is the call that starts the run.
func (p *proven) start() []byte { return p.StartData(p.begins()) }

// Advance is the call that hands segments in, whatever they are.
func (p *proven) Advance(from int, segments ...bindings.TrainingVerifierSegment) []byte {
	return training.PackAdvance(p.Name, p.Data(), allCoordinates(p.Border(from)), segments)
}

// Claims is the call that hands claims in, whatever they are.
func (p *proven) Claims(claims ...bindings.TrainingVerifierClaim) []byte {
	return training.PackClaim(p.Name, allCoordinates(p.Border(len(p.Bundle.Segments))), claims)
}

// finish hands everything in, from an account.
func (p *proven) finish(from *chaintest.Account) {
	p.Helper()
	p.must(from, p.training, nil, p.start())
	p.must(from, p.training, nil, p.AdvanceData(0, p.advances(0), p.advances(1)))
	p.must(from, p.training, nil, p.ClaimData(p.claims()))
}

// isProven asks whether the run and the claim are.
func (p *proven) isProven() bool {
	return read(p.world, p.training, training.PackProven(p.key(), [][32]byte{p.accuracy.Hash()}), training.UnpackProven)
}
