package main

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/evm/chain/devchain"
	"github.com/zkaudit/zkaudit/proof/statement"
)

var ether = new(big.Int).Exp(big.NewInt(10), big.NewInt(18), nil)

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
	gas, err := m.send(m.teller, m.verifier, nil, c.RegisterData())
	if err == nil {
		fmt.Printf("    class %x of %q: %d bytes, registered for %d gas\n", c.ID[:4], st.Layout.System.Name, len(c.Descriptor), gas)
	}
	return c.ID, err
}

// sell registers a part for its owner and has its certificate verified.
func (m *market) sell(ctx context.Context, owner *account, p *bundle.PartFile, price *big.Int) error {
	part, salt, address := evm.PartOf(p), [32]byte{1}, evm.Address(owner.Address)
	digest := part.Digest()
	if _, err := m.send(owner, m.registry, nil, evm.ReserveData(evm.Reservation(digest, address, salt))); err != nil {
		return err
	}
	if err := m.Pass(reservationAge); err != nil {
		return err
	}
	gas, err := m.send(owner, m.registry, nil, part.RegisterData(salt, evm.Keccak256([]byte("CC-BY-4.0")), evm.Price{Amount: price}))
	if err != nil {
		return err
	}
	fmt.Printf("    %s registers part %x of %d rows: %d gas\n", owner.name, digest[:4], p.Shape.Rows, gas)
	certificate, err := evm.NewCertificate(ctx, p.Mode, part, p.Certificate, m.class, m.maker.Proof)
	if err != nil {
		return err
	}
	if gas, err = m.send(m.teller, m.registry, nil, certificate.CertifyData()); err != nil {
		return err
	}
	fmt.Printf("    its certificate is verified on the chain: %d gas\n", gas)
	return nil
}

// order is what a buyer has asked for.
type order struct {
	plan   *evm.Plan
	claims []*evm.Claim
	terms  evm.Terms
	shares []evm.Share
	id     [32]byte
	about  evm.Context
}

// open opens an order, with sellers of the parts at their prices.
func (m *market) open(buyer, payee *account, o *order, amount *big.Int, sellers []evm.Seller, salt byte) error {
	now, err := m.Now()
	if err != nil {
		return err
	}
	o.terms = evm.Terms{
		Buyer: evm.Address(buyer.Address), Payee: evm.Address(payee.Address), Amount: amount, Plan: o.plan.Hash(), Deadline: now + uint64(deadline.Seconds()), Salt: [32]byte{salt},
	}
	for _, c := range o.claims {
		o.terms.Claims = append(o.terms.Claims, c.Hash())
	}
	if o.shares, err = o.terms.Shares(o.plan.Parts, sellers); err != nil {
		return err
	}
	o.id = o.terms.Order()
	o.about = evm.OrderContext(m.ID(), evm.Address(m.market), o.id, o.terms.Payee)
	gas, err := m.send(buyer, m.market, amount, o.terms.OpenData(o.plan))
	if err == nil {
		fmt.Printf("    order %x is open: %d gas\n", o.id[:4], gas)
	}
	return err
}

// settle settles an order with a run.
func (m *market) settle(o *order, r *evm.Run) (uint64, error) {
	return m.send(m.teller, m.market, nil, o.terms.SettleData(o.shares, r.Name.Digest))
}
