package audit

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/zkaudit/zkaudit/internal/foreign"
)

//go:embed report.html
var page embed.FS

// WriteHTML writes the report as one page that needs nothing else: plots are
// inline SVG. Names and texts are quoted and escaped.
func (r *Report) WriteHTML(w io.Writer) error {
	t, err := template.New("report.html").Funcs(template.FuncMap{
		"short":    func(digest string) string { return digest[:min(12, len(digest))] },
		"line":     func(r Released) string { return r.text() },
		"outcomes": func(r Released) []outcomeRow { return r.outcomes() },
		"count":    count,
		"hold":     claimsHold,
		"number":   func(i int) int { return i + 1 },
		"plots":    plots,
		"sections": sections,
		"quote":    foreign.Quote,
		"quotes":   foreign.Quotes,
		"context":  func(text string) string { return foreign.QuoteUpTo(text, maxContext) },
		"says":     apart,
	}).ParseFS(page, "report.html")
	if err != nil {
		return fmt.Errorf("report page: %w", err)
	}
	var text strings.Builder
	if err := t.Execute(&text, r); err != nil {
		return fmt.Errorf("report page: %w", err)
	}
	_, err = io.WriteString(foreign.Writer(w), text.String())
	return err
}

// piece is a piece of a sentence: words of the report, or a quotation.
type piece struct {
	Text   string
	Quoted bool
}

// apart cuts a sentence into its quotations and what is between them. The page
// isolates quotations, so that letters written from right to left reorder nothing
// around them.
func apart(sentence string) []piece {
	var pieces []piece
	sentence = foreign.Line(sentence)
	for len(sentence) > 0 {
		start := strings.IndexByte(sentence, '"')
		if start < 0 {
			return append(pieces, piece{Text: sentence})
		}
		end := start + 1
		for end < len(sentence) && sentence[end] != '"' {
			if sentence[end] == '\\' {
				end++
			}
			end++
		}
		end = min(end+1, len(sentence))
		if start > 0 {
			pieces = append(pieces, piece{Text: sentence[:start]})
		}
		pieces, sentence = append(pieces, piece{sentence[start:end], true}), sentence[end:]
	}
	return pieces
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
