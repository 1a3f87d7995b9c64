package main

import (
	"context"
	"fmt"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/evm/chain/bindings"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/run"
)

var ether = new(big.Int).Exp(big.NewInt(10), big.NewInt(18), nil)

// Contracts, to pack calls.
var (
	verifierABI = bindings.NewArgumentVerifier()
	registryABI = bindings.NewDatasetRegistry()
	trainingABI = bindings.NewTrainingVerifier()
	marketABI   = bindings.NewMarketplace()
)

// market is the contracts on a chain, and what is needed to make calls of proofs.
type market struct {
	*chain
	verifier, registry, training, market common.Address

	setup   *commitments.Setup
	keys    wrap.Verifier
	classes map[[32]byte]*evm.Class
	teller  *account // who registers classes and hands in proofs: anybody may
}

// openMarket deploys the contracts.
func openMarket(c *chain, deployer *account) (m *market, err error) {
	m = &market{chain: c, classes: map[[32]byte]*evm.Class{}, teller: deployer}
	if m.verifier, err = c.deploy(deployer, "ArgumentVerifier"); err != nil {
		return nil, err
	}
	if m.registry, err = c.deploy(deployer, "DatasetRegistry", m.verifier); err != nil {
		return nil, err
	}
	if m.training, err = c.deploy(deployer, "TrainingVerifier", m.verifier, m.registry); err != nil {
		return nil, err
	}
	m.market, err = c.deploy(deployer, "Marketplace", m.training)
	return m, err
}

// class returns the class of a statement, which it registers the first time.
func (m *market) class(ctx context.Context, st *statement.Statement) ([32]byte, error) {
	c, err := evm.ClassOf(ctx, modeOfMarket, m.setup, st.Layout, m.keys)
	if err != nil {
		return [32]byte{}, err
	}
	if m.classes[c.ID] == nil {
		m.classes[c.ID] = c
		gas, err := m.send(m.teller, m.verifier, nil, verifierABI.PackRegister(c.Descriptor))
		if err != nil {
			return c.ID, err
		}
		fmt.Printf("    class %x of %q: %d bytes, registered for %d gas\n", c.ID[:4], st.Layout.System.Name, len(c.Descriptor), gas)
	}
	return c.ID, nil
}

// proof is a proof of a statement as the contract takes it.
func (m *market) proof(ctx context.Context, st *statement.Statement, encoded []byte) ([]byte, error) {
	id, err := m.class(ctx, st)
	if err != nil {
		return nil, err
	}
	call, err := m.classes[id].Call(st, encoded)
	if err != nil {
		return nil, err
	}
	return call.Proof, nil
}

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

// sell registers a part for its owner and has its certificate verified.
func (m *market) sell(ctx context.Context, owner *account, p *bundle.PartFile, price *big.Int) error {
	digest, salt := p.Digest(), [32]byte{1}
	preimage := bindings.DatasetRegistryPreimage{
		Rows: uint64(p.Shape.Rows), Features: uint64(p.Shape.Features), Labels: uint64(p.Shape.Labels), Attributes: uint64(p.Shape.Attributes), Kind: string(p.Shape.Kind),
		Setup: p.Setup, RowBits: uint64(p.RowBits), Meaning: p.Commitment.Meaning, Tensors: allCoordinates(p.Commitment.Tensors()),
	}
	reservation := crypto.Keccak256Hash(digest[:], common.LeftPadBytes(owner.address[:], 32), salt[:])
	if _, err := m.send(owner, m.registry, nil, registryABI.PackReserve(reservation)); err != nil {
		return err
	}
	if err := m.pass(reservationAge); err != nil {
		return err
	}
	gas, err := m.send(owner, m.registry, nil, registryABI.PackRegister(preimage, salt, crypto.Keccak256Hash([]byte("CC-BY-4.0")), common.Address{}, price))
	if err != nil {
		return err
	}
	fmt.Printf("    %s registers part %x of %d rows: %d gas\n", owner.name, digest[:4], p.Shape.Rows, gas)
	return m.certify(ctx, p, preimage.Tensors)
}

func (m *market) certify(ctx context.Context, p *bundle.PartFile, tensors [][]*big.Int) error {
	templates, err := m.partTemplates(ctx, p)
	if err != nil {
		return err
	}
	claims, err := bundle.DatasetClaims(p.Mode, p.Shape, p.Setup, p.RowBits, p.Commitment)
	if err != nil {
		return err
	}
	r := encode.NewReader(p.Certificate)
	var hashes [][32]byte
	var chunks []bindings.DatasetRegistryChunk
	for i, claim := range claims {
		proof, err := m.proof(ctx, claim.Statement, r.Bytes("proof", len(p.Certificate)))
		if err != nil {
			return err
		}
		hashes = append(hashes, templates[i].Hash())
		chunks = append(chunks, bindings.DatasetRegistryChunk{Index: big.NewInt(int64(i)), Template: templates[i].Encode(), Proof: proof})
	}
	gas, err := m.send(m.teller, m.registry, nil, registryABI.PackCertify(p.Digest(), hashes, tensors, chunks))
	if err != nil {
		return err
	}
	fmt.Printf("    its certificate is verified on the chain: %d gas\n", gas)
	return nil
}

func (m *market) partTemplates(ctx context.Context, p *bundle.PartFile) ([]evm.Template, error) {
	return evm.PartTemplates(ctx, p.Mode, &evm.Part{Shape: p.Shape, Setup: p.Setup, RowBits: p.RowBits, Commitment: p.Commitment}, m.class)
}

// order is what a buyer has asked for.
type order struct {
	plan   *evm.Plan
	claims []*evm.Claim
	terms  bindings.MarketplaceTerms
	shares []bindings.MarketplaceShare
	id     [32]byte
	about  evm.Context
}

// planOf is the plan as contracts take it.
func planOf(p *evm.Plan) bindings.TrainingVerifierPlan {
	out := bindings.TrainingVerifierPlan{Run: p.Run.Hash(), Weights: p.Weights.Hash(), Segments: p.Rest(0), Tensors: uint64(p.Tensors)}
	for _, part := range p.Parts {
		out.Parts = append(out.Parts, bindings.TrainingVerifierPart{Digest: part.Digest, Certificate: part.Certificate, Reads: uint64(part.Reads)})
	}
	return out
}

// open opens an order. Royalties are what registry and plan make of it.
func (m *market) open(buyer, payee *account, o *order, amount *big.Int, royalties []*big.Int, salt byte) error {
	now, err := m.now()
	if err != nil {
		return err
	}
	sum := new(big.Int)
	for _, r := range royalties {
		sum.Add(sum, r)
	}
	o.terms = bindings.MarketplaceTerms{
		Buyer: buyer.address, Payee: payee.address, Amount: amount, Royalties: sum, Plan: o.plan.Hash(), Deadline: now + uint64(deadline.Seconds()), Salt: [32]byte{salt},
	}
	for _, c := range o.claims {
		o.terms.Claims = append(o.terms.Claims, c.Hash())
	}
	data := marketABI.PackOpen(o.terms, planOf(o.plan))
	out, err := m.call(buyer, m.market, amount, data)
	if err != nil {
		return err
	}
	opened, err := marketABI.UnpackOpen(out)
	if err != nil {
		return err
	}
	o.id, o.shares = opened.Order, opened.Shares
	o.about = evm.OrderContext(m.id, evm.Address(m.market), o.id, evm.Address(payee.address))
	gas, err := m.send(buyer, m.market, amount, data)
	if err == nil {
		fmt.Printf("    order %x is open: %d gas\n", o.id[:4], gas)
	}
	return err
}

// delivered is a run with all that the chain is told of it.
type delivered struct {
	*market
	order  *order
	bundle *bundle.Bundle
	claims *bundle.Claims
	audit  *audit.Bundle
	name   bindings.TrainingVerifierName
}

func (m *market) deliver(o *order, b *bundle.Bundle, a *audit.Bundle) (*delivered, error) {
	claims, err := bundle.NewClaims(b.Statement, ops.NewTables())
	if err != nil {
		return nil, err
	}
	return &delivered{m, o, b, claims, a, bindings.TrainingVerifierName{Plan: o.plan.Hash(), Context: o.about, Digest: claims.Digest}}, nil
}

// start starts the run on the chain: its statement and its initial weights.
func (d *delivered) start(ctx context.Context) (uint64, error) {
	_, st, err := d.claims.Weights()
	if err != nil {
		return 0, err
	}
	proof, err := d.proof(ctx, st, d.bundle.Weights)
	if err != nil {
		return 0, err
	}
	s := d.bundle.Statement
	return d.send(d.teller, d.training, nil, trainingABI.PackStart(planOf(d.order.plan), d.order.about, bindings.TrainingVerifierBeginning{
		RunId: s.RunID, RunTemplate: d.order.plan.Run.Encode(), WeightsTemplate: d.order.plan.Weights.Encode(), Weights: allCoordinates(s.Initial), Proof: proof,
	}))
}

// certificates are the digests that segments name.
func (d *delivered) certificates() ([][32]byte, error) {
	var list [][32]byte
	for i, encoded := range d.bundle.Datasets {
		digest, err := d.claims.DatasetDigest(i, encoded)
		if err != nil {
			return nil, err
		}
		list = append(list, digest)
	}
	_, st, err := d.claims.Weights()
	if err != nil {
		return nil, err
	}
	return append(list, bundle.CertificateDigest(d.bundle.Weights, st)), nil
}

// border is the weights before a segment, frozen ones included.
func (d *delivered) border(i int) bundle.WeightCommitments {
	trained := d.bundle.Statement.Trained()
	if i > 0 {
		trained = d.bundle.Segments[i-1].After
	}
	return d.bundle.Statement.Before(trained)
}

// advance hands in the proof of a segment, changed if a change is given.
func (d *delivered) advance(ctx context.Context, i int, change func([]byte)) (uint64, error) {
	certificates, err := d.certificates()
	if err != nil {
		return 0, err
	}
	seg := d.bundle.Segments[i]
	_, st, err := d.claims.Segment(i, certificates, d.border(i), seg.After)
	if err != nil {
		return 0, err
	}
	proof, err := d.proof(ctx, st, seg.Proof)
	if err != nil {
		return 0, err
	}
	if change != nil {
		change(proof)
	}
	var digests []byte
	for _, c := range certificates {
		digests = append(digests, c[:]...)
	}
	var data [][]*big.Int
	for k := range d.bundle.Statement.Parts {
		data = append(data, allCoordinates(d.bundle.Statement.Parts[k].Tensors()[:d.order.plan.Tensors])...)
	}
	return d.send(d.teller, d.training, nil, trainingABI.PackAdvance(d.name, data, allCoordinates(d.border(i)), []bindings.TrainingVerifierSegment{{
		Template: d.order.plan.Segments[i].Encode(), Rest: d.order.plan.Rest(i + 1), Certificates: digests, Next: allCoordinates(seg.After), Proof: proof,
	}}))
}

// claim hands in the proof of a claim of the order.
func (d *delivered) claim(ctx context.Context, i int) (uint64, error) {
	c, proven := d.order.claims[i], d.audit.Claims[i]
	about, err := audit.RunOf(d.bundle)
	if err != nil {
		return 0, err
	}
	derived, err := audit.Derive(&d.audit.Frame, &proven.Item, &audit.Subjects{Parts: d.audit.Parts, Runs: map[string]*audit.PublicRun{run.AuditedRun: about}})
	if err != nil {
		return 0, err
	}
	proof, err := d.proof(ctx, derived.Statement, proven.Proof)
	if err != nil {
		return 0, err
	}
	out := bindings.TrainingVerifierClaim{Template: c.Template.Encode(), Proof: proof}
	for _, s := range c.Sources {
		out.Sources = append(out.Sources, bindings.TrainingVerifierSource{Part: s.Part, Certificate: s.Certificate, Tensor: uint64(s.Tensor)})
		for _, p := range d.audit.Parts {
			if p.Digest(d.audit.Setup, d.audit.RowBits) == s.Part {
				out.Data = append(out.Data, coordinates(p.Commitments[s.Tensor]))
			}
		}
	}
	return d.send(d.teller, d.training, nil, trainingABI.PackClaim(d.name, allCoordinates(d.border(len(d.bundle.Segments))), []bindings.TrainingVerifierClaim{out}))
}

// settle settles an order with the run.
func (d *delivered) settle(o *order) (uint64, error) {
	return d.send(d.teller, d.market.market, nil, marketABI.PackSettle(o.terms, o.shares, d.name.Digest))
}
