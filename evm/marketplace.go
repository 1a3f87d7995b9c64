package evm

import (
	"fmt"
	"math/big"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Calldata of Marketplace.

// Terms are what a buyer asks for and pays.
type Terms struct {
	Buyer     Address // who pays, and is refunded
	Payee     Address // who is paid for the training
	Currency  Address // a token or, if it is zero, ether
	Amount    *big.Int
	Royalties *big.Int   // of the amount, what the owners of the parts get
	Plan      [32]byte   // Plan.Hash
	Claims    [][32]byte // Claim.Hash
	Deadline  uint64     // the last second in which the order is settled
	Salt      [32]byte   // tells equal orders apart
}

// Share is what an account gets of a settled order.
type Share struct {
	Account Address
	Amount  *big.Int
}

// Seller is the owner of a part, and what it asks for PerReads rows read.
type Seller struct {
	Owner Address
	Price *big.Int
}

// Shares are what each account gets of an order for a plan, as the marketplace computes
// it: the owner of part p
//
//	royalty_p = ⌊reads_p · price_p / PerReads⌋,
//
// and the payee the rest. It sets the royalties of the terms. Errors wrap fault.ErrUsage
// for a seller too few or too many, and for an amount that is less than the royalties.
func (t *Terms) Shares(parts []PlannedPart, sellers []Seller) ([]Share, error) {
	if len(sellers) != len(parts) {
		return nil, fmt.Errorf("%d sellers of %d parts: want the owner and the price of each, in order: %w", len(sellers), len(parts), fault.ErrUsage)
	}
	royalties := new(big.Int)
	shares := make([]Share, 0, len(parts)+1)
	for i, s := range sellers {
		due := new(big.Int).Mul(big.NewInt(parts[i].Reads), s.Price)
		due.Quo(due, big.NewInt(PerReads))
		royalties.Add(royalties, due)
		shares = append(shares, Share{s.Owner, due})
	}
	rest := new(big.Int).Sub(t.Amount, royalties)
	if rest.Sign() < 0 {
		return nil, fmt.Errorf("royalties of %d are more than the amount, %d: %w", royalties, t.Amount, fault.ErrUsage)
	}
	t.Royalties = royalties
	return append(shares, Share{t.Payee, rest}), nil
}

// termsType is Marketplace.Terms in signatures.
const termsType = "(address,address,address,uint256,uint256,bytes32,bytes32[],uint64,bytes32)"

func (t *Terms) value() value {
	return tuple(account(t.Buyer), account(t.Payee), account(t.Currency), integer(t.Amount), integer(t.Royalties), fixed(t.Plan), array(fixed, t.Claims), count(t.Deadline), fixed(t.Salt))
}

// Order is the name of the order: a hash of all its terms.
func (t *Terms) Order() [32]byte { return Keccak256(abiEncode(t.value())) }

// OpenData opens the order of a plan.
func (t *Terms) OpenData(p *Plan) []byte {
	return calldata("open("+termsType+","+planType+")", t.value(), p.value())
}

// SettleData settles the order by a run that has been proven, by the digest of its
// statement.
func (t *Terms) SettleData(shares []Share, digest [32]byte) []byte {
	share := func(s Share) value { return tuple(account(s.Account), integer(s.Amount)) }
	return calldata("settle("+termsType+",(address,uint256)[],bytes32)", t.value(), array(share, shares), fixed(digest))
}

// RefundData gives the buyer its amount back once the deadline has passed.
func (t *Terms) RefundData() []byte { return calldata("refund("+termsType+")", t.value()) }

// WithdrawData pays what the caller is owed in a currency to an account.
func WithdrawData(currency, to Address) []byte {
	return calldata("withdraw(address,address)", account(currency), account(to))
}
