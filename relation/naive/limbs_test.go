package naive

import (
	"errors"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// limbed says that one cell x is the integer of its limbs, unsigned or signed.
func limbed(t *testing.T, width int, signed bool) (sys *relation.System, x relation.ID, limbs relation.Limbs) {
	t.Helper()
	b := relation.NewBuilder("limbs")
	one := relation.Axis{Name: "cell", Size: 1}
	x = b.External("x", one)
	for range relation.LimbsOf(width) {
		limbs = append(limbs, b.Witness([]string{"low", "middle", "high"}[len(limbs)], one))
	}
	if signed {
		b.SignedLimbs(limbs, width)
	} else {
		b.UnsignedLimbs(limbs, width)
	}
	labels := []relation.Label{"i"}
	cell := relation.Times(relation.Int(1), relation.At(x, labels...))
	b.Equation("limbs", []relation.Axis{one}, labels, append([]relation.Term{cell}, limbs.Terms(relation.Int(-1), labels...)...)...)
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return sys, x, limbs
}

// A wide integer has the limbs that package number gives it, and no others; an
// integer just outside its width has none.
func TestLimbsHoldAnIntegerToItsWidth(t *testing.T) {
	for _, width := range []int{1, 7, 16, 17, 32, 40} {
		for _, signed := range []bool{false, true} {
			low, high := int64(0), int64(1)<<width-1
			if signed {
				low, high = -1<<(width-1), 1<<(width-1)-1
			}
			sys, x, ids := limbed(t, width, signed)
			for _, v := range []int64{low, low + 1, (low + high) / 3, high, low - 1, high + 1} {
				cells := relation.NewAssignment(sys)
				cells[x] = relation.Cells{Large: []int64{v}}
				for k, id := range ids {
					limb := number.Limb(v, k)
					if k == len(ids)-1 {
						limb = number.TopLimb(v, k)
					}
					cells[id] = relation.Cells{Large: []int64{limb}}
				}
				err := Check(sys, cells)
				if inside := v >= low && v <= high; inside && err != nil || !inside && !errors.Is(err, fault.ErrRejected) {
					t.Errorf("%d in %d bits, signed %t: %v", v, width, signed, err)
				}
				if len(ids) < 2 {
					continue
				}
				cells[ids[0]].Large[0] += 1 << number.LimbBits
				cells[ids[1]].Large[0]--
				if err := Check(sys, cells); !errors.Is(err, fault.ErrRejected) {
					t.Errorf("%d with a carry between limbs: %v", v, err)
				}
			}
		}
	}
}
