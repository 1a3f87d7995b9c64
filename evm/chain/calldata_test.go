package chain_test

import (
	"bytes"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"pgregory.net/rapid"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/graph"
)

// wantCalldata compares what package evm writes with what bindings pack.
func wantCalldata(t interface {
	Helper()
	Errorf(format string, arguments ...any)
}, what string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("%s: package evm writes\n%x\nbindings pack\n%x", what, got, want)
	}
}

// TestCalldata: of a real part, run and order, package evm writes what bindings pack.
func TestCalldata(t *testing.T) {
	w := newWorld(t)
	p := w.provenFor(evm.Context{1})
	part, certificate := w.public("part-000"), w.certificate("part-000")
	price := evm.Price{Currency: evm.Address{2}, Amount: big.NewInt(3)}
	wantCalldata(t, "register", part.RegisterData([32]byte{1}, [32]byte{2}, price), registry.PackRegister(boundPart(part), [32]byte{1}, [32]byte{2}, common.Address{2}, price.Amount))
	wantCalldata(t, "certify", certificate.CertifyData(), registry.PackCertify(w.partDigest("part-000"), certificate.Templates, w.part("part-000").Tensors, boundChunks(certificate.Chunks)))
	wantCalldata(t, "start", p.StartData(p.begins()), training.PackStart(onChain(w.plan), p.Context, p.beginning()))
	wantCalldata(t, "advance", p.AdvanceData(0, p.advances(0), p.advances(1)), p.Advance(0, p.segment(0), p.segment(1)))
	wantCalldata(t, "advance by the second", p.AdvanceData(1, p.advances(1)), p.Advance(1, p.segment(1)))
	wantCalldata(t, "claim", p.ClaimData(p.claims()), p.Claims(p.claim()))
	wantCalldata(t, "open", (&evm.Terms{Amount: big.NewInt(1), Royalties: big.NewInt(2)}).OpenData(w.plan),
		market.PackOpen(boundTerms(&evm.Terms{Amount: big.NewInt(1), Royalties: big.NewInt(2)}), onChain(w.plan)))
	if owner := w.owner("part-000"); evm.Reservation(w.partDigest("part-000"), evm.Address(owner.Address), salt) != reservation(w.partDigest("part-000"), owner.Address, salt) {
		t.Error("another reservation than the registry's")
	}
	if name := market.PackOrderOf(boundTerms(&evm.Terms{Amount: new(big.Int), Royalties: new(big.Int)})); (&evm.Terms{Amount: new(big.Int), Royalties: new(big.Int)}).Order() != keccak(name[4:]) {
		t.Error("another name of an order than the marketplace's")
	}
}

// Draws of what calldata is made of.
var (
	anyWord   = rapid.Custom(func(t *rapid.T) (w [32]byte) { return [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "word")) })
	anyWords  = rapid.SliceOfN(anyWord, 0, 3)
	anyBytes  = rapid.SliceOfN(rapid.Byte(), 0, 70)
	anyNumber = rapid.Custom(func(t *rapid.T) *big.Int {
		return new(big.Int).SetBytes(rapid.SliceOfN(rapid.Byte(), 0, 32).Draw(t, "number"))
	})
	anyTensors = rapid.SliceOfN(rapid.SliceOfN(anyNumber, 0, 4), 0, 3)
	anyAddress = rapid.Custom(func(t *rapid.T) evm.Address {
		return evm.Address(rapid.SliceOfN(rapid.Byte(), 20, 20).Draw(t, "address"))
	})
	anyPlan = rapid.Custom(func(t *rapid.T) *evm.Plan {
		template := func(what string) evm.Template {
			return evm.Template{Class: anyWord.Draw(t, what), Pieces: []evm.Piece{{Bytes: anyBytes.Draw(t, what)}}}
		}
		p := &evm.Plan{Run: template("run"), Weights: template("weights"), Tensors: rapid.IntRange(0, 2).Draw(t, "tensors")}
		for range rapid.IntRange(0, 3).Draw(t, "segments") {
			p.Segments = append(p.Segments, template("segment"))
		}
		for range rapid.IntRange(0, 3).Draw(t, "parts") {
			p.Parts = append(p.Parts, evm.PlannedPart{Digest: anyWord.Draw(t, "part"), Certificate: anyWord.Draw(t, "certificate"), Reads: rapid.Int64Min(0).Draw(t, "reads")})
		}
		return p
	})
	anyTerms = rapid.Custom(func(t *rapid.T) *evm.Terms {
		return &evm.Terms{
			Buyer: anyAddress.Draw(t, "buyer"), Payee: anyAddress.Draw(t, "payee"), Currency: anyAddress.Draw(t, "currency"), Amount: anyNumber.Draw(t, "amount"), Royalties: anyNumber.Draw(t, "royalties"),
			Plan: anyWord.Draw(t, "plan"), Claims: anyWords.Draw(t, "claims"), Deadline: rapid.Uint64().Draw(t, "deadline"), Salt: anyWord.Draw(t, "salt"),
		}
	})
)

// TestCalldataOfAnything is TestCalldata of structures of any shape, empty ones included.
func TestCalldataOfAnything(t *testing.T) {
	p := newWorld(t).provenFor(evm.Context{1})
	for name, compare := range map[string]func(*rapid.T){
		"registry":    func(t *rapid.T) { registryCalldata(t) },
		"training":    func(t *rapid.T) { trainingCalldata(t, p) },
		"marketplace": func(t *rapid.T) { marketCalldata(t) },
	} {
		t.Run(name, func(t *testing.T) { rapid.Check(t, compare) })
	}
}

func registryCalldata(t *rapid.T) {
	count := rapid.IntRange(0, 1<<40)
	part := &evm.Part{Setup: anyWord.Draw(t, "setup"), RowBits: count.Draw(t, "row bits"), Commitment: bundle.PartCommitment{Meaning: anyWord.Draw(t, "meaning")}}
	part.Shape.Rows, part.Shape.Features, part.Shape.Labels, part.Shape.Attributes = count.Draw(t, "rows"), count.Draw(t, "features"), count.Draw(t, "labels"), count.Draw(t, "attributes")
	part.Shape.Kind = graph.LabelKind(rapid.String().Draw(t, "kind"))
	word, salt := anyWord.Draw(t, "word"), anyWord.Draw(t, "salt")
	price := evm.Price{Currency: anyAddress.Draw(t, "currency"), Amount: new(big.Int).Rsh(anyNumber.Draw(t, "price"), 128)}
	currency := common.Address(price.Currency)
	wantCalldata(t, "reserve", evm.ReserveData(word), registry.PackReserve(word))
	wantCalldata(t, "register", part.RegisterData(salt, word, price), registry.PackRegister(boundPart(part), salt, word, currency, price.Amount))
	wantCalldata(t, "setPrice", evm.SetPriceData(word, price), registry.PackSetPrice(word, currency, price.Amount))
	wantCalldata(t, "revoke", evm.RevokeData(word), registry.PackRevoke(word))
	c := evm.Certificate{Part: word, Templates: anyWords.Draw(t, "templates"), Tensors: anyTensors.Draw(t, "tensors")}
	for range rapid.IntRange(0, 3).Draw(t, "chunks") {
		c.Chunks = append(c.Chunks, evm.Chunk{Index: count.Draw(t, "index"), Template: anyBytes.Draw(t, "template"), Proof: anyBytes.Draw(t, "proof")})
	}
	wantCalldata(t, "certify", c.CertifyData(), registry.PackCertify(c.Part, c.Templates, c.Tensors, boundChunks(c.Chunks)))
}

// trainingCalldata calls with anything about a run.
func trainingCalldata(t *rapid.T, p *proven) {
	r := *p.Run
	r.Plan = anyPlan.Draw(t, "plan")
	b := &evm.Beginning{
		RunID: anyWord.Draw(t, "run id"), RunTemplate: anyBytes.Draw(t, "run"), WeightsTemplate: anyBytes.Draw(t, "template"), Weights: anyTensors.Draw(t, "weights"), Proof: anyBytes.Draw(t, "proof"),
	}
	wantCalldata(t, "start", r.StartData(b), training.PackStart(onChain(r.Plan), p.Context, boundBeginning(b)))
	var segments []*evm.SegmentProof
	var claims []*evm.ClaimProof
	for range rapid.IntRange(0, 3).Draw(t, "proofs") {
		segments = append(segments, &evm.SegmentProof{
			Template: anyBytes.Draw(t, "template"), Rest: anyWord.Draw(t, "rest"), Certificates: anyBytes.Draw(t, "certificates"), Next: anyTensors.Draw(t, "next"), Proof: anyBytes.Draw(t, "proof"),
		})
		c := &evm.ClaimProof{Template: anyBytes.Draw(t, "template"), Data: anyTensors.Draw(t, "data"), Proof: anyBytes.Draw(t, "proof")}
		for range rapid.IntRange(0, 3).Draw(t, "sources") {
			c.Sources = append(c.Sources, evm.Source{Part: anyWord.Draw(t, "part"), Certificate: anyWord.Draw(t, "certificate"), Tensor: rapid.IntRange(0, 2).Draw(t, "tensor")})
		}
		claims = append(claims, c)
	}
	from := &proven{Run: &r, Name: p.Name}
	wantCalldata(t, "advance", r.AdvanceData(1, segments...), from.Advance(1, each(segments, boundSegment)...))
	wantCalldata(t, "claim", r.ClaimData(claims...), from.Claims(each(claims, boundClaim)...))
}

func marketCalldata(t *rapid.T) {
	terms, plan, digest := anyTerms.Draw(t, "terms"), anyPlan.Draw(t, "plan"), anyWord.Draw(t, "digest")
	var shares []evm.Share
	for range rapid.IntRange(0, 3).Draw(t, "shares") {
		shares = append(shares, evm.Share{Account: anyAddress.Draw(t, "account"), Amount: anyNumber.Draw(t, "amount")})
	}
	wantCalldata(t, "open", terms.OpenData(plan), market.PackOpen(boundTerms(terms), onChain(plan)))
	wantCalldata(t, "settle", terms.SettleData(shares, digest), market.PackSettle(boundTerms(terms), boundShares(shares), digest))
	wantCalldata(t, "refund", terms.RefundData(), market.PackRefund(boundTerms(terms)))
	currency, to := anyAddress.Draw(t, "currency"), anyAddress.Draw(t, "to")
	wantCalldata(t, "withdraw", evm.WithdrawData(currency, to), market.PackWithdraw(common.Address(currency), common.Address(to)))
	order := market.PackOrderOf(boundTerms(terms))
	if terms.Order() != keccak(order[4:]) { // the encoding of the same arguments
		t.Errorf("another name of an order than the marketplace's")
	}
}
