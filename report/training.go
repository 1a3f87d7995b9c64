package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/page"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/run"
)

// Training is a run to be reported.
type Training struct {
	Verified *bundle.Report
	Bundle   string // name of its file
	SHA256   string // of the file
	Sizes    []Size // of what is in it
	// Made is what its owner's directory says of training and proving; nil without one.
	Made *run.Records
}

// Size is what a part of a bundle takes.
type Size struct {
	What  string
	Bytes int
}

// Sizes lists what a bundle of so many bytes is made of.
func Sizes(b *bundle.Bundle, total int) []Size {
	var list []Size
	rest := total
	add := func(what string, bytes int) {
		list, rest = append(list, Size{what, bytes}), rest-bytes
	}
	for i, proof := range b.Datasets {
		add(fmt.Sprintf("certificate of part %d of the data", i), len(proof))
	}
	add("certificate of the initial weights", len(b.Weights))
	segments := 0
	for _, s := range b.Segments {
		segments += len(s.Proof)
	}
	what := "proof of the only segment"
	if n := len(b.Segments); n > 1 {
		what = fmt.Sprintf("proofs of %d segments", n)
	}
	add(what, segments)
	return append(list, Size{"statement and commitments", rest})
}

//go:embed training.html
var trainingPage string

// WriteHTML writes the report as one page that needs nothing else.
func (t *Training) WriteHTML(w io.Writer) error {
	return page.Write(w, "training.html", trainingPage, template.FuncMap{
		"short":   func(digest string) string { return digest[:min(12, len(digest))] },
		"curves":  t.curves,
		"drift":   t.driftCurves,
		"share":   func(v float64) string { return fmt.Sprintf("%.2g %%", 100*v) },
		"percent": func(share *float64) string { return fmt.Sprintf("%.1f %%", 100**share) },
		"wrapped": func(m string) bool { return mode.Name(m).Wrapped() },
		"total":   func() int { return total(t.Sizes) },
	}, t)
}

func total(sizes []Size) int {
	sum := 0
	for _, s := range sizes {
		sum += s.Bytes
	}
	return sum
}
