package chain_test

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/evm/chain/bindings"
)

// What package evm states, as bindings take it.

// each turns all of a list.
func each[From, To any](list []From, turn func(From) To) []To {
	var turned []To
	for _, x := range list {
		turned = append(turned, turn(x))
	}
	return turned
}

func boundPart(p *evm.Part) bindings.DatasetRegistryPreimage {
	return bindings.DatasetRegistryPreimage{
		Rows: uint64(p.Shape.Rows), Features: uint64(p.Shape.Features), Labels: uint64(p.Shape.Labels), Attributes: uint64(p.Shape.Attributes), Kind: string(p.Shape.Kind),
		Setup: p.Setup, RowBits: uint64(p.RowBits), Meaning: p.Commitment.Meaning, Tensors: allCoordinates(p.Commitment.Tensors()),
	}
}

func boundChunks(list []evm.Chunk) []bindings.DatasetRegistryChunk {
	return each(list, func(c evm.Chunk) bindings.DatasetRegistryChunk {
		return bindings.DatasetRegistryChunk{Index: big.NewInt(int64(c.Index)), Template: c.Template, Proof: c.Proof}
	})
}

// onChain is a plan as contracts take it.
func onChain(p *evm.Plan) bindings.TrainingVerifierPlan {
	return bindings.TrainingVerifierPlan{
		Run: p.Run.Hash(), Weights: p.Weights.Hash(), Segments: p.Rest(0), Tensors: uint64(p.Tensors),
		Parts: each(p.Parts, func(p evm.PlannedPart) bindings.TrainingVerifierPart {
			return bindings.TrainingVerifierPart{Digest: p.Digest, Certificate: p.Certificate, Reads: uint64(p.Reads)}
		}),
	}
}

func boundName(n evm.Name) bindings.TrainingVerifierName {
	return bindings.TrainingVerifierName{Plan: n.Plan, Context: n.Context, Digest: n.Digest}
}

func boundBeginning(b *evm.Beginning) bindings.TrainingVerifierBeginning {
	return bindings.TrainingVerifierBeginning{RunId: b.RunID, RunTemplate: b.RunTemplate, WeightsTemplate: b.WeightsTemplate, Weights: b.Weights, Proof: b.Proof}
}

func boundSegment(s *evm.SegmentProof) bindings.TrainingVerifierSegment {
	return bindings.TrainingVerifierSegment(*s)
}

func boundClaim(c *evm.ClaimProof) bindings.TrainingVerifierClaim {
	sources := each(c.Sources, func(s evm.Source) bindings.TrainingVerifierSource {
		return bindings.TrainingVerifierSource{Part: s.Part, Certificate: s.Certificate, Tensor: uint64(s.Tensor)}
	})
	return bindings.TrainingVerifierClaim{Sources: sources, Template: c.Template, Data: c.Data, Proof: c.Proof}
}

func boundTerms(t *evm.Terms) bindings.MarketplaceTerms {
	return bindings.MarketplaceTerms{
		Buyer: common.Address(t.Buyer), Payee: common.Address(t.Payee), Currency: common.Address(t.Currency), Amount: t.Amount, Royalties: t.Royalties,
		Plan: t.Plan, Claims: t.Claims, Deadline: t.Deadline, Salt: t.Salt,
	}
}

func boundShares(list []evm.Share) []bindings.MarketplaceShare {
	return each(list, func(s evm.Share) bindings.MarketplaceShare {
		return bindings.MarketplaceShare{Account: common.Address(s.Account), Amount: s.Amount}
	})
}
