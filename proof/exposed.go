package proof

// Exposed lists what an Outcome's checks need, each value once: the distinct
// coordinates of row folds, public claims and the opening point, in the order
// drawn, then the values of public claims, γ, σ and the value opened. A
// circuit binds its public input to a hash of this list; which coordinate
// stands where follows from the layout.
func (o *Outcome[E]) Exposed(l *Layout) []E {
	used := make([]bool, len(o.Coords))
	mark := func(point []Coord) {
		for _, c := range point {
			used[c] = c != Zero
		}
	}
	for _, g := range o.Groups {
		for _, c := range g.Claims {
			mark(c.Point[:max(0, len(c.Point)-l.RowLog)])
		}
	}
	for _, c := range o.Public {
		mark(c.Point)
	}
	mark(o.Point)
	var list []E
	for c, u := range used {
		if u {
			list = append(list, o.Coords[c])
		}
	}
	for _, c := range o.Public {
		list = append(list, c.Value)
	}
	return append(list, o.Gamma, o.Sigma, o.Value)
}
