package audit

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/relation"
)

// Performance bounds how well a model does on committed rows. With N rows:
//
//	accuracy   share of rows whose predicted class is the true one
//	top_k      share of rows whose true class is among the K highest logits
//	           (ties go to the lower class)
//	macro_f1   mean over classes of 2·TP/(2·TP + FP + FN), exactly; every class
//	           must occur or be predicted
//	mse, mae   mean over rows and outputs of (ŷ − y)², |ŷ − y|
type Performance struct {
	Model   string   `toml:"model"`
	Parts   []string `toml:"parts"`
	Metric  string   `toml:"metric"`
	K       int      `toml:"k,omitempty"`
	AtLeast Decimal  `toml:"at_least,omitempty"` // shares and macro_f1
	AtMost  Decimal  `toml:"at_most,omitempty"`  // of any metric
	// MinGroup is the smallest group that released counts show.
	MinGroup int64 `toml:"min_group,omitempty"`
	Release
}

// State implements Claim.
func (c *Performance) State(s *Scope) {
	parts := s.partsOf(c.Parts)
	if s.err != nil {
		return
	}
	if !slices.Contains(metrics(), c.Metric) {
		s.usage("no metric is called %s; %s", foreign.Quote(c.Metric), thereAre(metrics()))
		return
	}
	errors := c.Metric == "mse" || c.Metric == "mae"
	if c.AtLeast == "" && c.AtMost == "" || errors && c.AtLeast != "" {
		s.usage("%s needs %s", c.Metric, map[bool]string{true: "at_most", false: "at_least or at_most"}[errors])
	}
	if (c.K != 0) != (c.Metric == "top_k") {
		s.usage("k is for top_k, and only for it")
	}
	switch shares := c.Metric == "accuracy" || c.Metric == "top_k"; {
	case c.What == hits && !shares, c.What != "" && c.What != hits && c.Metric != "accuracy" && c.Metric != "macro_f1":
		s.usage("%s releases no %s", c.Metric, foreign.Quote(c.What))
	}
	smallest := s.shownGroup(c.MinGroup, c.Release)
	switch c.Metric {
	case "accuracy":
		f := s.confusion("outcomes", c.Model, parts, "")
		if s.err == nil {
			c.bound(s, f.m, f.total, diagonal(f, 0))
			if c.What == hits {
				c.releaseHits(s, f.m, f.total, diagonal(f, 0), smallest)
			} else {
				s.outcomes(f, c.Release, smallest)
			}
		}
	case "top_k":
		c.stateTopK(s, parts)
	case "macro_f1":
		c.stateF1(s, parts)
	case "mse", "mae":
		c.stateError(s, parts)
	}
}

// hits is the release of how many rows count for a share.
const hits = "hits"

// releaseHits publishes the number of rows counted by d, rounded down.
func (c *Performance) releaseHits(s *Scope, m relation.ID, total int64, d []coefficient, smallest int64) {
	var right matrix
	for _, k := range d {
		right.add(0, k.of, k.value)
	}
	const what = "rows predicted rightly"
	asked, one := len(s.release.asked), relation.Axis{Name: what, Size: 1}
	s.counts(what, Release{"counts", c.Round}, smallest, s.linear(what, one, &right, m), labels{1, len(what), func(int) string { return what }}, total, 1)
	for k := asked; k < len(s.release.asked); k++ {
		s.release.asked[k].Labels = nil // it is not one group of several
	}
}

func metrics() []string { return []string{"accuracy", "top_k", "macro_f1", "mse", "mae"} }

// diagonal is 1 at the keys of a group that are predicted rightly.
func diagonal(c *confusion, group int) []coefficient {
	var d []coefficient
	for y := range c.classes {
		d = append(d, coefficient{c.key(group, y, y), 1})
	}
	return d
}

// bound says that the rows counted by d are a share within the bounds.
func (c *Performance) bound(s *Scope, m relation.ID, total int64, d []coefficient) {
	n := big.NewInt(total)
	var list []inequality
	least, most := int64(0), total
	if c.AtLeast != "" {
		least = ceilMul(s.share("at_least", c.AtLeast), n).Int64()
		list = append(list, inequality{d, -least, func() string { return fmt.Sprintf("fewer than %d of %d rows are predicted rightly", least, total) }})
	}
	if c.AtMost != "" {
		most = floorMul(s.share("at_most", c.AtMost), n).Int64()
		list = append(list, inequality{scaled(-1, d), most, func() string { return fmt.Sprintf("more than %d of %d rows are predicted rightly", most, total) }})
	}
	s.boundsShare(total, c.AtLeast, least, c.AtMost, most)
	s.inequalities("bounds on "+c.Metric, m, total, list)
}

// stateTopK counts the rank of the true class y: the classes that beat it,
//
//	b(i,c) = [z(i,c) > z(i,y), or equal and c < y]
func (c *Performance) stateTopK(s *Scope, parts []*partTensors) {
	var ranks []relation.ID
	classes := 0
	for _, p := range parts {
		s.fits(c.Model, p)
		z := s.inference(c.Model, p.features(), logits)
		if s.err != nil {
			return
		}
		if classes = s.axes(z)[1].Size; p.LabelKind != graph.OneHot || classes != p.Labels || c.K < 1 {
			s.usage("top_k with k = %d for %d classes and labels %q", c.K, classes, p.LabelKind)
			return
		}
		if c.K >= classes {
			s.vacuous("k", c.K, "1 to %d, fewer than the %d classes", classes-1, classes)
			return
		}
		ranks = append(ranks, s.rank("rank of "+p.label(), z, p.labels()))
	}
	m := s.histogram("ranks", classes, ranks...)
	var d []coefficient
	for r := range c.K {
		d = append(d, coefficient{r, 1})
	}
	c.bound(s, m, totalRows(parts), d)
	if c.What == hits {
		c.releaseHits(s, m, totalRows(parts), d, s.smallestGroup(c.MinGroup))
	}
}

// Words implements Claim.
func (c *Performance) Words(s *Subjects) Words {
	metric := strings.ReplaceAll(c.Metric, "_", " ")
	if c.Metric == "top_k" {
		metric = fmt.Sprintf("top-%d accuracy", c.K)
	}
	var bounds []string
	if c.AtLeast != "" {
		bounds = append(bounds, fmt.Sprintf("at least %s", c.AtLeast))
	}
	if c.AtMost != "" {
		bounds = append(bounds, fmt.Sprintf("at most %s", c.AtMost))
	}
	return Words{
		Says:      fmt.Sprintf("%s has %s %s on the rows of %s", s.called(c.Model), metric, strings.Join(bounds, " and "), foreign.Quotes(c.Parts)),
		NotProven: []string{"how the model does on other rows; that these were not trained on (see disjointness); that their labels are true"},
	}
}
