package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// mutant is one change. Its key names it by what stands in the source, so
// that it stays the same when lines move.
type mutant struct {
	number         int // within the package, from 1
	file, function string
	kind           string
	text           string // of what is changed
	occurrence     int    // of the same text in the function, from 1
	line           int
}

func (m *mutant) key() string {
	key := fmt.Sprintf("%s %s %s: %s", m.file, m.function, m.kind, m.text)
	if m.occurrence > 1 {
		key += fmt.Sprintf(" (%d)", m.occurrence)
	}
	return key
}

// pkg is a package with its mutants and its sources with all of them in it.
type pkg struct {
	root    string
	scope   scope
	name    string
	mutants []*mutant
	mutated map[string]string // by path

	byLabel map[string]*mutant
	seen    map[string]int
}

func load(root string, s scope) (*pkg, error) {
	files, err := s.sources(root)
	if err != nil {
		return nil, err
	}
	p := &pkg{root: root, scope: s, mutated: map[string]string{}, byLabel: map[string]*mutant{}, seen: map[string]int{}}
	for _, path := range files {
		text, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			return nil, err
		}
		if err := p.mutate(path, string(text)); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// mutate finds the mutants of a file.
func (p *pkg) mutate(path, text string) error {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, text, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	p.name = file.Name.Name
	s := &source{pkg: p, path: path, text: text, set: set}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil && !contains(p.scope.honest, s.nameOf(f)) {
			s.inFunction(f)
		}
	}
	p.mutated[path] = s.edited()
	return nil
}

// source is a file while its mutants are found. Mutants only insert text, so
// that one may stand within another.
type source struct {
	*pkg
	path, text string
	set        *token.FileSet

	function   string
	challenges []string // of the function: what earlier ones were assigned to
	inserted   []insertion
}

type insertion struct {
	at    int
	after bool // it ends what it surrounds
	order int
	text  string
}

func (s *source) offset(p token.Pos) int { return s.set.Position(p).Offset }

func (s *source) of(n ast.Node) string { return s.text[s.offset(n.Pos()):s.offset(n.End())] }

// around surrounds a node.
func (s *source) around(n ast.Node, before, after string) {
	s.insert(n.Pos(), false, before)
	s.insert(n.End(), true, after)
}

func (s *source) insert(at token.Pos, after bool, text string) {
	s.inserted = append(s.inserted, insertion{s.offset(at), after, len(s.inserted), text})
}

// edited returns the text with everything inserted. Where several insertions
// meet, what ends comes before what begins, and inner pairs stand inside.
func (s *source) edited() string {
	sort.SliceStable(s.inserted, func(i, j int) bool {
		a, b := s.inserted[i], s.inserted[j]
		switch {
		case a.at != b.at:
			return a.at < b.at
		case a.after != b.after:
			return a.after
		case a.after:
			return a.order > b.order
		default:
			return a.order < b.order
		}
	})
	var b strings.Builder
	from := 0
	for _, in := range s.inserted {
		b.WriteString(s.text[from:in.at])
		b.WriteString(in.text)
		from = in.at
	}
	b.WriteString(s.text[from:])
	return b.String()
}

// add registers a mutant of a node.
func (s *source) add(kind string, n ast.Node) int {
	return s.addText(kind, s.of(n), n.Pos()).number
}

func (s *source) addText(kind, text string, at token.Pos) *mutant {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 100 {
		text = text[:100]
	}
	m := &mutant{number: len(s.mutants) + 1, file: s.path, function: s.function, kind: kind, text: text, line: s.set.Position(at).Line}
	s.seen[m.key()]++
	m.occurrence = s.seen[m.key()]
	s.mutants = append(s.mutants, m)
	return m
}

// labelled returns the mutant of all calls with one label in the package:
// prover and verifier of an evaluation proof each make the same calls.
func (s *source) labelled(kind, label string, n ast.Node) int {
	key := kind + label
	if s.byLabel[key] == nil {
		s.byLabel[key] = s.addText(kind, s.of(n), n.Pos())
	}
	return s.byLabel[key].number
}
