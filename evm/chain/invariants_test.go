package chain_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"pgregory.net/rapid"

	"github.com/zkaudit/zkaudit/evm/chain/chaintest"
)

// ledger is what a marketplace should hold: its orders and what accounts are owed, by
// currency, computed without it.
type ledger struct {
	*world
	currencies []common.Address
	orders     []*entry
	owes       map[common.Address]map[common.Address]*big.Int // by currency and account
	forced     map[common.Address]*big.Int                    // that nobody deposited
	prices     [2]*big.Int                                    // in ether
}

// entry is an order and what has become of it.
type entry struct {
	*order
	finished *proven // the run for it
	open     bool
	paid     int // how often
}

// newLedger deploys a marketplace for the parts of a world.
func newLedger(w *world, token common.Address) *ledger {
	w.market = w.Deploy(w, "Marketplace", w.training)
	l := &ledger{world: w, currencies: []common.Address{ether, token}, owes: map[common.Address]map[common.Address]*big.Int{}, forced: map[common.Address]*big.Int{}}
	for _, c := range l.currencies {
		l.owes[c], l.forced[c] = map[common.Address]*big.Int{}, new(big.Int)
	}
	return l
}

func (l *ledger) owe(currency, account common.Address, amount *big.Int) {
	due := l.owes[currency][account]
	if due == nil {
		due = new(big.Int)
	}
	l.owes[currency][account] = new(big.Int).Add(due, amount)
}

// accounts are all that may be owed something.
func (l *ledger) accounts() []*chaintest.Account {
	return []*chaintest.Account{l.buyer, l.payee, l.owners[0], l.owners[1]}
}

// held is how much of a currency the marketplace has.
func (l *ledger) held(currency common.Address) *big.Int {
	if currency == ether {
		return l.balance(l.market)
	}
	return ask[*big.Int](l.world, "Token", currency, "balanceOf", l.market)
}

// check compares the marketplace with the ledger:
//
//	Σ amounts of open orders + Σ owed + forced = balance
func (l *ledger) check(t *rapid.T) {
	for _, c := range l.currencies {
		total := new(big.Int).Set(l.forced[c])
		for _, e := range l.orders {
			if e.open && e.terms.Currency == c {
				total.Add(total, e.terms.Amount)
			}
			if e.paid > 1 {
				t.Fatalf("an order has paid %d times", e.paid)
			}
		}
		for _, account := range l.accounts() {
			owed := l.owed(account.Address, c)
			want := l.owes[c][account.Address]
			if want == nil {
				want = new(big.Int)
			}
			if owed.Cmp(want) != 0 {
				t.Fatalf("%v is owed %v, want %v", account.Address, owed, want)
			}
			total.Add(total, owed)
		}
		if held := l.held(c); held.Cmp(total) != 0 {
			t.Fatalf("holds %v, should hold %v", held, total)
		}
	}
}

// tried is an action that contracts must accept if, and only if, it is allowed.
func (l *ledger) tried(t *rapid.T, allowed bool, from *chaintest.Account, value *big.Int, data []byte) bool {
	_, err := l.Do(l, from, l.market, value, data)
	if (err == nil) != allowed {
		t.Fatalf("allowed: %v, answer: %v", allowed, err)
	}
	return err == nil
}

// TestInvariants: whatever happens in whatever order, the marketplace holds what it owes, an
// order pays its amount, no more and no less, once at most, and after the deadlines
// everybody gets what is theirs and nothing is left.
func TestInvariants(t *testing.T) {
	w := newWorld(t)
	token := w.token(answersTrue, 0, w.buyer.Address)
	w.double("Token", w.stranger, token, nil, "mint", w.buyer.Address, new(big.Int).Lsh(big.NewInt(1), 100))
	w.trade(price{})
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		l := newLedger(w, token)
		l.reprice(t)
		some := func() *entry {
			if len(l.orders) == 0 {
				t.Skip("no order")
			}
			return l.orders[rapid.IntRange(0, len(l.orders)-1).Draw(t, "order")]
		}
		t.Repeat(map[string]func(*rapid.T){
			"":       l.check,
			"open":   func(t *rapid.T) { n++; l.openOne(t, n) },
			"again":  func(t *rapid.T) { e := some(); l.tried(t, false, l.buyer, e.value(), e.order.open()) },
			"finish": func(t *rapid.T) { l.finishOne(some()) },
			"settle": func(t *rapid.T) { l.settleOne(t, some()) },
			"refund": func(t *rapid.T) { l.refundOne(t, some()) },
			"withdraw": func(t *rapid.T) {
				account := rapid.SampledFrom(l.accounts()).Draw(t, "account")
				l.withdrawAll(t, rapid.SampledFrom(l.currencies).Draw(t, "currency"), account)
			},
			"reprice": l.reprice,
			"pass":    func(t *rapid.T) { l.Pass(l, rapid.Uint64Range(1, 20).Draw(t, "seconds")) },
			"force": func(t *rapid.T) {
				l.feed(l.market, big.NewInt(3))
				l.forced[ether].Add(l.forced[ether], big.NewInt(3))
				l.double("Token", l.stranger, token, nil, "mint", l.market, big.NewInt(4))
				l.forced[token].Add(l.forced[token], big.NewInt(4))
			},
		})
		l.windUp(t)
	})
}

// value is what opening the order takes in ether.
func (e *entry) value() *big.Int {
	if e.terms.Currency == ether {
		return e.terms.Amount
	}
	return new(big.Int)
}

// reprice draws prices for both parts, in ether; 0 often.
func (l *ledger) reprice(t *rapid.T) {
	for i := range l.owners {
		p := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(1, 1<<40)).Draw(t, fmt.Sprint("price ", i))
		l.prices[i] = big.NewInt(p)
		l.must(l.owners[i], l.registry, nil, registry.PackSetPrice(l.plan.Parts[i].Digest, ether, l.prices[i]))
	}
}

// openOne opens an order; of an amount below the royalties, or in a currency that a part is not
// sold for, it must be refused.
func (l *ledger) openOne(t *rapid.T, n int) {
	currency := rapid.SampledFrom(l.currencies).Draw(t, "currency")
	e := &entry{order: l.order(currency, 0, l.Now(l)+rapid.Uint64Range(3, 60).Draw(t, "deadline"))}
	e.terms.Amount = big.NewInt(rapid.Int64Range(0, 1<<30).Draw(t, "amount"))
	new(big.Int).SetInt64(int64(n)).FillBytes(e.terms.Salt[:])
	royalties, allowed := new(big.Int), true
	for i, p := range l.prices {
		due := new(big.Int).Mul(p, big.NewInt(l.plan.Parts[i].Reads))
		e.shares[i].Amount = due.Quo(due, big.NewInt(1_000_000))
		royalties.Add(royalties, due)
		allowed = allowed && (p.Sign() == 0 || currency == ether)
	}
	e.terms.Royalties = royalties
	e.shares[2].Amount = new(big.Int).Sub(e.terms.Amount, royalties)
	allowed = allowed && e.shares[2].Amount.Sign() >= 0
	e.named()
	if l.tried(t, allowed, l.buyer, e.value(), e.order.open()) {
		e.open = true
		l.orders = append(l.orders, e)
	}
}

// finishOne proves the training of an order.
func (l *ledger) finishOne(e *entry) {
	if e.finished != nil {
		return
	}
	e.finished = l.provenFor(e.context())
	e.finished.finish(l.stranger)
}

func (l *ledger) settleOne(t *rapid.T, e *entry) {
	digest := [32]byte{1}
	if e.finished != nil {
		digest = e.finished.Name.Digest
	}
	// A transaction is in the next block, a second later or more: leave room for it.
	if e.open && l.Now(l) <= e.terms.Deadline && l.Now(l)+2 > e.terms.Deadline {
		l.Pass(l, 5)
	}
	allowed := e.open && e.finished != nil && l.Now(l) <= e.terms.Deadline
	if !l.tried(t, allowed, l.stranger, nil, e.settle(digest)) {
		return
	}
	e.open = false
	e.paid++
	for _, s := range e.shares {
		l.owe(e.terms.Currency, s.Account, s.Amount)
	}
}

func (l *ledger) refundOne(t *rapid.T, e *entry) {
	if !l.tried(t, e.open && l.Now(l) > e.terms.Deadline, l.stranger, nil, e.refund()) {
		return
	}
	e.open = false
	e.paid++
	l.owe(e.terms.Currency, e.terms.Buyer, e.terms.Amount)
}

func (l *ledger) withdrawAll(t *rapid.T, currency common.Address, account *chaintest.Account) {
	due := l.owes[currency][account.Address]
	if l.tried(t, due != nil && due.Sign() > 0, account, nil, market.PackWithdraw(currency, common.Address{1, 2, 3})) {
		delete(l.owes[currency], account.Address)
	}
}

// windUp refunds what is open when all deadlines have passed and pays everybody.
func (l *ledger) windUp(t *rapid.T) {
	l.Pass(l, 100)
	for _, e := range l.orders {
		if e.open {
			l.refundOne(t, e)
		}
		if e.paid != 1 {
			t.Fatalf("an order paid %d times", e.paid)
		}
	}
	for _, c := range l.currencies {
		for _, account := range l.accounts() {
			l.withdrawAll(t, c, account)
		}
		if held := l.held(c); held.Cmp(l.forced[c]) != 0 {
			t.Fatalf("%v is left, %v was forced on it", held, l.forced[c])
		}
	}
}
