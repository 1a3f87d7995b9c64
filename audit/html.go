package audit

import (
	"embed"
	"fmt"
	"html/template"
	"io"
)

//go:embed report.html
var page embed.FS

// WriteHTML writes the report as one page that needs nothing else: plots are
// inline SVG. Names and texts are escaped.
func (r *Report) WriteHTML(w io.Writer) error {
	t, err := template.New("report.html").Funcs(template.FuncMap{
		"short":    func(digest string) string { return digest[:min(12, len(digest))] },
		"line":     func(r Released) string { return r.text() },
		"outcomes": func(r Released) []outcomeRow { return r.outcomes() },
		"count":    count,
		"hold":     claimsHold,
		"number":   func(i int) int { return i + 1 },
		"plots":    plots,
		"curves":   curves,
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
