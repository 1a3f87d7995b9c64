package main

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/evm/chain/bindings"
	"github.com/zkaudit/zkaudit/evm/chain/delivery"
	"github.com/zkaudit/zkaudit/evm/chain/devchain"
	"github.com/zkaudit/zkaudit/proof/statement"
)

var ether = new(big.Int).Exp(big.NewInt(10), big.NewInt(18), nil)

// Contracts, to pack calls.
var (
	verifierABI = bindings.NewArgumentVerifier()
	registryABI = bindings.NewDatasetRegistry()
	marketABI   = bindings.NewMarketplace()
)

// account is an account of somebody's.
type account struct {
	*devchain.Account
	name string
}

// market is the contracts on a chain, and what is needed to make calls of proofs.
type market struct {
	*devchain.Chain
	verifier, registry, training, market common.Address

	maker      *evm.Maker
	registered map[[32]byte]bool // classes
	teller     *account          // who registers classes and hands in proofs: anybody may
}

// openMarket starts a chain, whose first account deploys the contracts.
func openMarket(names ...string) (*market, map[string]*account, error) {
	c, err := devchain.New(len(names), nil)
	if err != nil {
		return nil, nil, err
	}
	accounts := map[string]*account{}
	for i, name := range names {
		accounts[name] = &account{c.Accounts[i], name}
	}
	m := &market{Chain: c, registered: map[[32]byte]bool{}, teller: accounts[names[0]]}
	if m.verifier, err = c.Deploy("ArgumentVerifier"); err != nil {
		return nil, nil, err
	}
	if m.registry, err = c.Deploy("DatasetRegistry", m.verifier); err != nil {
		return nil, nil, err
	}
	if m.training, err = c.Deploy("TrainingVerifier", m.verifier, m.registry); err != nil {
		return nil, nil, err
	}
	m.market, err = c.Deploy("Marketplace", m.training)
	return m, accounts, err
}

// send sends a transaction and returns the gas it took, or why a contract refuses it.
func (m *market) send(from *account, to common.Address, value *big.Int, data []byte) (uint64, error) {
	r, err := m.Do(from.Account, to, value, data)
	if err != nil {
		return 0, err
	}
	return r.GasUsed, nil
}

// class returns the class of a statement, which it registers the first time: it is an
// evm.Classes.
func (m *market) class(ctx context.Context, st *statement.Statement) ([32]byte, error) {
	c, err := m.maker.Class(ctx, st)
	if err != nil {
		return [32]byte{}, err
	}
	if m.registered[c.ID] {
		return c.ID, nil
	}
	m.registered[c.ID] = true
	gas, err := m.send(m.teller, m.verifier, nil, verifierABI.PackRegister(c.Descriptor))
	if err == nil {
		fmt.Printf("    class %x of %q: %d bytes, registered for %d gas\n", c.ID[:4], st.Layout.System.Name, len(c.Descriptor), gas)
	}
	return c.ID, err
}

// prover encodes proofs for the contract.
func (m *market) prover(ctx context.Context) delivery.Prover {
	return func(st *statement.Statement, encoded []byte) ([]byte, error) {
		c, err := m.maker.Class(ctx, st)
		if err != nil {
			return nil, err
		}
		call, err := c.Call(st, encoded)
		if err != nil {
			return nil, err
		}
		return call.Proof, nil
	}
}

// sell registers a part for its owner and has its certificate verified.
func (m *market) sell(ctx context.Context, owner *account, p *bundle.PartFile, price *big.Int) error {
	digest, salt := p.Digest(), [32]byte{1}
	public := publicOf(p)
	preimage := delivery.Part(public)
	reservation := crypto.Keccak256Hash(digest[:], common.LeftPadBytes(owner.Address[:], 32), salt[:])
	if _, err := m.send(owner, m.registry, nil, registryABI.PackReserve(reservation)); err != nil {
		return err
	}
	if err := m.Pass(reservationAge); err != nil {
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
	templates, err := evm.PartTemplates(ctx, p.Mode, publicOf(p), m.class)
	if err != nil {
		return err
	}
	claims, err := bundle.DatasetClaims(p.Mode, p.Shape, p.Setup, p.RowBits, p.Commitment)
	if err != nil {
		return err
	}
	hashes, chunks, err := delivery.Chunks(claims, templates, p.Certificate, m.prover(ctx))
	if err != nil {
		return err
	}
	gas, err := m.send(m.teller, m.registry, nil, registryABI.PackCertify(p.Digest(), hashes, tensors, chunks))
	if err != nil {
		return err
	}
	fmt.Printf("    its certificate is verified on the chain: %d gas\n", gas)
	return nil
}

// publicOf is what everyone knows of a part.
func publicOf(p *bundle.PartFile) *evm.Part {
	return &evm.Part{Shape: p.Shape, Setup: p.Setup, RowBits: p.RowBits, Commitment: p.Commitment}
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

// open opens an order. Royalties are what registry and plan make of it.
func (m *market) open(buyer, payee *account, o *order, amount *big.Int, royalties []*big.Int, salt byte) error {
	now, err := m.Now()
	if err != nil {
		return err
	}
	sum := new(big.Int)
	for _, r := range royalties {
		sum.Add(sum, r)
	}
	o.terms = bindings.MarketplaceTerms{
		Buyer: buyer.Address, Payee: payee.Address, Amount: amount, Royalties: sum, Plan: o.plan.Hash(), Deadline: now + uint64(deadline.Seconds()), Salt: [32]byte{salt},
	}
	for _, c := range o.claims {
		o.terms.Claims = append(o.terms.Claims, c.Hash())
	}
	data := marketABI.PackOpen(o.terms, delivery.Plan(o.plan))
	out, err := m.Call(buyer.Account, m.market, amount, data)
	if err != nil {
		return err
	}
	opened, err := marketABI.UnpackOpen(out)
	if err != nil {
		return err
	}
	o.id, o.shares = opened.Order, opened.Shares
	o.about = evm.OrderContext(m.ID(), evm.Address(m.market), o.id, evm.Address(payee.Address))
	gas, err := m.send(buyer, m.market, amount, data)
	if err == nil {
		fmt.Printf("    order %x is open: %d gas\n", o.id[:4], gas)
	}
	return err
}

// settle settles an order with a run.
func (m *market) settle(o *order, r *delivery.Run) (uint64, error) {
	return m.send(m.teller, m.market, nil, marketABI.PackSettle(o.terms, o.shares, r.Name.Digest))
}
