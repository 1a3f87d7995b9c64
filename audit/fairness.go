package audit

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/relation"
)

// Fairness bounds the gaps between the groups of an attribute in how often a
// model predicts the positive class. With N(k,g) rows of group g under
// condition k, of which P(k,g) are predicted positive:
//
//	demographic_parity  one condition, all rows
//	equal_opportunity   rows whose true class is the positive one
//	equalised_odds      one condition per true class
//
//	|P(k,a)/N(k,a) − P(k,b)/N(k,b)| <= x = p/q    for all groups a, b:
//	p·N(k,a)·N(k,b) − q·(P(k,a)·N(k,b) − P(k,b)·N(k,a)) >= 0
//	N(k,g) >= the minimum group size
//
// where p/q is the largest fraction up to x with a denominator that such a gap can
// have (see neighbours): a bound of p/q says the same as one of x.
type Fairness struct {
	Model     string   `toml:"model"`
	Parts     []string `toml:"parts"`
	Attribute string   `toml:"attribute"`
	Groups    []string `toml:"groups,omitempty"` // all if none are named
	Positive  string   `toml:"positive"`         // a class
	Measure   string   `toml:"measure"`
	AtMost    Decimal  `toml:"at_most"`
	MinGroup  int64    `toml:"min_group,omitempty"`
	Release
}

// State implements Claim.
func (c *Fairness) State(s *Scope) {
	parts := s.partsOf(c.Parts)
	if s.err != nil {
		return
	}
	f := s.confusion("outcomes", c.Model, parts, c.Attribute)
	if s.err != nil {
		return
	}
	positive := parts[0].classIndex(c.Positive)
	groups := c.chosen(s, f.groups)
	conditions := c.conditions(s, f.classes, positive)
	names := comparedNames{c.Attribute, nil, c.conditionNames(f.names, positive)}
	if s.err != nil {
		return
	}
	condition, group := relation.Axis{Name: "condition", Size: len(conditions)}, relation.Axis{Name: "group", Size: len(groups)}
	var met, in, hit matrix // conditions and groups of outcomes; groups of positive ones
	for g, of := range groups {
		for k, truths := range conditions {
			for _, y := range truths {
				for guess := range f.classes {
					met.add(k, f.key(of, y, guess), 1)
				}
			}
		}
		for y := range f.classes {
			for guess := range f.classes {
				in.add(g, f.key(of, y, guess), 1)
			}
			hit.add(g, f.key(of, y, positive), 1)
		}
	}
	axes := [2]relation.Axis{condition, group}
	n, p := s.bilinear("rows of groups", &met, &in, axes, f.m), s.bilinear("positive rows of groups", &met, &hit, axes, f.m)
	for _, g := range groups {
		names.groups = append(names.groups, f.groups[g])
	}
	least := s.smallestGroup(c.MinGroup)
	c.stateMinimum(s, n, least, names, f.total)
	c.stateGaps(s, n, p, names, f.total)
	s.outcomes(f, c.Release, least, groups...)
}

// chosen returns the indices of the groups compared.
func (c *Fairness) chosen(s *Scope, all []string) []int {
	var groups []int
	for g, name := range all {
		if len(c.Groups) == 0 || slices.Contains(c.Groups, name) {
			groups = append(groups, g)
		}
	}
	for _, name := range c.Groups {
		if !slices.Contains(all, name) {
			s.noSuch(foreign.Quote(c.Attribute)+" has no group", name, all)
		}
	}
	if len(groups) < 2 {
		s.usage("a gap needs two groups")
	}
	return groups
}

// conditions returns the true classes that each condition takes together.
func (c *Fairness) conditions(s *Scope, classes, positive int) [][]int {
	var every []int
	for y := range classes {
		every = append(every, y)
	}
	switch c.Measure {
	case "demographic_parity":
		return [][]int{every}
	case "equal_opportunity":
		return [][]int{{positive}}
	case "equalised_odds":
		var each [][]int
		for _, y := range every {
			each = append(each, []int{y})
		}
		return each
	}
	s.usage("no measure is called %q; there are demographic_parity, equal_opportunity, equalised_odds", c.Measure)
	return nil
}

// comparedNames are what a refusal calls groups and conditions.
type comparedNames struct {
	attribute          string
	groups, conditions []string // "" for a condition that every row meets
}

// conditionNames are those of conditions.
func (c *Fairness) conditionNames(classes []string, positive int) []string {
	of := func(class string) string { return " of true class " + foreign.Quote(class) }
	switch c.Measure {
	case "equal_opportunity":
		return []string{of(classes[positive])}
	case "equalised_odds":
		var each []string
		for _, class := range classes {
			each = append(each, of(class))
		}
		return each
	}
	return []string{""}
}

func (c *Fairness) stateMinimum(s *Scope, n relation.ID, least int64, names comparedNames, total int64) {
	axes, labels := s.axes(n), []relation.Label{"a", "b"}
	s.nonNegative("size of groups", axes, labels, big.NewInt(total).BitLen(), func(cell int) string {
		return fmt.Sprintf("a group (%s %s) has fewer than the %s%s that a comparison takes (min_group)",
			foreign.Quote(names.attribute), foreign.Quote(names.groups[cell%axes[1].Padded()]), count(int(least), "row"), names.conditions[cell/axes[1].Padded()])
	}, relation.Times(relation.Int(1), relation.At(n, labels...)),
		relation.Times(relation.Int(-least), s.b.Masks(axes, labels)...))
}

func (c *Fairness) stateGaps(s *Scope, n, p relation.ID, names comparedNames, total int64) {
	bound := s.share("at_most", c.AtMost)
	if bound.IsInt() && bound.Sign() > 0 {
		s.vacuous("at_most", c.AtMost, "less than 1")
		return
	}
	// a gap is a fraction with denominator N(k,a)·N(k,b), of two groups of N rows
	half := (total + 1) / 2
	bound, _ = neighbours(bound, new(big.Int).Mul(big.NewInt(half), big.NewInt(half)))
	if s.err != nil {
		return
	}
	x, q := bound.Num().Int64(), bound.Denom().Int64()
	width := new(big.Int).Mul(big.NewInt(x+2*q), new(big.Int).Mul(big.NewInt(total), big.NewInt(total))).BitLen()
	group := s.axes(n)[1]
	axes, labels := []relation.Axis{s.axes(n)[0], {Name: "group a", Size: group.Size}, {Name: "group b", Size: group.Size}}, []relation.Label{"k", "a", "b"}
	na, nb := relation.At(n, "k", "a"), relation.At(n, "k", "b")
	terms := []relation.Term{
		relation.Times(relation.Int(-q), relation.At(p, "k", "a"), nb),
		relation.Times(relation.Int(q), relation.At(p, "k", "b"), na),
	}
	if x != 0 {
		terms = append(terms, relation.Times(relation.Int(x), na, nb))
	}
	side := group.Padded()
	s.nonNegative("gaps", axes, labels, width, func(cell int) string {
		return fmt.Sprintf("the gap between rows%s with %s %s and %s is more than %s", names.conditions[cell/(side*side)],
			foreign.Quote(names.attribute), foreign.Quote(names.groups[cell/side%side]), foreign.Quote(names.groups[cell%side]), c.AtMost)
	}, terms...)
}

// Words implements Claim.
func (c *Fairness) Words(s *Subjects) Words {
	groups := "all groups"
	if len(c.Groups) > 0 {
		groups = foreign.Quotes(c.Groups)
	}
	class := foreign.Quote(c.Positive)
	about, of := "the share of rows predicted "+class, ""
	switch c.Measure {
	case "equal_opportunity":
		about, of = fmt.Sprintf("the share of rows of true class %s that are predicted %s", class, class), " of that true class"
	case "equalised_odds":
		about, of = "for each true class, the share of its rows predicted "+class, " of each true class"
	}
	return Words{
		Says: fmt.Sprintf("%s: between the groups of %s (%s), of at least %s%s each, %s by %s on the rows of %s differs by at most %s",
			strings.ReplaceAll(c.Measure, "_", " "), foreign.Quote(c.Attribute), groups, count(int(minimumGroup(c.MinGroup)), "row"), of,
			about, s.called(c.Model), foreign.Quotes(c.Parts), c.AtMost),
		NotProven: []string{"that the model ever predicts that class: one that never does has no gap; other notions of fairness: they can contradict this one; that labels and attributes are true; that the parts list classes in the order the model was trained with"},
	}
}
