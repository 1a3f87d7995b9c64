package evm

import (
	"context"
	"fmt"
	"math/big"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/statement"
)

// Calldata of DatasetRegistry.

// Price is what the owner of a part asks: an amount for PerReads rows that a training
// reads, in the smallest unit of a token or, if it is zero, ether.
type Price struct {
	Currency Address
	Amount   *big.Int // below 2^128
}

// PerReads is how many rows read a price is for.
const PerReads = 1_000_000

// Reservation is what an owner reserves a part by, with a salt that nobody else knows:
//
//	keccak256(abi.encode(part, owner, salt))
func Reservation(part [32]byte, owner Address, salt [32]byte) [32]byte {
	return Keccak256(abiEncode(fixed(part), account(owner), fixed(salt)))
}

// ReserveData reserves a part.
func ReserveData(reservation [32]byte) []byte {
	return calldata("reserve(bytes32)", fixed(reservation))
}

// PartOf is what everyone knows of a part by its file.
func PartOf(f *bundle.PartFile) *Part { return &Part{f.Shape, f.Setup, f.RowBits, f.Commitment} }

// Digest names the part, as bundles do.
func (p *Part) Digest() [32]byte {
	return (&bundle.PartFile{Shape: p.Shape, Setup: p.Setup, RowBits: p.RowBits, Commitment: p.Commitment}).Digest()
}

// RegisterData registers a reserved part, with the hash of its licence.
func (p *Part) RegisterData(salt, licence [32]byte, price Price) []byte {
	preimage := tuple(
		count(p.Shape.Rows), count(p.Shape.Features), count(p.Shape.Labels), count(p.Shape.Attributes), text(string(p.Shape.Kind)),
		fixed(p.Setup), count(p.RowBits), fixed(p.Commitment.Meaning), tensors(p.Tensors()),
	)
	return calldata("register((uint64,uint64,uint64,uint64,string,bytes32,uint64,bytes32,uint256[][]),bytes32,bytes32,address,uint128)",
		preimage, fixed(salt), fixed(licence), account(price.Currency), integer(price.Amount))
}

// Tensors are the coordinates of the part's rows.
func (p *Part) Tensors() [][]*big.Int { return AllCoordinates(p.Commitment.Tensors()) }

// SetPriceData changes the price of a part, for orders that are opened from then on.
func SetPriceData(part [32]byte, price Price) []byte {
	return calldata("setPrice(bytes32,address,uint128)", fixed(part), account(price.Currency), integer(price.Amount))
}

// RevokeData withdraws a part for good.
func RevokeData(part [32]byte) []byte { return calldata("revoke(bytes32)", fixed(part)) }

// Proofs returns a proof of a statement as contracts take it, given as bundles, parts
// and audits hold it. It need not verify it.
type Proofs func(ctx context.Context, st *statement.Statement, encoded []byte) ([]byte, error)

// Certificate is the certificate of a part as the registry takes it.
type Certificate struct {
	Part      [32]byte   // digest
	Templates [][32]byte // hashes, of all proofs
	Tensors   [][]*big.Int
	Chunks    []Chunk
}

// Chunk is one proof of a certificate.
type Chunk struct {
	Index    int
	Template []byte
	Proof    []byte
}

// NewCertificate makes what is handed in of a part's certificate, which it does not
// verify.
func NewCertificate(ctx context.Context, m mode.Name, p *Part, certificate []byte, classes Classes, proofs Proofs) (*Certificate, error) {
	templates, err := PartTemplates(ctx, m, p, classes)
	if err != nil {
		return nil, err
	}
	claims, err := bundle.DatasetClaims(m, p.Shape, p.Setup, p.RowBits, p.Commitment)
	if err != nil {
		return nil, err
	}
	c := &Certificate{Part: p.Digest(), Tensors: p.Tensors()}
	r := encode.NewReader(certificate)
	for i, claim := range claims {
		proof, err := proofs(ctx, claim.Statement, r.Bytes("proof", len(certificate)))
		if err != nil {
			return nil, fmt.Errorf("certificate, proof %d of %d: %w", i+1, len(claims), err)
		}
		c.Templates = append(c.Templates, templates[i].Hash())
		c.Chunks = append(c.Chunks, Chunk{i, templates[i].Encode(), proof})
	}
	return c, r.End("certificate")
}

// CertifyData has the certificate verified, all of it or those of its chunks that the
// caller leaves.
func (c *Certificate) CertifyData() []byte {
	chunk := func(c Chunk) value { return tuple(count(c.Index), text(c.Template), text(c.Proof)) }
	return calldata("certify(bytes32,bytes32[],uint256[][],(uint256,bytes,bytes)[])",
		fixed(c.Part), array(fixed, c.Templates), tensors(c.Tensors), array(chunk, c.Chunks))
}
