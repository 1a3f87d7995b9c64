package audit

import "github.com/zkaudit/zkaudit/internal/fault"

// placement gives every row its key in every way.
type placement struct {
	salt         int64
	small, large [][][]int64 // by part, way, row
	missed       int         // rows of the larger side without a free bucket
}

// maxSalts is how many salts an honest prover tries.
const maxSalts = 64

// place tries salts until one tells the sides apart.
func place(v *Values, h hashing, of sides) placement {
	var last placement
	for salt := range int64(maxSalts) {
		if last = tryPlace(v, h, salt, of); last.missed == 0 || v.falsity != nil {
			return last
		}
	}
	v.fail("no hash of %d tells the two sides apart in %d ways: %w", maxSalts, h.ways, fault.ErrUnsupported)
	return last
}

func tryPlace(v *Values, h hashing, salt int64, of sides) placement {
	p := placement{salt: salt, small: make([][][]int64, len(of.small)), large: make([][][]int64, len(of.large))}
	taken := make([][]bool, h.ways)
	for t := range h.ways {
		taken[t] = make([]bool, 1<<h.log)
		f := h.way(salt, t)
		for k, part := range of.small {
			keys := h.buckets(v, part, f)
			for _, b := range keys {
				taken[t][b] = true
			}
			p.small[k] = append(p.small[k], keys)
		}
		for k, part := range of.large {
			p.large[k] = append(p.large[k], h.buckets(v, part, f))
		}
	}
	for k, part := range of.large {
		for i := range part.Rows {
			found := false
			for t := range h.ways {
				b := p.large[k][t][i]
				if found || b == 0 || taken[t][b] {
					p.large[k][t][i] -= 1 << h.log
					continue
				}
				found = true
			}
			if !found {
				p.missed++
			}
		}
	}
	return p
}

func (h hashing) buckets(v *Values, p *partTensors, f way) []int64 {
	cells, width := v.of(p.features()), v.scope.axes(p.features())[1].Padded()
	out := make([]int64, p.Rows)
	for i := range out {
		hash := f.constant
		for j, c := range f.coefficients {
			hash += c * cells[i*width+j]
		}
		out[i] = h.bucket(hash)
	}
	return out
}
