package relation

// Plan says how one term of a sum is reduced to claims on its factors, given
// a claim on the sum at a point of its output labels.
//
// An output label that a single factor mentions is free: the factor is read
// at the claim's coordinate. All other labels are bound by a sumcheck; a bound
// output label ("shared") is weighted by eq(claim's coordinate, ·). Public
// factors and eq weights on disjoint labels are multiplied into one table:
// the extension of a product of functions of different variables is the
// product of their extensions.
type Plan struct {
	Bound   []Label // in the order of their variables: shared, then summed
	Shared  int     // how many of Bound are output labels
	Logs    []int   // variables of each bound label
	Weights []Weight
	Data    []int // indices of the factors that are not public
}

// Weight is one table of public factors and eq weights on disjoint labels.
type Weight struct {
	Eq     []Label // shared labels weighted by eq in this table
	Public []int   // indices of public factors
}

// Variables returns the number of variables of the plan's sumcheck; zero
// means that the term needs none.
func (p *Plan) Variables() int {
	n := 0
	for _, l := range p.Logs {
		n += l
	}
	return n
}

// Degree returns how many tables the sumcheck multiplies.
func (p *Plan) Degree() int {
	if len(p.Bound) == 0 {
		return 0
	}
	return len(p.Weights) + len(p.Data)
}

// Plan derives the plan of one term of a sum (protocol, section 4).
func (s *System) Plan(sum *Sum, t *Term) *Plan {
	count := map[Label]int{}
	logs := map[Label]int{}
	var order []Label
	for _, f := range t.Factors {
		for k, l := range f.Labels {
			if count[l] == 0 {
				order = append(order, l)
			}
			count[l]++
			logs[l] = s.Tensors[f.Tensor].Axes[k].Log()
		}
	}
	p := &Plan{}
	out := map[Label]bool{}
	for _, l := range sum.Out {
		out[l] = true
		if count[l] > 1 {
			p.Bound = append(p.Bound, l)
		}
	}
	p.Shared = len(p.Bound)
	for _, l := range order {
		if !out[l] {
			p.Bound = append(p.Bound, l)
		}
	}
	for _, l := range p.Bound {
		p.Logs = append(p.Logs, logs[l])
	}
	if len(p.Bound) > 0 {
		s.planWeights(p, t)
	}
	for i, f := range t.Factors {
		if s.Tensors[f.Tensor].Kind != Public {
			p.Data = append(p.Data, i)
		}
	}
	return p
}

// planWeights puts eq weights and public factors with bound labels into as
// few tables as their labels allow. A public factor without bound labels
// scales the claim and is in no table (protocol, section 4).
func (s *System) planWeights(p *Plan, t *Term) {
	var used []map[Label]bool
	place := func(labels []Label) *Weight {
		for w := range p.Weights {
			free := true
			for _, l := range labels {
				free = free && !used[w][l]
			}
			if free {
				for _, l := range labels {
					used[w][l] = true
				}
				return &p.Weights[w]
			}
		}
		set := map[Label]bool{}
		for _, l := range labels {
			set[l] = true
		}
		used = append(used, set)
		p.Weights = append(p.Weights, Weight{})
		return &p.Weights[len(p.Weights)-1]
	}
	if shared := p.Bound[:p.Shared]; len(shared) > 0 {
		w := place(shared)
		w.Eq = append(w.Eq, shared...)
	}
	for i, f := range t.Factors {
		if s.Tensors[f.Tensor].Kind != Public {
			continue
		}
		if labels := p.boundOf(f); len(labels) > 0 {
			w := place(labels)
			w.Public = append(w.Public, i)
		}
	}
}

func (p *Plan) boundOf(f Factor) []Label {
	var ls []Label
	for _, l := range f.Labels {
		for _, b := range p.Bound {
			if l == b {
				ls = append(ls, l)
			}
		}
	}
	return ls
}

// Weighted reports whether the factor is in one of the weight tables.
func (p *Plan) Weighted(factor int) bool {
	for _, w := range p.Weights {
		for _, i := range w.Public {
			if i == factor {
				return true
			}
		}
	}
	return false
}
