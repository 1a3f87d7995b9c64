package evm

import (
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/relation"
)

// Gas is an estimate of what a transaction takes that verifies one proof and does
// nothing else, Base + PerRow·Rows, for Rows committed rows, the mask's included.
type Gas struct{ Base, PerRow, Rows int }

// Total is the estimate.
func (g Gas) Total() int { return g.Base + g.PerRow*g.Rows }

// What things take on a chain with the rules of Osaka: prices of the yellow paper and
// of EIP-1108 and EIP-2028, and what loops of the contracts were measured to take
// beside them (evm/chain, wantEstimate).
const (
	gasTransaction    = 21000
	gasByte           = 16         // of calldata, if it is not 0
	gasZeroByte       = 4          // of calldata
	gasMultiplication = 6000 + 150 // of a point, and its addition to a sum
	gasPairings       = 45000      // of one call, and
	gasPairing        = 34000      // of each pair

	gasOfRow         = 1700  // to read a row, to hash it, to find its coefficient
	gasOfVerifying   = 55000 // to read a class, hash a statement, follow a transcript
	gasOfClaim       = 300   // on a committed tensor
	gasOfCoordinate  = 900   // of a point at which a public tensor is evaluated
	gasOfCell        = 260   // of a public tensor that is evaluated by its cells
	gasOfOpenTensors = 15000
	gasOfPLONK       = 20000

	multiplicationsOfGroth16 = 8  // A, C, α and K_0 … K_4
	multiplicationsOfPLONK   = 21 // the linearised polynomial, what is opened with it, and two points that prove it
	pairsOfGroth16           = 6
	pairsOfPLONK             = 2
)

// Gas estimates what a call of the class takes, to a tenth of it.
func (c *Class) Gas(call *Call) Gas {
	p := newProgram(c)
	g := Gas{PerRow: gasMultiplication + gasOfRow + 64*gasByte, Rows: p.externalRows + p.witnessRows}
	multiplications := c.Layout.RowLog + 5 // of folds, C_F, Q, W twice, H and G
	if len(c.tables) > 0 {
		multiplications += len(c.tables) + 4
		g.Base += gasOfOpenTensors
	}
	pairs := pairsOfGroth16
	if _, plonk := c.system.(wrap.PLONK); plonk {
		multiplications += multiplicationsOfPLONK
		pairs = pairsOfPLONK
		g.Base += gasOfPLONK
	} else {
		multiplications += multiplicationsOfGroth16
	}
	for _, group := range p.outcome.Groups {
		g.Base += gasOfClaim * len(group.Claims)
	}
	for _, claim := range p.outcome.Public {
		g.Base += gasOfCoordinate * len(claim.Point)
		if v, ok := c.Layout.System.Tensor(claim.Tensor).Source.(*relation.Values); ok && len(v.Cells) <= maxCells {
			g.Base += gasOfCell * len(v.Cells)
		}
	}
	g.Base += gasTransaction + gasOfVerifying + gasMultiplication*multiplications + gasPairings + gasPairing*pairs
	for _, b := range call.Data() {
		if b == 0 {
			g.Base += gasZeroByte
		} else {
			g.Base += gasByte
		}
	}
	g.Base -= 64 * gasByte * g.Rows // counted with the rows
	return g
}
