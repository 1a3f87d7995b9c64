package audit

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// NonInclusion says that no row of parts is one of some works, or like one of
// them. With neither distance nor cosine: no row equals a work, integer by
// integer. With distance d: no row is within Euclidean distance d of a work.
// With cosine c: no row has a cosine similarity above c with a work.
//
// Rows are compared as committed: a copy that is shifted or redrawn may be far
// away. With a model, they are compared by the activations of one of its
// layers, whose computation is proven: the one named, or else the last hidden
// layer of a run, and of a public model its output before a final softmax or
// logistic.
type NonInclusion struct {
	Parts    []string `toml:"parts"`
	Model    string   `toml:"model,omitempty"`
	Layer    string   `toml:"layer,omitempty"` // see Layers
	Distance Decimal  `toml:"distance,omitempty"`
	Cosine   Decimal  `toml:"cosine,omitempty"`
	Works
}

// State implements Claim.
func (c *NonInclusion) State(s *Scope) {
	if c.Distance != "" && c.Cosine != "" {
		s.usage("distance or cosine, not both")
	}
	if c.Layer != "" && c.Model == "" {
		s.usage("layer %q of no model", c.Layer)
	}
	for _, p := range s.partsOf(c.Parts) {
		if s.err != nil {
			return
		}
		x, y, fraction := p.features(), s.works(c.Works, p), p.FractionBits
		if c.From == p.name {
			s.usage("part %q is compared with itself", p.name)
		}
		if s.err == nil && c.Model != "" {
			s.fits(c.Model, p)
			space := c.space(s.subjects)
			x, y = s.inference(c.Model, x, space), s.inference(c.Model, y, space)
			if s.err == nil {
				m := s.model(c.Model)
				id, _ := space(m.Program) // no error where there is an inference
				fraction = m.Tensor(id).Format.Fraction
			}
		}
		if s.err != nil {
			return
		}
		pairs := s.products(p.label(), x, y)
		if c.Cosine != "" {
			c.stateCosine(s, p.name, pairs)
		} else {
			c.stateDistance(s, p.name, pairs, fraction)
		}
	}
}

// space chooses the layer that rows are compared by.
func (c *NonInclusion) space(s *Subjects) target {
	switch {
	case c.Layer != "":
		return layer(c.Layer)
	case s.Models[c.Model] != nil:
		return logits
	}
	return hidden
}

// spaceWords says which layer that is.
func (c *NonInclusion) spaceWords(s *Subjects) string {
	model := s.called(c.Model)
	switch {
	case c.Model == "":
		return ""
	case c.Layer != "":
		return fmt.Sprintf(", compared by layer %s of %s", foreign.Quote(c.Layer), model)
	case s.Models[c.Model] != nil:
		return fmt.Sprintf(", compared by the output, before a final softmax or logistic, of %s", model)
	}
	return fmt.Sprintf(", compared by the last hidden layer of %s", model)
}

// stateDistance: D(i,w) = n_x(i) − 2·s(i,w) + n_y(w) >= ⌊(d·2^f)²⌋ + 1.
func (c *NonInclusion) stateDistance(s *Scope, part string, p *products, fraction int) {
	least := big.NewInt(1)
	if c.Distance != "" {
		d, err := c.Distance.rat()
		if err != nil {
			s.fail("distance: %w", err)
			return
		}
		d.Mul(d, new(big.Rat).SetInt64(1<<fraction))
		least.Add(least, floorMul(new(big.Rat).Mul(d, d), big.NewInt(1)))
	}
	if least.BitLen() > p.bound+2 {
		s.usage("a distance of %s is beyond any two rows", c.Distance)
		return
	}
	t, works := least.Int64(), p.works.Padded()
	axes, labels := []relation.Axis{p.rows, p.works}, []relation.Label{"i", "w"}
	masks := s.b.Masks(axes, labels)
	s.nonNegative(fmt.Sprintf("distances of part %q", part), axes, labels, p.bound+2, func(cell int) string {
		if c.Distance == "" {
			return fmt.Sprintf("row %d of part %q equals work %d", cell/works, part, cell%works)
		}
		return fmt.Sprintf("row %d of part %q is within distance %s of work %d", cell/works, part, c.Distance, cell%works)
	}, relation.Times(relation.Int(1), relation.At(p.nx, "i"), masks[1]),
		relation.Times(relation.Int(1), masks[0], relation.At(p.ny, "w")),
		relation.Times(relation.Int(-2), relation.At(p.dot, "i", "w")),
		relation.Times(relation.Neg(relation.Int(t)), masks...))
}

// stateCosine: the prover gives t(i,w) >= 0 with
//
//	t >= s(i,w),  p·n_x(i)·n_y(w) − q·t² >= 0
//
// where p/q is the largest fraction up to c² with a denominator that t²/(n_x·n_y)
// can have (see neighbours): so s <= t <= c·‖x‖·‖y‖. An honest t is max(s, 0).
func (c *NonInclusion) stateCosine(s *Scope, part string, p *products) {
	cosine := s.share("cosine", c.Cosine)
	if cosine.IsInt() && cosine.Sign() > 0 {
		s.vacuous("cosine", c.Cosine, "less than 1")
		return
	}
	square, _ := neighbours(new(big.Rat).Mul(cosine, cosine), new(big.Int).Lsh(big.NewInt(1), uint(2*p.bound)))
	if square.Sign() == 0 {
		s.usage("cosine: a bound of 0 is not supported")
		return
	}
	if k := zeroRow(c.List); c.Model == "" && k >= 0 {
		s.usage("cosine: work %d is all zeros: it has no direction, and no row is like it", k)
		return
	}
	axes, labels := []relation.Axis{p.rows, p.works}, []relation.Label{"i", "w"}
	works := p.works.Padded()
	why := func(cell int) string {
		return fmt.Sprintf("row %d of part %q has a cosine similarity above %s with work %d", cell/works, part, c.Cosine, cell%works)
	}
	var limbs relation.Limbs
	for k := range relation.LimbsOf(p.bound + 1) {
		limbs = append(limbs, s.witness(fmt.Sprintf("cosines of part %q: limb %d", part, k), axes, func(v *Values) []int64 {
			out := make([]int64, len(v.of(p.dot)))
			for cell, x := range v.of(p.dot) {
				out[cell] = number.Limb(max(x, 0), k)
			}
			return out
		}))
	}
	s.b.UnsignedLimbs(limbs, number.LimbBits*len(limbs))
	t := s.virtual(fmt.Sprintf("cosines of part %q", part), axes, labels, limbs.Terms(relation.Int(1), labels...)...)
	s.nonNegative(fmt.Sprintf("products of part %q", part), axes, labels, p.bound+1, why, relation.Times(relation.Int(1), relation.At(t, labels...)), relation.Times(relation.Int(-1), relation.At(p.dot, labels...)))
	a, b := new(fr.Element).SetBigInt(square.Num()), new(fr.Element).SetBigInt(square.Denom())
	tt := relation.Times(relation.Neg(*b), relation.At(t, labels...), relation.At(t, labels...))
	width := 2*p.bound + square.Num().BitLen()
	if square.Denom().BitLen()+2*limbBits*len(limbs) > maxMagnitude {
		s.usage("cosine %s: fewer decimals are needed for rows of %d columns", c.Cosine, p.width)
		return
	}
	s.nonNegative(fmt.Sprintf("similarities of part %q", part), axes, labels, width, why, relation.Times(*a, relation.At(p.nx, "i"), relation.At(p.ny, "w")), tt)
}

// zeroRow returns the first row of zeros, −1 if there is none.
func zeroRow(rows [][]int64) int {
	return slices.IndexFunc(rows, func(row []int64) bool {
		return !slices.ContainsFunc(row, func(x int64) bool { return x != 0 })
	})
}

// Words implements Claim.
func (c *NonInclusion) Words(s *Subjects) Words {
	like := "equals one of"
	switch {
	case c.Distance != "":
		like = fmt.Sprintf("is within Euclidean distance %s of one of", c.Distance)
	case c.Cosine != "":
		like = fmt.Sprintf("has a cosine similarity above %s with one of", c.Cosine)
	}
	w := Words{
		Says:      fmt.Sprintf("no row of %s %s %s%s", foreign.Quotes(c.Parts), like, c.words(), c.spaceWords(s)),
		NotProven: []string{"that the data holds no altered copy: only that none is as near as stated, in the stated space"},
	}
	if c.Cosine != "" {
		w.NotProven = append(w.NotProven, "anything about rows or works that are all zeros in that space: they have no direction, and pass")
	}
	return w
}
