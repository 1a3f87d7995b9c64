package segment_test

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
	"github.com/zkaudit/zkaudit/segment"
)

// Averages and their rests are by definition what rounding half up makes of the
// sum, whatever its sign, at the ends of what weights may be, too.
func TestAverage(t *testing.T) {
	const most = 1<<62 - 1
	weights := [][]int64{{3, -3, 0, 1, -1, 2, most, -most, 5}, {4, -4, 0, -1, 2, -3, most, -most, 1}, {-1, 1, 1, 1, 1, 1, most, -most, 0}}
	for _, counts := range [][]int64{{1, 1, 1}, {1, 1, 2}, {2, 1, 1}, {3, 1, 1}, {1000, 1, 24}, {1 << 26, 1 << 26, 1}, {1, 1 << 38, 7}} {
		average, rest := segment.Average(counts, weights)
		total := counts[0] + counts[1] + counts[2]
		for i := range average {
			sum := new(big.Int)
			for k := range weights {
				sum.Add(sum, new(big.Int).Mul(big.NewInt(counts[k]), big.NewInt(weights[k][i])))
			}
			// ⌊(2·sum + N)/(2·N)⌋
			want := new(big.Int).Div(new(big.Int).Add(new(big.Int).Lsh(sum, 1), big.NewInt(total)), big.NewInt(2*total))
			left := new(big.Int).Sub(sum, new(big.Int).Mul(want, big.NewInt(total)))
			if average[i] != want.Int64() || rest[i] != left.Int64() {
				t.Errorf("counts %v, cell %d: average %d, rest %d, want %v, %v", counts, i, average[i], rest[i], want, left)
			}
		}
	}
}

// averaged returns the certificate about two weights of a network over three
// participants, and its honest cells.
func averaged(t *testing.T, counts []int64, bits int) (*segment.AverageCertificate, relation.Assignment) {
	t.Helper()
	p, first := perceptron(t, 2)
	ids := network.WeightTensors(p)
	var total int64
	for _, n := range counts {
		total += n
	}
	cert, err := segment.NewAverageCertificate(p, ids, total, bits)
	if err != nil {
		t.Fatal(err)
	}
	averages, rests := map[graph.TensorID][]int64{}, map[graph.TensorID][]int64{}
	for _, id := range ids {
		var weights [][]int64
		for k := range counts {
			cells := slices.Clone(first[id])
			for i := range cells {
				cells[i] = cells[i]*int64(k+1) + int64(i*i) - 7*int64(k)
			}
			weights = append(weights, cells)
		}
		averages[id], rests[id] = segment.Average(counts, weights)
	}
	a, err := cert.Assign(averages, rests)
	if err != nil {
		t.Fatal(err)
	}
	return cert, a
}

// shifted moves the average of a cell by d, the rest so that the sum stays what
// it is, and the limbs so that every equation holds, whatever their range says.
func shifted(c *segment.AverageCertificate, a relation.Assignment, w segment.AveragedWeight, cell int, d int64) relation.Assignment {
	a = slices.Clone(a)
	rest := slices.Clone(a[w.Rest].Large)
	a = withCell(a, w.Average, cell, a[w.Average.ID].Large[cell]+d)
	rest[cell] -= d * c.Samples
	a[w.Rest] = relation.Cells{Large: rest}
	remainder := rest[cell] + c.Samples/2
	withLimbs(a, w.Remainder, cell, remainder)
	withLimbs(a, w.Complement, cell, c.Samples-1-remainder)
	return a
}

// withCell gives a certified weight another value in a cell, and the limbs that
// make their equation true whatever their range says.
func withCell(a relation.Assignment, w segment.CertifiedWeight, cell int, v int64) relation.Assignment {
	a = slices.Clone(a)
	large := slices.Clone(a[w.ID].Large)
	large[cell] = v
	a[w.ID] = relation.Cells{Large: large}
	withLimbs(a, w.Limbs, cell, v)
	return a
}

// withLimbs gives limbs the digits of v in a cell, the top one all that is left.
func withLimbs(a relation.Assignment, limbs relation.Limbs, cell int, v int64) {
	for k, limb := range limbs {
		small := slices.Clone(a[limb].Small)
		small[cell] = int32(v >> (16 * k) & 0xffff)
		if k == len(limbs)-1 {
			small[cell] = int32(v >> (16 * k))
		}
		a[limb] = relation.Cells{Small: small}
	}
}

// TestAverageCertificate: for totals of one limb and of more, even, odd and
// powers of two, honest averages satisfy it. An average that is one too large or
// too small in one cell, with the rest that makes the sum right, does not.
func TestAverageCertificate(t *testing.T) {
	for _, counts := range [][]int64{{1, 1, 1}, {1, 2, 1}, {100, 27, 4}, {1 << 15, 1 << 14, 1 << 14}, {1 << 15, 1 << 15, 1}, {1 << 26, 3, 1 << 20}, {1 << 38, 1 << 33, 12345}} {
		cert, a := averaged(t, counts, 61)
		if err := naive.Check(cert.Relation, a); err != nil {
			t.Fatalf("counts %v: %v", counts, err)
		}
		for _, w := range cert.Weights {
			name := fmt.Sprintf("counts %v, %s", counts, cert.Relation.Tensor(w.Average.ID).Name)
			axes := cert.Relation.Tensor(w.Average.ID).Axes
			for cell := range a[w.Average.ID].Large {
				if !real(axes, cell) {
					continue
				}
				for _, d := range []int64{1, -1} {
					if err := naive.Check(cert.Relation, shifted(cert, a, w, cell, d)); !errors.Is(err, fault.ErrRejected) {
						t.Errorf("%s, cell %d moved by %d: %v", name, cell, d, err)
					}
				}
			}
		}
	}
}

// TestRestAtItsEnds: the least and the largest rest are accepted, the next ones
// are not.
func TestRestAtItsEnds(t *testing.T) {
	p, _ := perceptron(t, 2)
	ids := network.WeightTensors(p)[:1]
	size := p.Tensor(ids[0]).Size()
	for _, samples := range []int64{2, 3, 4, 1<<16 - 1, 1 << 16, 1<<16 + 1, 1<<32 - 1, 1 << 32, 1<<32 + 1, segment.MaxSamples} {
		cert, err := segment.NewAverageCertificate(p, ids, samples, 61)
		if err != nil {
			t.Fatal(err)
		}
		for rest, ok := range map[int64]bool{-samples / 2: true, -samples/2 - 1: false, (samples+1)/2 - 1: true, (samples + 1) / 2: false} {
			average, left := make([]int64, size), make([]int64, size)
			left[size-1] = rest
			a, err := cert.Assign(map[graph.TensorID][]int64{ids[0]: average}, map[graph.TensorID][]int64{ids[0]: left})
			if err != nil {
				t.Fatal(err)
			}
			if err := naive.Check(cert.Relation, a); (err == nil) != ok || err != nil && !errors.Is(err, fault.ErrRejected) {
				t.Errorf("%d samples, a rest of %d: %v", samples, rest, err)
			}
		}
	}
}

// TestAverageIsBounded: an average is in its bits, so that the equation holds of
// integers, and its padding is 0.
func TestAverageIsBounded(t *testing.T) {
	for _, bits := range []int{40, 61} {
		cert, a := averaged(t, []int64{5, 2, 6}, bits)
		for _, w := range cert.Weights {
			size := len(a[w.Average.ID].Large)
			axes := cert.Relation.Tensor(w.Average.ID).Axes
			for name, v := range map[string]int64{"above": 1 << bits, "below": -1<<bits - 1} {
				if err := naive.Check(cert.Relation, withCell(a, w.Average, 0, v)); !errors.Is(err, fault.ErrRejected) {
					t.Errorf("%d bits, %s: %v", bits, name, err)
				}
			}
			for cell := range size {
				if real(axes, cell) {
					continue
				}
				if err := naive.Check(cert.Relation, withCell(a, w.Average, cell, 1)); !errors.Is(err, fault.ErrRejected) {
					t.Errorf("garbage in the padding, cell %d: %v", cell, err)
				}
			}
			wide := map[graph.TensorID][]int64{}
			for _, w := range cert.Weights {
				wide[w.Average.Tensor] = []int64{1 << bits}
			}
			if _, err := cert.Assign(wide, wide); !errors.Is(err, fault.ErrOverflow) {
				t.Errorf("%d bits, an average of 2^%d: %v", bits, bits, err)
			}
		}
	}
}

// TestEveryAverageIsCertified: no cell of a rest may be changed alone to one out
// of its range, in any weight.
func TestEveryAverageIsCertified(t *testing.T) {
	for _, counts := range [][]int64{{3, 4, 5}, {1 << 20, 4, 5}} {
		cert, a := averaged(t, counts, 61)
		p, _ := perceptron(t, 2)
		if len(cert.Weights) != len(network.WeightTensors(p)) {
			t.Fatalf("%d weights", len(cert.Weights))
		}
		for _, w := range cert.Weights {
			if !cert.Relation.Tensor(w.Average.ID).Wide || !cert.Relation.Tensor(w.Rest).Wide {
				t.Error("what proving takes is estimated for narrow cells")
			}
			axes := cert.Relation.Tensor(w.Rest).Axes
			for cell := range ops.PaddedSize(axes) {
				if !real(axes, cell) {
					continue
				}
				forged, rest := slices.Clone(a), slices.Clone(a[w.Rest].Large)
				rest[cell] += cert.Samples
				forged[w.Rest] = relation.Cells{Large: rest}
				if len(w.Remainder) == 1 { // virtual: what it is by its definition
					forged[w.Remainder[0]], forged[w.Complement[0]] = relation.Cells{}, relation.Cells{}
				}
				if err := naive.Check(cert.Relation, forged); !errors.Is(err, fault.ErrRejected) {
					t.Errorf("cell %d of %s: %v", cell, cert.Relation.Tensor(w.Rest).Name, err)
				}
			}
		}
	}
}

func TestAverageRefuses(t *testing.T) {
	p, _ := perceptron(t, 2)
	ids := network.WeightTensors(p)
	for _, c := range []struct {
		samples int64
		bits    int
	}{{1, 61}, {0, 61}, {-5, 61}, {segment.MaxSamples + 1, 61}, {2, 0}, {2, 62}} {
		if _, err := segment.NewAverageCertificate(p, ids, c.samples, c.bits); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%d samples, %d bits: %v", c.samples, c.bits, err)
		}
	}
	cert, err := segment.NewAverageCertificate(p, ids, 1<<30, 61)
	if err != nil {
		t.Fatal(err)
	}
	// 2^30 has 31 bits: 31 + 217 + 2 = 250
	for bits, ok := range map[int]bool{1: true, 100: true, 217: true, 218: false, 250: false} {
		if err := cert.CheckBounds(bits); (err == nil) != ok || err != nil && !errors.Is(err, fault.ErrUnsupported) {
			t.Errorf("weights of %d bits: %v", bits, err)
		}
	}
	short := map[graph.TensorID][]int64{}
	if _, err := cert.Assign(short, short); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("no cells: %v", err)
	}
}

// TestForgedAverages: an aggregator who chooses every cell, multiplicities included,
// proves no average that is off by one in one cell, over commitments that fit it.
func TestForgedAverages(t *testing.T) {
	for _, counts := range [][]int64{{3, 4, 5}, {1 << 16, 4, 5}} {
		cert, a := averaged(t, counts, 61)
		honest := prooftest.NewCase(t, cert.Relation, a)
		if err := honest.Attempt(t); err != nil {
			t.Fatal(err)
		}
		w := cert.Weights[0]
		for _, recount := range []bool{false, true} {
			c := honest.Clone()
			add := func(id relation.ID, v int64) {
				by := relation.Int(v)
				c.Tables[id][0].Add(&c.Tables[id][0], &by)
			}
			add(w.Average.ID, 1)
			add(w.Average.Limbs[0], 1)
			add(w.Rest, -cert.Samples)
			if len(w.Remainder) > 1 {
				add(w.Remainder[0], -cert.Samples)
				add(w.Complement[0], cert.Samples)
			}
			c.Commit(t)
			if recount {
				c.Recount(t)
			}
			if err := c.Attempt(t); !errors.Is(err, fault.ErrRejected) {
				t.Errorf("counts %v, recounted %v: %v", counts, recount, err)
			}
		}
	}
}

// TestEquationsHoldOfIntegers: where CheckBounds accepts, no two sides of an average's
// equation differ by as much as the size of the field: what holds in the field holds of
// integers.
func TestEquationsHoldOfIntegers(t *testing.T) {
	p, _ := perceptron(t, 2)
	pow := func(bits int) *big.Int { return new(big.Int).Lsh(big.NewInt(1), uint(bits)) }
	for _, samples := range []int64{2, 3, 1<<16 - 1, 1 << 16, 1<<36 - 1, 1 << 36, segment.MaxSamples - 1, segment.MaxSamples} {
		for _, average := range []int{1, 40, segment.MaxInitialBits} {
			cert, err := segment.NewAverageCertificate(p, network.WeightTensors(p), samples, average)
			if err != nil {
				t.Fatal(err)
			}
			widest := 0
			for widest < 300 && cert.CheckBounds(widest+1) == nil {
				widest++
			}
			// |Σ n_k·w_k| ≤ N·2^a,  |N·g + r| ≤ N·2^b + N/2
			most := new(big.Int).Add(pow(widest), pow(average))
			most.Mul(most, big.NewInt(samples)).Add(most, big.NewInt(samples/2))
			if most.Cmp(fr.Modulus()) >= 0 || widest < 64 {
				t.Errorf("%d samples, averages of %d bits: weights of %d bits are accepted", samples, average, widest)
			}
			if err := cert.CheckBounds(300); !errors.Is(err, fault.ErrUnsupported) {
				t.Errorf("%d samples, weights of 300 bits: %v", samples, err)
			}
		}
	}
}
