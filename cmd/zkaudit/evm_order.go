package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"

	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// chainOrder is an order as its file states it.
type chainOrder struct {
	Order       string       `json:"order"`   // its name, which follows from its terms
	Context     string       `json:"context"` // likewise, of chain and marketplace, too
	Chain       string       `json:"chain"`
	Marketplace string       `json:"marketplace"`
	Buyer       string       `json:"buyer"`
	Payee       string       `json:"payee"`
	Currency    string       `json:"currency,omitempty"`
	Amount      string       `json:"amount"`
	Plan        string       `json:"plan"`
	Claims      []string     `json:"claims"`
	Deadline    uint64       `json:"deadline"`
	Salt        string       `json:"salt"`
	Royalties   string       `json:"royalties"`
	Shares      []chainShare `json:"shares"`
}

type chainShare struct {
	Account string `json:"account"`
	Amount  string `json:"amount"`
}

// maxOrder is the longest file of an order.
const maxOrder = 1 << 20

// order is an order of a marketplace.
type order struct {
	chain       *big.Int
	marketplace evm.Address
	terms       evm.Terms
	shares      []evm.Share
}

// context is what runs for the order have as theirs.
func (o *order) context() evm.Context {
	return evm.OrderContext(o.chain, o.marketplace, o.terms.Order(), o.terms.Payee)
}

// file is the order as its file states it.
func (o *order) file() *chainOrder {
	t := &o.terms
	f := &chainOrder{
		Order: hexOf(t.Order()), Context: o.context().String(), Chain: o.chain.String(), Marketplace: o.marketplace.String(),
		Buyer: t.Buyer.String(), Payee: t.Payee.String(), Amount: t.Amount.String(), Plan: hexOf(t.Plan), Claims: []string{}, Deadline: t.Deadline, Salt: hexOf(t.Salt), Royalties: t.Royalties.String(),
	}
	if t.Currency != (evm.Address{}) {
		f.Currency = t.Currency.String()
	}
	for _, c := range t.Claims {
		f.Claims = append(f.Claims, hexOf(c))
	}
	for _, s := range o.shares {
		f.Shares = append(f.Shares, chainShare{s.Account.String(), s.Amount.String()})
	}
	return f
}

// readOrder reads a file that zkaudit evm call open wrote, in the one form in which it
// writes one: what name and context say follows from the rest.
func readOrder(path string) (*order, error) {
	content, err := artefact.ReadFile(path, maxOrder)
	if err != nil {
		return nil, err
	}
	var f chainOrder
	if err := json.Unmarshal(content, &f); err != nil {
		return nil, fmt.Errorf("%s is no order, as zkaudit evm call open writes it: %w", path, fault.ErrInput)
	}
	o, err := f.order()
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", path, fault.Text(err, nil), fault.ErrMalformed)
	}
	if again, err := orderText(o); err != nil || !bytes.Equal(again, content) {
		return nil, fmt.Errorf("%s contradicts itself: its name, its context or how it is written is not that of its terms: %w", path, fault.ErrMalformed)
	}
	return o, nil
}

// orderText is the file of an order.
func orderText(o *order) ([]byte, error) {
	text, err := json.MarshalIndent(o.file(), "", "  ")
	return append(text, '\n'), err
}

// order reads what the file says.
func (f *chainOrder) order() (*order, error) {
	o, t := &order{}, evm.Terms{Deadline: f.Deadline}
	fields := orderFields{}
	o.chain, o.marketplace = fields.amount("chain", f.Chain), fields.address("marketplace", f.Marketplace)
	t.Buyer, t.Payee = fields.address("buyer", f.Buyer), fields.address("payee", f.Payee)
	if f.Currency != "" {
		t.Currency = fields.address("currency", f.Currency)
	}
	t.Amount, t.Royalties = fields.amount("amount", f.Amount), fields.amount("royalties", f.Royalties)
	t.Plan, t.Salt = fields.hash("plan", f.Plan), fields.hash("salt", f.Salt)
	for _, c := range f.Claims {
		t.Claims = append(t.Claims, fields.hash("claims", c))
	}
	sum := new(big.Int)
	for _, s := range f.Shares {
		share := evm.Share{Account: fields.address("shares", s.Account), Amount: fields.amount("shares", s.Amount)}
		o.shares = append(o.shares, share)
		if fields.err == nil {
			sum.Add(sum, share.Amount)
		}
	}
	if fields.err == nil && sum.Cmp(t.Amount) != 0 {
		return nil, fmt.Errorf("shares of %d of an amount of %d: %w", sum, t.Amount, fault.ErrMalformed)
	}
	o.terms = t
	return o, fields.err
}

// orderFields reads fields until one cannot be.
type orderFields struct{ err error }

func orderField[T any](r *orderFields, name string, read func(name, text string) (T, error), text string) T {
	v, err := read(name, text)
	if err != nil && r.err == nil {
		r.err = err
	}
	return v
}

func (r *orderFields) address(name, text string) evm.Address {
	return orderField(r, name, addressOf, text)
}

func (r *orderFields) hash(name, text string) [32]byte { return orderField(r, name, hashOf, text) }

func (r *orderFields) amount(name, text string) *big.Int {
	return orderField(r, name, func(name, text string) (*big.Int, error) { return amountOf(name, text, 256) }, text)
}
