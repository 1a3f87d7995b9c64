package segment_test

import (
	"errors"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/segment"
)

// garbage are cells that no tensor of data may have.
func garbage(n int) []fr.Element {
	cells := make([]fr.Element, n)
	for i := range cells {
		cells[i].SetUint64(1 << 40)
		cells[i].Square(&cells[i])
	}
	return cells
}

// A certificate says nothing of what a committed row holds after the cells of
// its tensor, so no report may: it is accepted over rows with hidden cells.
// Padding inside the tensor is another thing.
func TestCertificateIsSilentAboutHiddenCells(t *testing.T) {
	cert := certificateOf(t, segment.PartShape{Rows: 3, Features: 5, Labels: 1, Kind: graph.Values})
	features, labels := part(-32768, 0, 32767)
	c := prooftest.NewCase(t, cert.Relation, cert.Assign([]relation.Cells{features, labels}))
	hidden := map[relation.ID][]fr.Element{cert.IDs[segment.FeatureTensor]: garbage(64 - 32), cert.IDs[segment.LabelTensor]: garbage(64 - 4)}
	c.Hide(t, hidden)
	if err := c.Verify(t, c.ForgeHidden(t, hidden)); err != nil {
		t.Errorf("hidden cells: %v", err)
	}
	c.Tables[cert.IDs[segment.FeatureTensor]][5].SetOne() // padding of row 0
	c.Hide(t, hidden)
	if err := c.Verify(t, c.ForgeHidden(t, hidden)); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("a cell of the padding: %v", err)
	}
}
