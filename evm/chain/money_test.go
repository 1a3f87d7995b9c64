package chain_test

import (
	"bytes"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/zkaudit/zkaudit/evm/chain/chaintest"
)

// What transfers of Token answer.
const (
	answersTrue = iota
	answersNothing
	answersFalse
)

// double calls a function of a double.
func (w *world) double(contract string, from *chaintest.Account, to common.Address, value *big.Int, function string, arguments ...any) {
	w.Helper()
	w.must(from, to, value, w.pack(contract, function, arguments...))
}

func (w *world) pack(contract, function string, arguments ...any) []byte {
	w.Helper()
	data, err := chaintest.ABI(w, contract).Pack(function, arguments...)
	if err != nil {
		w.Fatal(err)
	}
	return data
}

// ask returns the one result of a function of a double.
func ask[T any](w *world, contract string, to common.Address, function string, arguments ...any) T {
	w.Helper()
	out, err := w.Call(w.stranger, to, w.pack(contract, function, arguments...))
	if err != nil {
		w.Fatal(err)
	}
	values, err := chaintest.ABI(w, contract).Unpack(function, out)
	if err != nil {
		w.Fatal(err)
	}
	return values[0].(T)
}

// token deploys one that behaves, and gives an account some of it.
func (w *world) token(answer uint8, fee int64, to common.Address) common.Address {
	w.Helper()
	token := w.Deploy(w, "Token")
	w.double("Token", w.stranger, token, nil, "mint", to, big.NewInt(10*amount))
	w.double("Token", w.stranger, token, nil, "behave", answer, big.NewInt(fee), ether, ether)
	return token
}

// TestTokens: those that answer true, or nothing, are paid in like ether; one that does
// not do what it is asked, delivers less, or is none, is refused.
func TestTokens(t *testing.T) {
	for name, answer := range map[string]uint8{"answers true": answersTrue, "answers nothing": answersNothing} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			token := w.token(answer, 0, w.buyer.Address)
			w.trade(price{token, askedPrice})
			o := w.order(token, askedPrice, w.Now(t)+1000)
			w.refused("with ether, too", "WrongAmount", w.buyer, w.market, big.NewInt(1), o.open())
			w.must(w.buyer, w.market, nil, o.open())
			run := w.provenFor(o.context())
			run.finish(w.payee)
			w.must(w.payee, w.market, nil, o.settle(run.Name.Digest))
			to := common.Address{1, 2, 3}
			w.refused("another currency", "NothingOwed", w.payee, w.market, nil, market.PackWithdraw(ether, to))
			for _, account := range []*chaintest.Account{w.owners[0], w.owners[1], w.payee} {
				w.must(account, w.market, nil, market.PackWithdraw(token, to))
				w.refused("withdraw again", "NothingOwed", account, w.market, nil, market.PackWithdraw(token, to))
			}
			if b := ask[*big.Int](w, "Token", token, "balanceOf", to); b.Int64() != amount {
				t.Errorf("paid out %v", b)
			}
		})
	}
	w := newWorld(t)
	w.trade(price{})
	for name, c := range map[string]struct {
		token  common.Address
		refuse string
	}{
		"answers false":      {w.token(answersFalse, 0, w.buyer.Address), "TransferFailed"},
		"keeps a fee":        {w.token(answersTrue, 1, w.buyer.Address), "WrongAmount"},
		"of another account": {w.token(answersTrue, 0, w.stranger.Address), "TransferFailed"},
		"no contract":        {common.Address{9}, ""},
	} {
		w.refused(name, c.refuse, w.buyer, w.market, nil, w.order(c.token, 0, w.Now(t)+1000).open())
	}
}

// TestTokenRefusesToPay: a token that stops paying leaves what is owed as it was.
func TestTokenRefusesToPay(t *testing.T) {
	w := newWorld(t)
	w.trade(price{})
	token := w.token(answersTrue, 0, w.buyer.Address)
	o := w.order(token, 0, w.Now(t)+1000)
	w.must(w.buyer, w.market, nil, o.open())
	w.Pass(t, 2000)
	w.must(w.buyer, w.market, nil, o.refund())
	w.double("Token", w.stranger, token, nil, "behave", uint8(answersFalse), new(big.Int), ether, ether)
	w.refused("a token that refuses", "TransferFailed", w.buyer, w.market, nil, market.PackWithdraw(token, w.buyer.Address))
	w.wantOwed(token, map[common.Address]*big.Int{w.buyer.Address: big.NewInt(amount)})
}

// TestReentrantWithdrawal: an account that withdraws again while it is being paid gets
// nothing more.
func TestReentrantWithdrawal(t *testing.T) {
	w := traded(t)
	actor := w.Deploy(t, "Actor")
	mine := w.order(ether, askedPrice, w.Now(t)+1000)
	mine.terms.Buyer = actor
	mine.named()
	others := w.order(ether, askedPrice, w.Now(t)+1000)
	for _, o := range []*order{mine, others} {
		w.must(w.stranger, w.market, o.terms.Amount, o.open())
	}
	w.Pass(t, 2000)
	w.must(w.stranger, w.market, nil, mine.refund())
	withdraw := market.PackWithdraw(ether, actor)
	w.double("Actor", w.stranger, actor, nil, "then", w.market, new(big.Int), withdraw)
	w.double("Actor", w.stranger, actor, nil, "act", w.market, new(big.Int), withdraw)
	if ask[bool](w, "Actor", actor, "succeeded") || !bytes.Equal(ask[[]byte](w, "Actor", actor, "answer"), chaintest.ABI(t, "Marketplace").Errors["NothingOwed"].ID.Bytes()[:4]) {
		t.Error("the second withdrawal was not refused as nothing being owed")
	}
	if b := w.balance(actor); b.Int64() != amount {
		t.Errorf("paid %v", b)
	}
	if b := w.balance(w.market); b.Int64() != amount {
		t.Errorf("%v is left for the other", b)
	}
}

// TestReentrantToken: an order that is opened while another one's token is moved could be
// paid by the same tokens twice: the outer one loses a fee on the way and the inner one
// makes up for it. It is refused, and then so is the outer one.
func TestReentrantToken(t *testing.T) {
	const fee = 100
	w := newWorld(t)
	w.trade(price{})
	actor := w.Deploy(t, "Actor")
	token := w.token(answersTrue, 0, w.buyer.Address)
	w.double("Token", w.stranger, token, nil, "mint", actor, big.NewInt(fee))
	w.double("Token", w.stranger, token, nil, "behave", uint8(answersTrue), big.NewInt(fee), actor, actor)
	outer, inner := w.order(token, 0, w.Now(t)+1000), w.order(token, 0, w.Now(t)+1000)
	inner.terms.Amount, inner.terms.Buyer = big.NewInt(fee), actor
	w.double("Actor", w.stranger, actor, nil, "then", w.market, new(big.Int), inner.named().open())
	w.refused("an order paid by another", "WrongAmount", w.buyer, w.market, nil, outer.open())
	// The same by its own, from the account that pays no fee, with nobody's hook.
	w.double("Token", w.stranger, token, nil, "behave", uint8(answersTrue), new(big.Int), actor, ether)
	w.double("Actor", w.stranger, actor, nil, "act", w.market, new(big.Int), inner.open())
	w.must(w.buyer, w.market, nil, outer.open())
}

// TestTwoOrdersInATransaction: what refuses an order within another lets the next one be
// opened, in the same transaction.
func TestTwoOrdersInATransaction(t *testing.T) {
	w := traded(t)
	actor := w.Deploy(t, "Actor")
	first, second := w.order(ether, askedPrice, w.Now(t)+1000), w.order(ether, askedPrice, w.Now(t)+1000)
	second.terms.Salt[0]++
	second.named()
	w.double("Actor", w.stranger, actor, nil, "then", w.market, second.terms.Amount, second.open())
	both := new(big.Int).Add(first.terms.Amount, second.terms.Amount)
	w.double("Actor", w.stranger, actor, both, "actAndThen", w.market, first.terms.Amount, first.open())
	if !ask[bool](w, "Actor", actor, "succeeded") {
		t.Error("the second order is refused")
	}
	w.refused("the second order again", "AlreadyOpened", w.buyer, w.market, second.terms.Amount, second.open())
}

// TestPayeeRefuses: one that takes no ether keeps nobody else from being paid, and can have
// it sent elsewhere.
func TestPayeeRefuses(t *testing.T) {
	w := traded(t)
	actor := w.Deploy(t, "Actor")
	w.double("Actor", w.stranger, actor, nil, "refuse", true)
	o := w.order(ether, askedPrice, w.Now(t)+1000)
	o.terms.Payee, o.shares[2].Account = actor, actor
	w.must(w.buyer, w.market, o.named().terms.Amount, o.open())
	run := w.provenFor(o.context())
	run.finish(w.stranger)
	w.must(w.stranger, w.market, nil, o.settle(run.Name.Digest))
	w.must(w.owners[0], w.market, nil, market.PackWithdraw(ether, w.owners[0].Address))
	act := func(to common.Address) []byte {
		return w.pack("Actor", "act", w.market, new(big.Int), market.PackWithdraw(ether, to))
	}
	w.refused("to itself", "TransferFailed", w.stranger, actor, nil, act(actor))
	w.wantOwed(ether, map[common.Address]*big.Int{actor: o.shares[2].Amount})
	to := common.Address{1, 2, 3}
	w.must(w.stranger, actor, nil, act(to))
	if got := w.balance(to); got.Cmp(o.shares[2].Amount) != 0 {
		t.Errorf("paid %v, want %v", got, o.shares[2].Amount)
	}
}

// feed sends ether to an account without asking its code: a contract that gives all it has to
// another while it is made.
func (w *world) feed(to common.Address, value *big.Int) {
	w.Helper()
	code := append([]byte{0x73}, append(to.Bytes(), selfDestruct)...)
	if r := w.Send(w, w.stranger, nil, value, code); r.Status != types.ReceiptStatusSuccessful {
		w.Fatal("not fed")
	}
}

// TestForcedEther: ether that nobody deposited changes nothing, and cannot be sent in the
// usual way.
func TestForcedEther(t *testing.T) {
	w := traded(t)
	w.refused("a plain payment", "", w.stranger, w.market, big.NewInt(1), nil)
	w.feed(w.market, big.NewInt(5))
	o := w.order(ether, askedPrice, w.Now(t)+1000)
	w.refused("an amount less by what is there", "WrongAmount", w.buyer, w.market, big.NewInt(amount-5), o.open())
	w.must(w.buyer, w.market, o.terms.Amount, o.open())
	w.feed(w.market, big.NewInt(7))
	w.Pass(t, 2000)
	w.must(w.buyer, w.market, nil, o.refund())
	w.must(w.buyer, w.market, nil, market.PackWithdraw(ether, w.buyer.Address))
	if b := w.balance(w.market); b.Int64() != 12 {
		t.Errorf("%v is left, want the 12 that were forced on it", b)
	}
}

// TestLargeNumbers: neither the highest price nor amounts near 2^256 overflow: they are
// refused or paid, never wrapped.
func TestLargeNumbers(t *testing.T) {
	w := newWorld(t)
	highest := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 128), big.NewInt(1))
	w.trade(price{})
	token := w.Deploy(t, "Token")
	most := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))
	w.double("Token", w.stranger, token, nil, "mint", w.buyer.Address, most)
	o := w.order(token, 0, w.Now(t)+1000)
	for i := range w.owners {
		w.must(w.owners[i], w.registry, nil, registry.PackSetPrice(w.plan.Parts[i].Digest, token, highest))
	}
	o.terms.Royalties.Lsh(big.NewInt(1), 120)
	w.refused("royalties that are wrong", "WrongRoyalties", w.buyer, w.market, nil, o.open())
	due := new(big.Int)
	for _, part := range w.plan.Parts {
		royalty := new(big.Int).Mul(highest, big.NewInt(part.Reads))
		due.Add(due, royalty.Quo(royalty, big.NewInt(1_000_000)))
	}
	o.terms.Royalties, o.terms.Amount = due, most
	w.must(w.buyer, w.market, nil, o.named().open())
	w.Pass(t, 2000)
	w.must(w.buyer, w.market, nil, o.refund())
	w.wantOwed(token, map[common.Address]*big.Int{w.buyer.Address: most})
	w.must(w.buyer, w.market, nil, market.PackWithdraw(token, w.buyer.Address))
	// One who is owed the most there is cannot be owed more: the amounts never were there.
	if b := ask[*big.Int](w, "Token", token, "balanceOf", w.buyer.Address); b.Cmp(most) != 0 {
		t.Errorf("paid back %v", b)
	}
}
