package chain_test

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/evm/chain/bindings"
)

// fieldModulus is P, below which coordinates are.
var fieldModulus, _ = new(big.Int).SetString("30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47", 16)

// TestRegister: what is registered has the digest that bundles name it by, and what
// its owner says of it.
func TestRegister(t *testing.T) {
	w := newWorld(t)
	w.register("part-000", price{ether, 5})
	digest := w.partDigest("part-000")
	p := read(w, w.registry, registry.PackPartOf(digest), registry.UnpackPartOf)
	if p.Owner != w.owners[0].Address || p.Rows != uint64(w.trained.Parts["part-000"].Rows) || p.Price.Int64() != 5 || p.Licence != [32]byte{1} || p.Tensors != 2 || p.RevokedAt != 0 {
		t.Errorf("registered as %+v", p)
	}
	w.refused("a part nobody has registered", "NotRegistered", w.stranger, w.registry, nil, registry.PackPartOf([32]byte{1}))
	w.refused("a part registered again", "AlreadyRegistered", w.owners[0], w.registry, nil,
		registry.PackRegister(w.part("part-000"), salt, [32]byte{1}, ether, big.NewInt(5)))
}

// TestRegisterIsNotCopied: who sees the call that registers a part cannot be its owner:
// neither by sending the same call, nor by reserving then, nor by reserving the owner's
// reservation anew so that it never gets old enough.
func TestRegisterIsNotCopied(t *testing.T) {
	w := newWorld(t)
	owner, digest := w.owners[0], w.partDigest("part-000")
	call := registry.PackRegister(w.part("part-000"), salt, [32]byte{1}, ether, big.NewInt(5))
	w.refused("without a reservation", "NotReserved", owner, w.registry, nil, call)
	w.must(owner, w.registry, nil, registry.PackReserve(reservation(digest, owner.Address, salt)))
	w.Pass(t, 58)
	w.refused("too soon", "NotReserved", owner, w.registry, nil, call)
	w.refused("a reservation renewed", "AlreadyReserved", w.stranger, w.registry, nil, registry.PackReserve(reservation(digest, owner.Address, salt)))
	w.must(w.stranger, w.registry, nil, registry.PackReserve(reservation(digest, w.stranger.Address, salt)))
	w.refused("the same call by a stranger", "NotReserved", w.stranger, w.registry, nil, call)
	w.Pass(t, 1)
	w.must(owner, w.registry, nil, call)
	w.Pass(t, 60)
	w.refused("the same call later", "AlreadyRegistered", w.stranger, w.registry, nil, call)
}

// TestDigestBindsAll: with anything of its preimage changed, a part is another one.
func TestDigestBindsAll(t *testing.T) {
	w := newWorld(t)
	owner := w.owners[0]
	w.must(owner, w.registry, nil, registry.PackReserve(reservation(w.partDigest("part-000"), owner.Address, salt)))
	w.Pass(t, 60)
	for name, c := range map[string]struct {
		change func(p *bindings.DatasetRegistryPreimage)
		refuse string
	}{
		"rows":       {func(p *bindings.DatasetRegistryPreimage) { p.Rows++ }, "NotReserved"},
		"features":   {func(p *bindings.DatasetRegistryPreimage) { p.Features++ }, "NotReserved"},
		"labels":     {func(p *bindings.DatasetRegistryPreimage) { p.Labels++ }, "NotReserved"},
		"attributes": {func(p *bindings.DatasetRegistryPreimage) { p.Attributes++ }, "NotReserved"},
		"kind":       {func(p *bindings.DatasetRegistryPreimage) { p.Kind = "bits" }, "NotReserved"},
		"setup":      {func(p *bindings.DatasetRegistryPreimage) { p.Setup[31]++ }, "NotReserved"},
		"row size":   {func(p *bindings.DatasetRegistryPreimage) { p.RowBits++ }, "NotReserved"},
		"meaning":    {func(p *bindings.DatasetRegistryPreimage) { p.Meaning[0]++ }, "NotReserved"},
		"a row more": {func(p *bindings.DatasetRegistryPreimage) {
			p.Tensors[1] = append(p.Tensors[1], p.Tensors[1][:2]...)
		}, "NotReserved"},
		"rows exchanged": {func(p *bindings.DatasetRegistryPreimage) {
			p.Tensors[0] = append(slices.Clone(p.Tensors[0][2:4]), p.Tensors[0][:2]...)
		}, "NotReserved"},
		"a row in the other tensor": {func(p *bindings.DatasetRegistryPreimage) {
			p.Tensors[1] = append(slices.Clone(p.Tensors[0][2:4]), p.Tensors[1]...)
			p.Tensors[0] = p.Tensors[0][:2]
		}, "NotReserved"},
		"a row negated":         {func(p *bindings.DatasetRegistryPreimage) { p.Tensors[0][1].Sub(fieldModulus, p.Tensors[0][1]) }, "NotReserved"},
		"off the curve, same x": {func(p *bindings.DatasetRegistryPreimage) { p.Tensors[0][1].Add(p.Tensors[0][1], big.NewInt(1)) }, "NotOnCurve"},
		"infinity": {func(p *bindings.DatasetRegistryPreimage) {
			p.Tensors[0][0], p.Tensors[0][1] = new(big.Int), new(big.Int)
		}, "NotOnCurve"},
		"x above the modulus":    {func(p *bindings.DatasetRegistryPreimage) { p.Tensors[0][0].Add(p.Tensors[0][0], fieldModulus) }, "NotOnCurve"},
		"y above the modulus":    {func(p *bindings.DatasetRegistryPreimage) { p.Tensors[0][1].Add(p.Tensors[0][1], fieldModulus) }, "NotOnCurve"},
		"a coordinate without y": {func(p *bindings.DatasetRegistryPreimage) { p.Tensors[0] = p.Tensors[0][:3] }, "NotOnCurve"},
		"nothing":                {func(*bindings.DatasetRegistryPreimage) {}, ""},
	} {
		p := w.part("part-000")
		c.change(&p)
		call := registry.PackRegister(p, salt, [32]byte{1}, ether, big.NewInt(5))
		if c.refuse == "" {
			if _, err := w.Call(owner, w.registry, call); err != nil {
				t.Errorf("%s changed: %v", name, err)
			}
			continue
		}
		w.refused(name, c.refuse, owner, w.registry, nil, call)
	}
}

// TestCertify: a certificate holds once all of its proofs are verified, each of its own
// template and on the rows of the part.
func TestCertify(t *testing.T) {
	w := newWorld(t)
	digest, part := w.partDigest("part-000"), w.part("part-000")
	hashes, chunks := w.chunks("part-000")
	otherHashes, otherChunks := w.chunks("part-001")
	certify := func(chunks ...bindings.DatasetRegistryChunk) []byte {
		return registry.PackCertify(digest, hashes, part.Tensors, chunks)
	}
	certified := func(certificate [32]byte) bool {
		return read(w, w.registry, registry.PackCertified(digest, certificate), registry.UnpackCertified)
	}
	w.refused("a part that is not registered", "NotRegistered", w.stranger, w.registry, nil, certify(chunks...))
	w.register("part-000", price{})
	w.register("part-001", price{})

	w.refused("no templates", "WrongChunks", w.stranger, w.registry, nil, registry.PackCertify(digest, nil, part.Tensors, nil))
	w.refused("256 templates", "WrongChunks", w.stranger, w.registry, nil, registry.PackCertify(digest, make([][32]byte, 256), part.Tensors, nil))
	w.refused("rows of another part", "WrongTensor", w.stranger, w.registry, nil, registry.PackCertify(digest, hashes, w.part("part-001").Tensors, chunks))
	for i := range part.Tensors {
		mixed := slices.Clone(part.Tensors)
		mixed[i] = w.part("part-001").Tensors[i]
		w.refused(fmt.Sprintf("tensor %d of another part", i), "WrongTensor", w.stranger, w.registry, nil, registry.PackCertify(digest, hashes, mixed, chunks))
	}
	w.refused("a tensor too few", "WrongTensor", w.stranger, w.registry, nil, registry.PackCertify(digest, hashes, part.Tensors[:1], chunks))
	false_ := chunks[0]
	false_.Proof = slices.Clone(false_.Proof)
	false_.Proof[3]++
	w.refused("a false proof", "ProofFalse", w.stranger, w.registry, nil, certify(false_))
	swapped := chunks[0]
	swapped.Template = w.certificates["part-001"][0].Encode()
	w.refused("the template of another certificate", "TemplateUnknown", w.stranger, w.registry, nil, certify(swapped))
	w.refused("the certificate of another part", "ProofFalse", w.stranger, w.registry, nil,
		registry.PackCertify(digest, otherHashes, part.Tensors, otherChunks))
	w.must(w.stranger, w.registry, nil, certify()) // proves nothing
	name := w.plan.Parts[0].Certificate
	if certified(name) {
		t.Fatal("certified without a proof")
	}
	w.must(w.stranger, w.registry, nil, certify(chunks...))
	if !certified(name) {
		t.Error("not certified")
	}
	w.must(w.stranger, w.registry, nil, certify(chunks[0]))
	if !certified(name) || certified(w.plan.Parts[1].Certificate) {
		t.Error("a proof again, or of another certificate, changes what is certified")
	}
}

// TestCertifyInPieces: of several proofs, each may come in a call of its own, in any order;
// one twice does not stand for another.
func TestCertifyInPieces(t *testing.T) {
	w := newWorld(t)
	w.register("part-000", price{})
	digest, part := w.partDigest("part-000"), w.part("part-000")
	_, chunks := w.chunks("part-000")
	one := chunks[0]
	// Two templates of one statement, which differ in how it is cut into pieces.
	template := w.certificates["part-000"][0]
	literal := template.Pieces[0]
	split := template
	split.Pieces = slices.Clone(template.Pieces)
	split.Pieces[0].Bytes = literal.Bytes[:10]
	rest := literal
	rest.Bytes = literal.Bytes[10:]
	split.Pieces = slices.Insert(split.Pieces, 1, rest)
	two := bindings.DatasetRegistryChunk{Index: big.NewInt(1), Template: split.Encode(), Proof: one.Proof}
	hashes := [][32]byte{template.Hash(), split.Hash()}
	certified := func() bool {
		var data []byte
		for _, n := range []int64{32, 2} {
			data = append(data, big.NewInt(n).FillBytes(make([]byte, 32))...)
		}
		name := keccak(append(append(data, hashes[0][:]...), hashes[1][:]...))
		return read(w, w.registry, registry.PackCertified(digest, name), registry.UnpackCertified)
	}
	for i, c := range []struct {
		chunk bindings.DatasetRegistryChunk
		want  bool
	}{{two, false}, {two, false}, {one, true}} {
		w.must(w.stranger, w.registry, nil, registry.PackCertify(digest, hashes, part.Tensors, []bindings.DatasetRegistryChunk{c.chunk}))
		if got := certified(); got != c.want {
			t.Errorf("after %d calls: certified is %v", i+1, got)
		}
	}
}

// TestOnlyTheOwner sets prices and revokes, and revokes once.
func TestOnlyTheOwner(t *testing.T) {
	w := newWorld(t)
	w.register("part-000", price{ether, 5})
	digest := w.partDigest("part-000")
	revoke, setPrice := registry.PackRevoke(digest), registry.PackSetPrice(digest, w.verifier, big.NewInt(9))
	for name, call := range map[string][]byte{"revoke": revoke, "set a price": setPrice} {
		w.refused(name, "NotOwner", w.owners[1], w.registry, nil, call)
	}
	w.refused("revoke nothing", "NotRegistered", w.owners[0], w.registry, nil, registry.PackRevoke([32]byte{1}))
	w.must(w.owners[0], w.registry, nil, setPrice)
	w.must(w.owners[0], w.registry, nil, revoke)
	p := read(w, w.registry, registry.PackPartOf(digest), registry.UnpackPartOf)
	if p.Price.Int64() != 9 || p.Currency != w.verifier || p.RevokedAt != w.Now(t) {
		t.Errorf("the part is %+v", p)
	}
	w.refused("revoke again", "AlreadyRevoked", w.owners[0], w.registry, nil, revoke)
}
