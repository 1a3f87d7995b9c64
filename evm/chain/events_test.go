package chain_test

import (
	"math/big"
	"reflect"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/evm/chain/bindings"
	"github.com/zkaudit/zkaudit/evm/chain/chaintest"
)

// logs sends a transaction that is not refused, and returns what it emits.
func (w *world) logs(from *chaintest.Account, to common.Address, value *big.Int, data []byte) []*types.Log {
	w.Helper()
	r, err := w.Do(w, from, to, value, data)
	if err != nil {
		w.Fatal(err)
	}
	return r.Logs
}

// wantEvents fails unless logs are these events, in their order.
func wantEvents(t testing.TB, logs []*types.Log, want ...func(l *types.Log) (got, want any, err error)) {
	t.Helper()
	if len(logs) != len(want) {
		t.Errorf("%d events, want %d", len(logs), len(want))
		return
	}
	for i, read := range want {
		got, want, err := read(logs[i])
		if err != nil {
			t.Errorf("event %d: %v", i, err)
		} else if !reflect.DeepEqual(got, want) {
			t.Errorf("event %d is %+v, want %+v", i, got, want)
		}
	}
}

// event is what an event must unpack to, but for where it stands on the chain.
func event[E any](unpack func(l *types.Log) (*E, error), want E) func(l *types.Log) (any, any, error) {
	return func(l *types.Log) (any, any, error) {
		got, err := unpack(l)
		if err != nil {
			return nil, nil, err
		}
		reflect.ValueOf(got).Elem().FieldByName("Raw").SetZero()
		return *got, want, nil
	}
}

// TestEventsOfParts: whoever reads events alone knows who registered what, at which
// price, what is certified and what revoked.
func TestEventsOfParts(t *testing.T) {
	w := newWorld(t)
	owner, digest := w.owners[0], w.partDigest("part-000")
	name := reservation(digest, owner.Address, salt)
	wantEvents(t, w.logs(owner, w.registry, nil, registry.PackReserve(name)),
		event(registry.UnpackReservedEvent, bindings.DatasetRegistryReserved{Reservation: name}))
	w.Pass(t, 60)
	wantEvents(t, w.logs(owner, w.registry, nil, registry.PackRegister(w.part("part-000"), salt, [32]byte{1}, ether, big.NewInt(5))),
		event(registry.UnpackRegisteredEvent, bindings.DatasetRegistryRegistered{
			Part: digest, Owner: owner.Address, Rows: uint64(w.trained.Parts["part-000"].Rows), Licence: [32]byte{1},
		}),
		event(registry.UnpackPricedEvent, bindings.DatasetRegistryPriced{Part: digest, Price: big.NewInt(5)}))
	wantEvents(t, w.logs(owner, w.registry, nil, registry.PackSetPrice(digest, w.verifier, big.NewInt(9))),
		event(registry.UnpackPricedEvent, bindings.DatasetRegistryPriced{Part: digest, Currency: w.verifier, Price: big.NewInt(9)}))
	hashes, chunks := w.chunks("part-000")
	certify := func(chunks []bindings.DatasetRegistryChunk) []byte {
		return registry.PackCertify(digest, hashes, w.part("part-000").Tensors, chunks)
	}
	wantEvents(t, w.logs(w.stranger, w.registry, nil, certify(nil)))
	wantEvents(t, w.logs(w.stranger, w.registry, nil, certify(chunks)),
		event(registry.UnpackCertifiedEvent, bindings.DatasetRegistryCertified{Part: digest, Certificate: w.plan.Parts[0].Certificate}))
	wantEvents(t, w.logs(owner, w.registry, nil, registry.PackRevoke(digest)),
		event(registry.UnpackRevokedPartEvent, bindings.DatasetRegistryRevokedPart{Part: digest}))
}

// TestEventsOfRuns: whoever reads events alone knows which runs have started, how far
// they are and which claims of theirs are proven.
func TestEventsOfRuns(t *testing.T) {
	w := newWorld(t)
	w.trade(price{})
	run := w.provenFor(evm.Context{1})
	wantEvents(t, w.logs(w.payee, w.training, nil, run.start()),
		event(training.UnpackStartedEvent, bindings.TrainingVerifierStarted{
			Run: run.key(), Plan: run.Name.Plan, Context: run.Name.Context, Digest: run.Name.Digest,
		}))
	for i := range 2 {
		logs := w.logs(w.payee, w.training, nil, run.Advance(i, run.segment(i)))
		state := read(w, w.training, training.PackRunOf(run.key()), training.UnpackRunOf)
		wantEvents(t, logs, event(training.UnpackAdvancedEvent, bindings.TrainingVerifierAdvanced{
			Run: run.key(), Weights: state.Weights, Rest: w.plan.Rest(i + 1),
		}))
	}
	wantEvents(t, w.logs(w.payee, w.training, nil, run.Claims(run.claim())),
		event(training.UnpackClaimedEvent, bindings.TrainingVerifierClaimed{Run: run.key(), Claim: w.accuracy.Hash()}))
}

// TestEventsOfOrders: whoever reads events alone knows the terms and shares of every
// order, what became of it, and who was paid what.
func TestEventsOfOrders(t *testing.T) {
	w := traded(t)
	o := w.order(ether, askedPrice, w.Now(t)+1000)
	wantEvents(t, w.logs(w.buyer, w.market, o.terms.Amount, o.open()),
		event(market.UnpackOpenedEvent, bindings.MarketplaceOpened{
			Order: o.name, Buyer: o.terms.Buyer, Payee: o.terms.Payee, Terms: o.terms, Shares: o.shares,
		}))
	run := w.provenFor(o.context())
	run.finish(w.payee)
	wantEvents(t, w.logs(w.stranger, w.market, nil, o.settle(run.Name.Digest)),
		event(market.UnpackSettledEvent, bindings.MarketplaceSettled{Order: o.name, Run: run.key()}))
	to := common.Address{1, 2, 3}
	wantEvents(t, w.logs(w.payee, w.market, nil, market.PackWithdraw(ether, to)),
		event(market.UnpackWithdrawnEvent, bindings.MarketplaceWithdrawn{Account: w.payee.Address, To: to, Amount: o.shares[2].Amount}))

	late := w.order(ether, askedPrice, w.Now(t)+1000)
	w.must(w.buyer, w.market, late.terms.Amount, late.open())
	w.Pass(t, 2000)
	wantEvents(t, w.logs(w.stranger, w.market, nil, late.refund()),
		event(market.UnpackRefundedEvent, bindings.MarketplaceRefunded{Order: late.name}))
}
