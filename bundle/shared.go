package bundle

import (
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
)

// SharedRow returns two parts, given by the commitments of their tensors, that
// have a committed row in common, or false. Commitments are blinded afresh, so parts that share one hold the same
// cells, whatever else their digests cover: listed twice, their rows would count
// twice. The same rows committed again share none, and no one can tell.
func SharedRow(parts [][][]bn254.G1Affine) (i, j int, shared bool) {
	of := map[fp.Element]int32{} // by one coordinate: a row negated is refused, too
	for j, part := range parts {
		for _, rows := range part {
			for _, row := range rows {
				if i, there := of[row.X]; there && int(i) != j {
					return int(i), j, true
				}
				of[row.X] = int32(j)
			}
		}
	}
	return 0, 0, false
}
