package segment_test

import (
	"errors"
	"testing"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
	"github.com/zkaudit/zkaudit/segment"
)

// The third tensor of a part is certified like the others; without attributes
// the certificate is what it was.
func TestAttributesCertificate(t *testing.T) {
	shape := segment.PartShape{Rows: 3, Features: 5, Labels: 1, Kind: graph.Values}
	plain := certificateOf(t, shape)
	if n := len(plain.Relation.Committed(relation.External)); n != 2 || len(plain.IDs) != 2 {
		t.Errorf("%d committed tensors without attributes", n)
	}
	shape.Attributes = 3
	cert := certificateOf(t, shape)
	d := &data.Dataset{Rows: 3, Attributes: []data.Attribute{{Codes: []int32{0, 1, 2}}, {Codes: []int32{7, 8, 9}}, {Codes: []int32{32766, 0, 1}}}}
	for _, c := range []struct {
		name       string
		cell, code int32
		ok         bool
	}{
		{"as it is", 0, 0, true}, {"largest", 1, 65535, true}, {"too large", 1, 65536, false}, {"negative", 4, -1, false},
		{"attribute in the padding", 3, 1, false}, {"row in the padding", 12, 1, false},
	} {
		f, l := part(0, 0, 0)
		cells := owner.AttributeCells(d)
		if cells.Small[4] != 1 || cells.Small[5] != 8 {
			t.Fatalf("cells %v", cells.Small)
		}
		cells.Small[c.cell] = c.code
		if err := naive.Check(cert.Relation, cert.Assign([]relation.Cells{f, l, cells})); c.ok && err != nil || !c.ok && !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	shape.Attributes = -1
	if _, err := segment.Chunks(shape, 16); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("negative attributes: %v", err)
	}
}
