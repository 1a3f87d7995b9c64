package chain_test

import (
	"context"
	"math/big"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/evm/chain/bindings"
	"github.com/zkaudit/zkaudit/evm/chain/chaintest"
)

// order is an order of the world's training, and what it will pay.
type order struct {
	*world
	terms  bindings.MarketplaceTerms
	shares []bindings.MarketplaceShare
	name   [32]byte
}

// amount of the orders of tests.
const amount = 1_000_000

// askedPrice is what both owners ask in tests: reads·price is no multiple of a million.
const askedPrice = 1_234_567_891

// royalty is what a part of the plan is due: ⌊reads·price / 10^6⌋.
func (w *world) royalty(part int, price int64) *big.Int {
	due := new(big.Int).Mul(big.NewInt(w.plan.Parts[part].Reads), big.NewInt(price))
	return due.Quo(due, big.NewInt(1_000_000))
}

// order states an order for the training, with royalties at a price.
func (w *world) order(currency common.Address, price int64, deadline uint64) *order {
	total := new(big.Int)
	o := &order{world: w}
	for i := range w.plan.Parts {
		due := w.royalty(i, price)
		total.Add(total, due)
		o.shares = append(o.shares, bindings.MarketplaceShare{Account: w.owners[i].Address, Amount: due})
	}
	o.terms = bindings.MarketplaceTerms{
		Buyer: w.buyer.Address, Payee: w.payee.Address, Currency: currency, Amount: big.NewInt(amount), Royalties: total,
		Plan: w.plan.Hash(), Claims: [][32]byte{w.accuracy.Hash()}, Deadline: deadline, Salt: [32]byte{1},
	}
	o.shares = append(o.shares, bindings.MarketplaceShare{Account: w.payee.Address, Amount: new(big.Int).Sub(big.NewInt(amount), total)})
	return o.named()
}

// named computes the name of the order after a change of its terms.
func (o *order) named() *order {
	o.name = read(o.world, o.market, market.PackOrderOf(o.terms), market.UnpackOrderOf)
	return o
}

func (o *order) open() []byte   { return market.PackOpen(o.terms, onChain(o.plan)) }
func (o *order) refund() []byte { return market.PackRefund(o.terms) }

func (o *order) settle(digest [32]byte) []byte { return market.PackSettle(o.terms, o.shares, digest) }

// context is what the statement of a run for the order has.
func (o *order) context() evm.Context {
	return evm.OrderContext(o.ID(), evm.Address(o.market), o.name, evm.Address(o.terms.Payee))
}

func (w *world) owed(account, currency common.Address) *big.Int {
	return read(w, w.market, market.PackOwed(account, currency), market.UnpackOwed)
}

func (w *world) wantOwed(currency common.Address, want map[common.Address]*big.Int) {
	w.Helper()
	for account, amount := range want {
		if got := w.owed(account, currency); got.Cmp(amount) != 0 {
			w.Errorf("%v is owed %v, want %v", account, got, amount)
		}
	}
}

func (w *world) balance(account common.Address) *big.Int {
	w.Helper()
	b, err := w.Client().BalanceAt(context.Background(), account, nil)
	if err != nil {
		w.Fatal(err)
	}
	return b
}

// traded is a world with all parts on the market at the price of tests, in ether.
func traded(t testing.TB) *world {
	w := newWorld(t)
	w.trade(price{ether, askedPrice})
	return w
}

// TestSettle: a proven order pays the owners what their parts' reads are due and the
// payee the rest, to the last unit, whoever settles it; each withdraws once.
func TestSettle(t *testing.T) {
	w := traded(t)
	o := w.order(ether, askedPrice, w.Now(t)+1000)
	t.Logf("open: %d gas", w.must(w.buyer, w.market, o.terms.Amount, o.open()))
	if got := read(w, w.market, market.PackContextOf(o.name, o.terms.Payee), market.UnpackContextOf); got != o.context() {
		t.Errorf("context %x, package evm has %x", got, o.context())
	}
	run := w.provenFor(o.context())
	w.refused("before anything is proven", "NotProven", w.payee, w.market, nil, o.settle(run.Name.Digest))
	w.must(w.payee, w.training, nil, run.start())
	w.must(w.payee, w.training, nil, run.Advance(0, run.segment(0)))
	w.must(w.payee, w.training, nil, run.Advance(1, run.segment(1)))
	w.refused("before the claim is proven", "NotProven", w.payee, w.market, nil, o.settle(run.Name.Digest))
	w.must(w.payee, w.training, nil, run.Claims(run.claim()))
	t.Logf("settle: %d gas", w.must(w.stranger, w.market, nil, o.settle(run.Name.Digest)))
	due := [2]*big.Int{w.royalty(0, askedPrice), w.royalty(1, askedPrice)}
	rest := new(big.Int).Sub(new(big.Int).Sub(o.terms.Amount, due[0]), due[1])
	w.wantOwed(ether, map[common.Address]*big.Int{
		w.owners[0].Address: due[0], w.owners[1].Address: due[1], w.payee.Address: rest, w.stranger.Address: new(big.Int), w.buyer.Address: new(big.Int),
	})
	w.refused("settle again", "NotOpen", w.payee, w.market, nil, o.settle(run.Name.Digest))
	to := common.Address{1, 2, 3}
	for i, account := range []*chaintest.Account{w.owners[0], w.owners[1], w.payee} {
		before := w.balance(to)
		w.must(account, w.market, nil, market.PackWithdraw(ether, to))
		if got := new(big.Int).Sub(w.balance(to), before); got.Cmp(o.shares[i].Amount) != 0 {
			t.Errorf("withdrawn %v, want %v", got, o.shares[i].Amount)
		}
		w.refused("withdraw again", "NothingOwed", account, w.market, nil, market.PackWithdraw(ether, to))
	}
	if b := w.balance(w.market); b.Sign() != 0 {
		t.Errorf("%v is left", b)
	}
	w.Pass(t, 2000)
	w.refused("refund what was settled", "NotOpen", w.buyer, w.market, nil, o.refund())
}

// TestOpenRefuses: an order whose terms contradict the plan, the parts or the deposit
// takes nothing.
func TestOpenRefuses(t *testing.T) {
	w := traded(t)
	plan := onChain(w.plan)
	rehash := func(o *order) {
		o.terms.Plan = read(w, w.training, training.PackPlanHash(plan), training.UnpackPlanHash)
	}
	for name, c := range map[string]struct {
		change func(o *order)
		value  int64
		refuse string
	}{
		"another plan":          {func(*order) { plan.Parts[0].Reads++ }, amount, "WrongPlan"},
		"no buyer":              {func(o *order) { o.terms.Buyer = ether }, amount, "NoBuyer"},
		"no payee":              {func(o *order) { o.terms.Payee = ether }, amount, "NoPayee"},
		"a deadline gone by":    {func(o *order) { o.terms.Deadline = w.Now(t) - 1 }, amount, "DeadlinePassed"},
		"royalties too low":     {func(o *order) { o.terms.Royalties.Sub(o.terms.Royalties, big.NewInt(1)) }, amount, "WrongRoyalties"},
		"royalties too high":    {func(o *order) { o.terms.Royalties.Add(o.terms.Royalties, big.NewInt(1)) }, amount, "WrongRoyalties"},
		"less than royalties":   {func(o *order) { o.terms.Amount.Sub(o.terms.Royalties, big.NewInt(1)) }, 1, "WrongRoyalties"},
		"too little ether":      {func(*order) {}, amount - 1, "WrongAmount"},
		"too much ether":        {func(*order) {}, amount + 1, "WrongAmount"},
		"another currency":      {func(o *order) { o.terms.Currency = w.verifier }, 0, "WrongCurrency"},
		"a part twice":          {func(o *order) { plan.Parts[1] = plan.Parts[0]; rehash(o) }, amount, "DuplicatePart"},
		"a part not registered": {func(o *order) { plan.Parts[1].Digest = [32]byte{1}; rehash(o) }, amount, "NotRegistered"},
	} {
		plan = onChain(w.plan)
		o := w.order(ether, askedPrice, w.Now(t)+1000)
		c.change(o)
		w.refused(name, c.refuse, w.buyer, w.market, big.NewInt(c.value), market.PackOpen(o.terms, plan))
	}
	o := w.order(ether, askedPrice, w.Now(t)+1000)
	w.must(w.buyer, w.market, o.terms.Amount, o.open())
	w.refused("the same again", "AlreadyOpened", w.buyer, w.market, o.terms.Amount, o.open())
	w.must(w.owners[1], w.registry, nil, registry.PackRevoke(w.partDigest("part-001")))
	o.terms.Salt[0]++
	w.refused("a revoked part", "RevokedPart", w.buyer, w.market, o.terms.Amount, o.open())
}

// TestPricesAreFixedWhenOpened: an owner who raises a price in front of an order gets none;
// one who raises it behind, or revokes the part once the run has started, what was
// agreed.
func TestPricesAreFixedWhenOpened(t *testing.T) {
	w := traded(t)
	o := w.order(ether, askedPrice, w.Now(t)+1000)
	dearer := registry.PackSetPrice(w.partDigest("part-000"), ether, big.NewInt(10*askedPrice))
	cheap := registry.PackSetPrice(w.partDigest("part-000"), ether, big.NewInt(askedPrice))
	w.must(w.owners[0], w.registry, nil, dearer)
	w.refused("a price raised in front of the order", "WrongRoyalties", w.buyer, w.market, o.terms.Amount, o.open())
	w.must(w.owners[0], w.registry, nil, cheap)
	w.must(w.buyer, w.market, o.terms.Amount, o.open())
	w.must(w.owners[0], w.registry, nil, dearer)
	run := w.provenFor(o.context())
	w.must(w.payee, w.training, nil, run.start())
	w.must(w.owners[0], w.registry, nil, registry.PackRevoke(w.partDigest("part-000")))
	w.must(w.payee, w.training, nil, run.Advance(0, run.segment(0), run.segment(1)))
	w.must(w.payee, w.training, nil, run.Claims(run.claim()))
	w.must(w.payee, w.market, nil, o.settle(run.Name.Digest))
	w.wantOwed(ether, map[common.Address]*big.Int{w.owners[0].Address: w.royalty(0, askedPrice), w.payee.Address: o.shares[2].Amount})
}

// TestShares: what is paid is what was fixed when the order was opened.
func TestShares(t *testing.T) {
	w := traded(t)
	o := w.order(ether, askedPrice, w.Now(t)+1000)
	w.must(w.buyer, w.market, o.terms.Amount, o.open())
	run := w.provenFor(o.context())
	run.finish(w.payee)
	for name, change := range map[string]func(s []bindings.MarketplaceShare) []bindings.MarketplaceShare{
		"another account": func(s []bindings.MarketplaceShare) []bindings.MarketplaceShare {
			s[2].Account = w.stranger.Address
			return s
		},
		"another amount": func(s []bindings.MarketplaceShare) []bindings.MarketplaceShare {
			s[2].Amount = big.NewInt(amount)
			return s
		},
		"a share less": func(s []bindings.MarketplaceShare) []bindings.MarketplaceShare { return s[1:] },
		"a share more": func(s []bindings.MarketplaceShare) []bindings.MarketplaceShare { return append(s, s[2]) },
		"another order": func(s []bindings.MarketplaceShare) []bindings.MarketplaceShare {
			slices.Reverse(s)
			return s
		},
	} {
		w.refused(name, "WrongShares", w.payee, w.market, nil, market.PackSettle(o.terms, change(slices.Clone(o.shares)), run.Name.Digest))
	}
	w.must(w.payee, w.market, nil, o.settle(run.Name.Digest))
}

// TestRoyaltiesAreAll: an order may pay owners alone, and no more than it is paid.
func TestRoyaltiesAreAll(t *testing.T) {
	w := traded(t)
	o := w.order(ether, askedPrice, w.Now(t)+1000)
	o.terms.Amount = new(big.Int).Sub(o.terms.Royalties, big.NewInt(1))
	w.refused("a unit too little", "WrongRoyalties", w.buyer, w.market, o.terms.Amount, o.named().open())
	o.terms.Amount, o.shares[2].Amount = o.terms.Royalties, new(big.Int)
	w.must(w.buyer, w.market, o.terms.Amount, o.named().open())
	run := w.provenFor(o.context())
	run.finish(w.stranger)
	w.must(w.stranger, w.market, nil, o.settle(run.Name.Digest))
	w.wantOwed(ether, map[common.Address]*big.Int{
		w.owners[0].Address: w.royalty(0, askedPrice), w.owners[1].Address: w.royalty(1, askedPrice), w.payee.Address: new(big.Int),
	})
}

// TestDeadline: an order is settled up to its deadline and refunded after it, never both:
// in the last second it is settled and not refunded, in the next refunded and not
// settled.
func TestDeadline(t *testing.T) {
	w := traded(t)
	settled := w.order(ether, askedPrice, w.Now(t)+1000)
	late := w.order(ether, askedPrice, w.Now(t)+1000)
	late.terms.Salt[0]++
	late.named()
	runs := map[*order]*proven{}
	for _, o := range []*order{settled, late} {
		w.must(w.buyer, w.market, o.terms.Amount, o.open())
		runs[o] = w.provenFor(o.context())
		runs[o].finish(w.payee)
		w.refused("refund before the deadline", "DeadlineNotPassed", w.buyer, w.market, nil, o.refund())
	}
	unopened := w.order(ether, askedPrice, settled.terms.Deadline)
	unopened.terms.Salt[0] = 3
	// Calls are made at the time of the last block, transactions at that of the next.
	w.Pass(t, settled.terms.Deadline-w.Now(t))
	if w.Now(t) != settled.terms.Deadline {
		t.Fatalf("it is %d, want %d", w.Now(t), settled.terms.Deadline)
	}
	w.refused("refund in the last second", "DeadlineNotPassed", w.buyer, w.market, nil, settled.refund())
	if _, err := w.Call(w.payee, w.market, settled.settle(runs[settled].Name.Digest)); err != nil {
		t.Errorf("settle in the last second: %v", err)
	}
	if _, err := w.Chain.Chain.Call(w.buyer, w.market, unopened.terms.Amount, unopened.open()); err != nil {
		t.Errorf("open in the last second: %v", err)
	}
	w.Pass(t, 1)
	w.refused("settle a second later", "DeadlinePassed", w.payee, w.market, nil, late.settle(runs[late].Name.Digest))
	w.must(w.stranger, w.market, nil, late.refund())
	w.wantOwed(ether, map[common.Address]*big.Int{w.buyer.Address: late.terms.Amount, w.payee.Address: new(big.Int), w.stranger.Address: new(big.Int)})
	w.refused("refund again", "NotOpen", w.buyer, w.market, nil, late.refund())
	w.refused("settle what was refunded", "NotOpen", w.payee, w.market, nil, late.settle(runs[late].Name.Digest))
	w.refused("refund what was never opened", "NotOpen", w.buyer, w.market, nil, w.order(ether, 1, 1).refund())
}

// TestOrdersAreApart: a run for one order settles no other, whatever the second has in
// common with it; nor one for another payee, marketplace or chain.
func TestOrdersAreApart(t *testing.T) {
	w := traded(t)
	first := w.order(ether, askedPrice, w.Now(t)+1000)
	w.must(w.buyer, w.market, first.terms.Amount, first.open())
	run := w.provenFor(first.context())
	run.finish(w.payee)
	second := w.order(ether, askedPrice, first.terms.Deadline)
	second.terms.Salt[0]++
	second.named()
	w.must(w.buyer, w.market, second.terms.Amount, second.open())
	w.refused("another order's run", "NotProven", w.payee, w.market, nil, second.settle(run.Name.Digest))
	for name, c := range map[string]evm.Context{
		"another chain":       evm.OrderContext(new(big.Int).Add(w.ID(), big.NewInt(1)), evm.Address(w.market), first.name, evm.Address(w.payee.Address)),
		"another marketplace": evm.OrderContext(w.ID(), evm.Address(w.training), first.name, evm.Address(w.payee.Address)),
		"another payee":       evm.OrderContext(w.ID(), evm.Address(w.market), first.name, evm.Address(w.stranger.Address)),
		"no order":            {},
	} {
		other := w.provenFor(c)
		other.finish(w.payee)
		if !other.isProven() {
			t.Fatalf("%s: the run is not proven", name)
		}
		w.refused(name, "NotProven", w.payee, w.market, nil, first.settle(other.Name.Digest))
	}
	w.must(w.payee, w.market, nil, first.settle(run.Name.Digest))
}

// TestClaimsOfAnOrder: each must be proven, and no claim stands for another: lists of them
// are told apart wherever they are cut.
func TestClaimsOfAnOrder(t *testing.T) {
	w := traded(t)
	a := w.accuracy.Hash()
	var orders []*order
	for i, claims := range [][][32]byte{{a}, {a, {9}}, {{9}}, {}} {
		o := w.order(ether, askedPrice, w.Now(t)+1000)
		o.terms.Claims, o.terms.Salt = claims, [32]byte{byte(i)}
		w.must(w.buyer, w.market, o.named().terms.Amount, o.open())
		run := w.provenFor(o.context())
		run.finish(w.payee)
		if slices.Contains(claims, [32]byte{9}) {
			w.refused("a claim that is not proven", "NotProven", w.payee, w.market, nil, o.settle(run.Name.Digest))
			short := *o
			short.terms.Claims = [][32]byte{a}
			w.refused("a shorter list of claims", "NotOpen", w.payee, w.market, nil, short.settle(run.Name.Digest))
			continue
		}
		w.must(w.payee, w.market, nil, o.settle(run.Name.Digest))
		orders = append(orders, o)
	}
	if len(orders) != 2 {
		t.Errorf("%d orders settled, want 2", len(orders))
	}
}

// TestOrderWithoutClaims: an order that asks for no claims is settled once the run is
// finished, and not before.
func TestOrderWithoutClaims(t *testing.T) {
	w := traded(t)
	o := w.order(ether, askedPrice, w.Now(t)+1000)
	o.terms.Claims = nil
	w.must(w.buyer, w.market, o.named().terms.Amount, o.open())
	run := w.provenFor(o.context())
	settle := o.settle(run.Name.Digest)
	w.refused("before the start", "NotProven", w.payee, w.market, nil, settle)
	w.must(w.payee, w.training, nil, run.start())
	w.refused("before a segment", "NotProven", w.payee, w.market, nil, settle)
	w.must(w.payee, w.training, nil, run.Advance(0, run.segment(0)))
	w.refused("before the end", "NotProven", w.payee, w.market, nil, settle)
	w.must(w.payee, w.training, nil, run.Advance(1, run.segment(1)))
	w.must(w.payee, w.market, nil, settle)
}

// TestNamesOfOrders: every term is in the name of an order.
func TestNamesOfOrders(t *testing.T) {
	w := newWorld(t)
	seen := map[[32]byte]string{}
	for name, change := range map[string]func(o *bindings.MarketplaceTerms){
		"the order": func(*bindings.MarketplaceTerms) {},
		"buyer":     func(o *bindings.MarketplaceTerms) { o.Buyer[0]++ },
		"payee":     func(o *bindings.MarketplaceTerms) { o.Payee[0]++ },
		"currency":  func(o *bindings.MarketplaceTerms) { o.Currency[0]++ },
		"amount":    func(o *bindings.MarketplaceTerms) { o.Amount = big.NewInt(1) },
		"royalties": func(o *bindings.MarketplaceTerms) { o.Royalties = big.NewInt(1) },
		"plan":      func(o *bindings.MarketplaceTerms) { o.Plan[0]++ },
		"claims":    func(o *bindings.MarketplaceTerms) { o.Claims = [][32]byte{{1}} },
		"no claims": func(o *bindings.MarketplaceTerms) { o.Claims = nil },
		"deadline":  func(o *bindings.MarketplaceTerms) { o.Deadline++ },
		"salt":      func(o *bindings.MarketplaceTerms) { o.Salt[0]++ },
		// The same words in a row, cut elsewhere.
		"claims and more": func(o *bindings.MarketplaceTerms) { o.Claims = [][32]byte{o.Claims[0], o.Salt} },
	} {
		o := w.order(ether, 0, 5)
		change(&o.terms)
		if other, there := seen[o.named().name]; there {
			t.Errorf("%s: the name of %s", name, other)
		}
		seen[o.name] = name
	}
}

// TestFrontRunner: who sends the same calls first pays their gas, and the payee is paid.
func TestFrontRunner(t *testing.T) {
	w := traded(t)
	o := w.order(ether, askedPrice, w.Now(t)+1000)
	w.must(w.stranger, w.market, o.terms.Amount, o.open()) // even pays for the buyer
	w.refused("the buyer's own", "AlreadyOpened", w.buyer, w.market, o.terms.Amount, o.open())
	run := w.provenFor(o.context())
	run.finish(w.stranger)
	for name, call := range map[string][]byte{"start": run.start(), "segments": run.Advance(0, run.segment(0), run.segment(1))} {
		if _, err := w.Do(t, w.payee, w.training, nil, call); err == nil {
			t.Errorf("%s: accepted again", name)
		}
	}
	w.must(w.payee, w.training, nil, run.Claims(run.claim())) // changes nothing
	w.must(w.stranger, w.market, nil, o.settle(run.Name.Digest))
	w.wantOwed(ether, map[common.Address]*big.Int{w.payee.Address: o.shares[2].Amount, w.stranger.Address: new(big.Int)})
}

// TestProofIsNotTheName: a proof made anew for the same statement, other bytes, names the
// same run: it settles nothing twice.
func TestProofIsNotTheName(t *testing.T) {
	w := traded(t)
	o := w.order(ether, askedPrice, w.Now(t)+1000)
	w.must(w.buyer, w.market, o.terms.Amount, o.open())
	run := w.provenFor(o.context())
	b := run.beginning()
	b.Proof = append(b.Proof, 1)
	w.must(w.payee, w.training, nil, training.PackStart(onChain(w.plan), run.Context, b))
	w.refused("start by another proof", "AlreadyStarted", w.payee, w.training, nil, run.start())
	again := run.segment(0)
	again.Proof = append(slices.Clone(again.Proof), 2)
	w.must(w.payee, w.training, nil, run.Advance(0, run.segment(0)))
	w.refused("a segment by another proof", "NotNext", w.payee, w.training, nil, run.Advance(1, again))
	w.must(w.payee, w.training, nil, run.Advance(1, run.segment(1)))
	for range 2 {
		claim := run.claim()
		claim.Proof = append(claim.Proof, 3)
		w.must(w.payee, w.training, nil, run.Claims(claim))
	}
	w.must(w.payee, w.market, nil, o.settle(run.Name.Digest))
	w.refused("settle again", "NotOpen", w.payee, w.market, nil, o.settle(run.Name.Digest))
}

// TestNobodyAdministers: the interfaces have no function beyond these, and the code no
// instruction that would let another contract's code act in their place.
func TestNobodyAdministers(t *testing.T) {
	for contract, functions := range map[string][]string{
		"DatasetRegistry":  {"certify", "register", "reserve", "revoke", "setPrice"},
		"TrainingVerifier": {"advance", "claim", "start"},
		"Marketplace":      {"open", "refund", "settle", "withdraw"},
	} {
		var changing []string
		for _, m := range chaintest.ABI(t, contract).Methods {
			if !m.IsConstant() {
				changing = append(changing, m.Name)
			}
		}
		slices.Sort(changing)
		if !slices.Equal(changing, functions) {
			t.Errorf("%s: %q change something, want %q", contract, changing, functions)
		}
		a, err := evm.ArtefactOf(contract)
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range instructions(a.Deployed) {
			if op == delegateCall || op == callCode || op == selfDestruct || op == create || op == create2 {
				t.Errorf("%s: instruction %#x", contract, op)
			}
		}
	}
}

const (
	create, callCode, delegateCall, create2, selfDestruct = 0xf0, 0xf2, 0xf4, 0xf5, 0xff

	push1, push32, invalid = 0x60, 0x7f, 0xfe
)

// instructions are those of code, without what PUSH instructions push, up to the data
// that the compiler puts after an INVALID.
func instructions(code []byte) []byte {
	var list []byte
	for i := 0; i < len(code); i++ {
		op := code[i]
		if op == invalid {
			break
		}
		list = append(list, op)
		if op >= push1 && op <= push32 {
			i += int(op-push1) + 1
		}
	}
	return list
}
