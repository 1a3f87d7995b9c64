package chain_test

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"fmt"
	"sync"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/relation"
)

// wrapped is a statement with a proof, and what verifies it on and off the chain.
type wrapped struct {
	setup  *commitments.Setup
	st     *statement.Statement
	secret prover.Secret
	system wrap.ProofSystem
	cache  *wrap.Cache
	class  *evm.Class
	proof  *wrap.Proof
	call   *evm.Call
}

// prove makes a proof and what the chain is given of it.
func prove(t testing.TB, setup *commitments.Setup, st *statement.Statement, secret prover.Secret, system wrap.ProofSystem, cache *wrap.Cache) *wrapped {
	t.Helper()
	p := &wrapped{setup: setup, st: st, secret: secret, system: system, cache: cache}
	ctx := context.Background()
	var err error
	if p.proof, err = wrap.Prove(ctx, setup, st, secret, system, cache, crand.Reader); err != nil {
		t.Fatal(err)
	}
	if err := p.native(p.proof); err != nil {
		t.Fatal(err)
	}
	maker := &evm.Maker{Mode: mode.ZKGroth16, Setup: setup, Keys: wrap.Verifier{Cache: cache}}
	if system.ID() == (wrap.PLONK{}).ID() {
		maker.Mode = mode.ZKPLONK
	}
	if p.class, err = maker.Class(ctx, st); err != nil {
		t.Fatal(err)
	}
	encoded, err := p.proof.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if p.call, err = p.class.Call(st, encoded); err != nil {
		t.Fatal(err)
	}
	return p
}

// native is the verdict off the chain on a proof of the statement.
func (p *wrapped) native(of *wrap.Proof) error {
	encoded, err := of.MarshalBinary()
	if err != nil {
		return err
	}
	return wrap.Verify(context.Background(), p.setup.Verifier(), p.st, encoded, p.system, p.cache)
}

// smallBits is ℓ of everyKind.
const smallBits = 7

// once makes what tests share and none changes: proofs take longer than all that is done
// with them. What is made is found again by a name.
type once struct {
	sync.Mutex
	made map[string]any
}

// shared is of all tests of a process.
var shared = once{made: map[string]any{}}

// onceFor returns what is made for a name, the first time that it is asked for.
func onceFor[T any](name string, produce func() T) T {
	shared.Lock()
	defer shared.Unlock()
	if shared.made[name] == nil {
		shared.made[name] = produce()
	}
	return shared.made[name].(T)
}

// provenKind is a proof of everyKind.
func provenKind(t testing.TB, system wrap.ProofSystem) *wrapped {
	t.Helper()
	return onceFor(fmt.Sprintf("every kind in %T", system), func() *wrapped { return everyKind(t, system, wrap.NewCache("")) })
}

// everyKind is a statement of every kind of claim on public tensors, about tensors of one
// committed row and of two:
//
//	X(s,b) = Σ_r Sel(s,b,r)·A(r)           a selection of two runs,   0 ≤ X < 2^3
//	Z(t)   = Σ_{s,b} Λ(t,s)·X(s,b)         a filter of a constant rate
//	V(o)   = Σ_s λ(s)·Z(s)                 its rates
//	U(o)   = Σ_t c(t)·Z(t)                 cells
//	P(k)   = T(k)·D(k)                     an opened tensor
//	Q(o)   = Σ_{t,s,b} M(t,s)·X(s,b)·Z(t)  another: a filter of momentum
//	E(j)   = B(j)                          of two rows
func everyKind(t testing.TB, system wrap.ProofSystem, cache *wrap.Cache) *wrapped {
	t.Helper()
	setup, err := commitments.NewDevelopment(smallBits)
	if err != nil {
		t.Fatal(err)
	}
	sys, cells := smallSystem(t, usualValues())
	l, err := proof.NewLayout(sys, smallBits, true)
	if err != nil {
		t.Fatal(err)
	}
	// A long head leaves no 0 in the memory that the contract takes afterwards.
	st := &statement.Statement{Kind: "test", Public: bytes.Repeat([]byte{0xa5}, 1<<13), Layout: l, Setup: setup.ID}
	secret := prover.Secret{Cells: cells}
	for _, id := range sys.Committed(relation.External) {
		table := make([]fr.Element, cells[id].Len())
		for i := range table {
			table[i] = cells[id].Element(i)
		}
		blind, err := commitments.RandomScalars(crand.Reader, setup.Rows(len(table)))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := setup.CommitField(table, blind)
		if err != nil {
			t.Fatal(err)
		}
		st.External, secret.External = append(st.External, rows), append(secret.External, blind)
	}
	return prove(t, setup, st, secret, system, cache)
}

// publicValues are those of everyKind's public tensors.
type publicValues struct {
	read     []int32 // the selection
	filter   []int64
	rates    []int64
	cells    []int64
	table    []int64
	momentum []int64 // rates of the filter with memory
}

func usualValues() publicValues {
	v := publicValues{
		read: []int32{3, 4, 5, 6, 7, 0, 1, 2}, filter: []int64{3, 3, 3, 3}, rates: []int64{3, 3, 3, 3},
		cells: []int64{4, -3, 2, 1}, table: make([]int64, 128), momentum: []int64{1, 2, 3, 4},
	}
	for k := range v.table {
		v.table[k] = int64(k*k%17 - 8)
	}
	return v
}

// smallSystem is everyKind's system with cells that satisfy it.
func smallSystem(t testing.TB, public publicValues) (*relation.System, relation.Assignment) {
	t.Helper()
	const steps, batch, rows = 4, 2, 8
	axis := func(name string, n int) relation.Axis { return relation.Axis{Name: name, Size: n} }
	step, slot, one := axis("step", steps), axis("slot", batch), axis("one", 1)
	b := relation.NewBuilder("small")
	a, d, wide := b.External("A", axis("row", rows)), b.External("D", axis("k", 128)), b.External("B", axis("j", 256))
	x, z := b.Witness("X", step, slot), b.Witness("Z", step)
	v, u, q := b.Witness("V", one), b.Witness("U", one), b.Witness("Q", one)
	p, e := b.Witness("P", axis("k", 128)), b.Witness("E", axis("j", 256))

	read, rates, cells, tab := public.read, public.rates, public.cells, public.table
	steady := public.filter
	taps := &relation.Filter{Rates: public.momentum, Response: []int64{2, 1}, Restart: 4}
	selection := b.Public("rows read", &relation.Selection{Batch: batch, Rows: read}, step, slot, axis("row", rows))
	filter := b.Public("filter", &relation.Filter{Rates: steady}, step, axis("earlier", steps))
	rate := b.Public("rates", &relation.Filter{Rates: rates}, step)
	few := b.Public("cells", &relation.Values{Cells: cells}, step)
	many := b.Public("table", &relation.Values{Cells: tab}, axis("k", 128))
	momentum := b.Public("momentum", taps, step, axis("earlier", steps))

	at, times, is := relation.At, relation.Times, func(id relation.ID, l ...relation.Label) relation.Term {
		return relation.Times(relation.Int(-1), relation.At(id, l...))
	}
	equation := func(name string, axes []relation.Axis, out []relation.Label, terms ...relation.Term) {
		b.Equation(name, axes, out, terms...)
	}
	equation("gathered", []relation.Axis{step, slot}, []relation.Label{"s", "b"}, is(x, "s", "b"), times(relation.Int(1), at(selection, "s", "b", "r"), at(a, "r")))
	equation("filtered", []relation.Axis{step}, []relation.Label{"t"}, is(z, "t"), times(relation.Int(1), at(filter, "t", "s"), at(x, "s", "b")))
	equation("rated", []relation.Axis{one}, []relation.Label{"o"}, is(v, "o"), times(relation.Int(1), at(b.Mask(one), "o"), at(rate, "s"), at(z, "s")))
	equation("weighed", []relation.Axis{one}, []relation.Label{"o"}, is(u, "o"), times(relation.Int(1), at(b.Mask(one), "o"), at(few, "s"), at(z, "s")))
	equation("looked up", []relation.Axis{axis("k", 128)}, []relation.Label{"k"}, is(p, "k"), times(relation.Int(1), at(many, "k"), at(d, "k")))
	equation("remembered", []relation.Axis{one}, []relation.Label{"o"}, is(q, "o"),
		times(relation.Int(1), at(b.Mask(one), "o"), at(momentum, "t", "s"), at(x, "s", "b"), at(z, "t")))
	equation("copied", []relation.Axis{axis("j", 256)}, []relation.Label{"j"}, is(e, "j"), times(relation.Int(1), at(wide, "j")))
	b.Unsigned(x, 3)
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}

	values := relation.NewAssignment(sys)
	set := func(id relation.ID, cells []int64) { values[id] = relation.Cells{Large: cells} }
	own, gathered := []int64{1, 2, 3, 4, 5, 6, 7, 0}, make([]int64, steps*batch)
	for k, r := range read {
		gathered[k] = own[r]
	}
	filtered, total, weighed, remembered := make([]int64, steps), int64(0), int64(0), int64(0)
	sum := func(s int) (n int64) {
		for b := range batch {
			n += gathered[s*batch+b]
		}
		return n
	}
	for i := range steps {
		for s := range i {
			filtered[i] += steady[s] * sum(s)
		}
		total += rates[i] * filtered[i]
		weighed += cells[i] * filtered[i]
	}
	for i := range steps {
		lost := make([]int64, steps)
		for w := range i {
			taps.Taps(w, func(s int, by int64) { lost[s] += by })
		}
		for s := range steps {
			remembered += lost[s] * sum(s) * filtered[i]
		}
	}
	other, product, copied := make([]int64, 128), make([]int64, 128), make([]int64, 256)
	for k := range other {
		other[k] = int64(3*k - 100)
		product[k] = other[k] * tab[k]
	}
	for j := range copied {
		copied[j] = int64(j * j)
	}
	set(a, own)
	set(d, other)
	set(wide, copied)
	set(x, gathered)
	set(z, filtered)
	set(v, []int64{total})
	set(u, []int64{weighed})
	set(q, []int64{remembered})
	set(p, product)
	set(e, copied)
	return sys, values
}

// layout says where the parts of a call's proof begin.
type layout struct {
	exposed, seal, blinding, folds, values, tables, snark int
}

func (p *wrapped) layout() layout {
	var l layout
	for _, rows := range p.proof.Witness {
		l.exposed += 64 * len(rows)
	}
	l.seal = l.exposed + 32*len(p.proof.Exposed)
	l.blinding = l.seal + 32
	l.folds = l.blinding + 32
	l.values = l.folds + 64*(smallBits+1)
	l.tables = l.values + 32*(2*smallBits+1)
	l.snark = l.tables + 3*64 + 5*32
	return l
}
