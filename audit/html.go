package audit

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"
)

//go:embed report.html
var page embed.FS

// WriteHTML writes the report as one page that needs nothing else: plots are
// inline SVG. Names and texts are escaped.
func (r *Report) WriteHTML(w io.Writer) error {
	t, err := template.New("report.html").Funcs(template.FuncMap{
		"short":    func(digest string) string { return digest[:min(12, len(digest))] },
		"line":     func(r Released) string { return r.text() },
		"plots":    plots,
		"curve":    curve,
		"sections": sections,
	}).ParseFS(page, "report.html")
	if err != nil {
		return fmt.Errorf("report page: %w", err)
	}
	return t.Execute(w, r)
}

type section struct {
	Title string
	Lines []string
}

func sections(r *Report) []section {
	return []section{
		{"Assumed", r.Assumed}, {"Not proven", r.NotProven},
		{"Checked against what the verifier expects", r.Checked}, {"NOT CHECKED (no expectation given)", r.NotChecked},
	}
}

// plot is a bar chart of shares.
type plot struct {
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
	fullBar  = 280.0 // leaves room for the value
	maxBars  = 40
	maxLabel = 24 // runes
)

// plots draws what a claim has released: shares of groups, and accuracies by
// group where outcomes are known.
func plots(f Finding) []plot {
	var all []plot
	for _, r := range f.Released {
		switch {
		case r.Classes > 0:
			all = append(all, accuracies(r))
		case len(r.Labels) == len(r.Values) && len(r.Labels) > 0:
			all = append(all, shares(r))
		}
	}
	return all
}

func shares(r Released) plot {
	total := int64(0)
	for _, v := range r.Values {
		total += v
	}
	p := plot{Caption: "Share of each group, by the released counts"}
	for i, v := range r.Values {
		p.add(r.Labels[i], v, total)
	}
	return p
}

// accuracies adds the outcomes of each group up.
func accuracies(r Released) plot {
	p := plot{Caption: "Accuracy by group, by the released counts"}
	size := r.Classes * r.Classes
	for g, name := range r.Groups {
		if name == "" {
			name = "all rows"
		}
		right, total := int64(0), int64(0)
		for k := range size {
			at := g*size + k
			if at >= len(r.Values) {
				break
			}
			if total += r.Values[at]; k/r.Classes == k%r.Classes {
				right += r.Values[at]
			}
		}
		p.add(name, right, total)
	}
	return p
}

func (p *plot) add(label string, part, total int64) {
	if len(p.Bars) == maxBars {
		return
	}
	share := 0.0
	if total > 0 {
		share = float64(part) / float64(total)
	}
	if runes := []rune(label); len(runes) > maxLabel {
		label = string(runes[:maxLabel-1]) + "…"
	}
	top := len(p.Bars)*barStep + 4
	p.Bars = append(p.Bars, bar{
		Label: label, Value: fmt.Sprintf("%.1f %% (%d of %d)", 100*share, part, total),
		Top: top, Text: top + 13, Width: fullBar * share, End: 186 + fullBar*share,
	})
	p.Height = len(p.Bars)*barStep + 8
}

// curve draws the losses of a training run.
func curve(points []CurvePoint) template.HTML {
	const width, height, margin = 640.0, 200.0, 44.0
	low, high, last := math.Inf(1), math.Inf(-1), 1
	for _, p := range points {
		if !math.IsNaN(p.Loss) && !math.IsInf(p.Loss, 0) {
			low, high, last = min(low, p.Loss), max(high, p.Loss), max(last, p.Step)
		}
	}
	if low > high {
		return ""
	}
	if low == high {
		high = low + 1
	}
	x := func(step int) float64 { return margin + (width-margin-8)*float64(step)/float64(last) }
	y := func(loss float64) float64 { return 12 + (height-margin)*(high-loss)/(high-low) }
	var line strings.Builder
	for _, p := range points {
		if !math.IsNaN(p.Loss) && !math.IsInf(p.Loss, 0) {
			fmt.Fprintf(&line, "%.1f,%.1f ", x(p.Step), y(p.Loss))
		}
	}
	return template.HTML(fmt.Sprintf(`<svg role="img" viewBox="0 0 %.0f %.0f" width="100%%" xmlns="http://www.w3.org/2000/svg"><title>Training curve</title>`+
		`<path d="M%.0f 12V%.0fH%.0f" fill="none" stroke="#57606a"/><polyline points="%s" fill="none" stroke="#1f5fa8" stroke-width="2"/>`+
		`<text x="%.0f" y="18" text-anchor="end">%.3g</text><text x="%.0f" y="%.0f" text-anchor="end">%.3g</text>`+
		`<text x="%.0f" y="%.0f" text-anchor="end">step %d</text></svg>`,
		width, height, margin, height-margin+12, width-8, strings.TrimSpace(line.String()),
		margin-6, high, margin-6, height-margin+14, low, width-8, height-margin+32, last))
}
