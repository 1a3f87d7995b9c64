package audit

import (
	"fmt"
	"strings"

	"github.com/zkaudit/zkaudit/internal/foreign"
)

// barPlot is a bar chart of shares.
type barPlot struct {
	Caption string
	Height  int
	Bars    []bar
}

// bar is one bar; lengths are in units of the drawing, 640 wide.
type bar struct {
	Label, Value string
	Top, Text    int
	Width, End   float64
}

const (
	barStep  = 24
	fullBar  = 270.0 // leaves room for the value
	maxBars  = 40
	maxLabel = 24 // runes
)

// plots draws what a claim says and has released: shares of groups, and
// accuracies by group where outcomes are known.
func plots(f Finding) []barPlot {
	var all []barPlot
	add := func(caption string, shares []Share) {
		p := barPlot{Caption: caption}
		for _, s := range shares {
			p.add(s)
		}
		if len(shares) > maxBars {
			p.Caption += fmt.Sprintf("; the first %d of %d", maxBars, len(shares))
		}
		all = append(all, p)
	}
	if len(f.Shares) > 0 {
		add("Shares", f.Shares)
	}
	for _, r := range f.Released {
		switch {
		case len(r.Groups) > 0:
			add("Accuracy by group, by the released counts"+r.approximate(), r.accuracies())
		case len(r.Labels) == len(r.Values) && len(r.Labels) > 0:
			add("Share of each group, by the released counts"+r.approximate(), r.shares())
		}
	}
	return all
}

// approximate says that shares of rounded counts are not those of the rows.
func (r *Released) approximate() string {
	if strings.Contains(r.Unit, "rounded") {
		return " (rounded down, so shares of the rows differ)"
	}
	return ""
}

func (r *Released) shares() []Share {
	total := int64(0)
	for _, v := range r.Values {
		total += v
	}
	var shares []Share
	for i, v := range r.Values {
		shares = append(shares, Share{Name: r.Labels[i], Part: v, All: total})
	}
	return shares
}

// outcomeRow is how often rows of one group and true class were predicted to be of
// each class.
type outcomeRow struct {
	Group, Truth string
	Truly        int // index of the true class
	Counts       []int64
}

// outcomes lays released outcomes out by group and true class; nil for other
// values.
func (r *Released) outcomes() []outcomeRow {
	var all []outcomeRow
	n := len(r.Classes)
	for g, group := range r.Groups {
		for y, truth := range r.Classes {
			if first := (g*n + y) * n; first+n <= len(r.Values) {
				all = append(all, outcomeRow{group, truth, y, r.Values[first : first+n]})
			}
		}
	}
	return all
}

// accuracies adds the outcomes of each group up.
func (r *Released) accuracies() []Share {
	var shares []Share
	for _, o := range r.outcomes() {
		if len(shares) == 0 || shares[len(shares)-1].Name != o.Group {
			shares = append(shares, Share{Name: o.Group})
		}
		s := &shares[len(shares)-1]
		s.Part += o.Counts[o.Truly]
		for _, n := range o.Counts {
			s.All += n
		}
	}
	return shares
}

func (p *barPlot) add(s Share) {
	if len(p.Bars) == maxBars {
		return
	}
	label := "all rows"
	if s.Name != "" {
		label = foreign.Quote(s.Name)
		if runes := []rune(s.Name); len(runes) > maxLabel {
			label = foreign.Quote(string(runes[:maxLabel-1])) + "…"
		}
	}
	top := len(p.Bars)*barStep + 4
	p.Bars = append(p.Bars, bar{
		Label: label, Value: fmt.Sprintf("%.1f %% (%d of %d)", 100*s.ratio(), s.Part, s.All),
		Top: top, Text: top + 13, Width: fullBar * s.ratio(), End: 186 + fullBar*s.ratio(),
	})
	p.Height = len(p.Bars)*barStep + 8
}
