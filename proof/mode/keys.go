package mode

import (
	"context"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof"
)

// Keys says where keys of mode zk-groth16 come from, as far as whoever holds them
// knows. The zero value is a setup that the holder made itself, or took from someone.
type Keys struct {
	Transcript    [32]byte // SHA-256 of the file of a ceremony, which was checked
	Phase1        [32]byte // SHA-256 of the file of its powers of tau
	Contributions int      // to it; 0 without a ceremony
}

// KeyHolder is what Wraps may be, too: it tells where the keys come from that it has
// verified proofs about a layout with.
type KeyHolder interface {
	KeysOf(ctx context.Context, n Name, setup *commitments.VerifierSetup, l *proof.Layout) Keys
}
