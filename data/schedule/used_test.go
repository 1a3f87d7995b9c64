package schedule

import "testing"

// Used counts the rows that Rows names, each once, whatever order and tail.
func TestUsed(t *testing.T) {
	for _, order := range []Order{Committed, Shuffled} {
		for _, tail := range []Tail{Drop, Wrap} {
			for steps := 1; steps < 12; steps++ {
				spec := Spec{Batch: 4, Steps: steps, Parts: Parts{5, 70}, Order: order, Tail: tail,
					Without: []Range{{Part: 0, From: 1, To: 3}, {Part: 1, From: 10, To: 50}}}
				if order == Shuffled {
					spec.Seed, spec.Commitments = "seed", make([][32]byte, 2)
				}
				s, err := New(spec)
				if err != nil {
					t.Fatal(err)
				}
				refs, err := s.Segment(0, steps)
				if err != nil {
					t.Fatal(err)
				}
				want := map[Ref]bool{}
				for _, ref := range refs {
					want[ref] = true
				}
				if used, err := s.Used(); err != nil || used != int64(len(want)) {
					t.Errorf("%v, %v, %d steps: %d rows used, want %d (%v)", order, tail, steps, used, len(want), err)
				}
			}
		}
	}
}
