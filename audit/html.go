package audit

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/internal/page"
	"github.com/zkaudit/zkaudit/proof/mode"
)

//go:embed report.html
var text string

// WriteHTML writes the report as one page that needs nothing else: plots are
// inline SVG. Names and texts are quoted and escaped.
func (r *Report) WriteHTML(w io.Writer) error {
	return page.Write(w, "report.html", text, template.FuncMap{
		"alone":    func(r *Report) bool { return len(r.Models) == 0 && !mode.Name(r.Mode).Wrapped() },
		"short":    func(digest string) string { return digest[:min(12, len(digest))] },
		"line":     func(r Released) string { return r.text() },
		"outcomes": func(r Released) []outcomeRow { return r.outcomes() },
		"count":    count,
		"hold":     claimsHold,
		"number":   func(i int) int { return i + 1 },
		"plots":    plots,
		"sections": sections,
		"quotes":   foreign.Quotes,
		"context":  func(text string) string { return foreign.QuoteUpTo(text, maxContext) },
	}, r)
}

type section struct {
	Title string
	Lines []string
}

func sections(r *Report) []section {
	return []section{
		{readableTitle, r.readable()}, {"Assumed", r.Assumed}, {"Not proven", r.NotProven},
		{"Checked against what the verifier expects", r.Checked}, {"NOT CHECKED (no expectation given)", r.NotChecked},
	}
}

// count is "1 claim", "2 claims".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func claimsHold(claims int) string {
	if claims == 1 {
		return "1 claim holds"
	}
	return fmt.Sprintf("%d claims hold", claims)
}
