// Package page writes reports as pages that need nothing else: one style, for screens
// and for paper, and one way to show what a stranger's file brings. Names and texts are
// quoted and escaped, and nothing in a page is fetched or run.
package page

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/zkaudit/zkaudit/internal/foreign"
)

//go:embed style.css
var style string

//go:embed said.html
var said string

// Write fills a template, of a name that errors say, with data and writes the page.
// Beside the functions given a template has style, quote, and says, whose pieces
// {{template "said"}} shows.
func Write(w io.Writer, name, text string, functions template.FuncMap, data any) error {
	t := template.New(name).Funcs(template.FuncMap{
		"style": func() template.CSS { return template.CSS(style) },
		"quote": foreign.Quote,
		"says":  apart,
	}).Funcs(functions)
	for _, part := range []string{said, text} {
		if _, err := t.Parse(part); err != nil {
			return fmt.Errorf("page %s: %w", name, err)
		}
	}
	var filled strings.Builder
	if err := t.Execute(&filled, data); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	_, err := io.WriteString(foreign.Writer(w), filled.String())
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
