package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"
)

// Names of calls that state something, and of those that bind a value.
var (
	asserting = regexp.MustCompile(`^(AssertEqual|AssertNonZero|AssertIsEqual|AssertIsDifferent|Signed|Unsigned|Equation|LookUp|zeroPadding|zeroOutside|bound)$`)
	absorbing = regexp.MustCompile(`^(Absorb|absorb|Write|part|points|int|ints|bool|text|layer|architecture|Int|Ints|Bool|Bytes|Text|Texts|Fixed|Cells)$`)
	appending = regexp.MustCompile(`^[aA]ppend([A-Z]\w*)?$`)
	drawing   = regexp.MustCompile(`^(challenge|coordinate)$`)
	refusing  = regexp.MustCompile(`^(panic|fail|usage|refuse)$`)
)

func (s *source) inFunction(f *ast.FuncDecl) {
	s.function, s.challenges = s.nameOf(f), nil
	ast.Walk(&visitor{source: s, results: f.Type.Results, done: map[ast.Node]bool{}, several: map[ast.Node]bool{}, labelledLoop: map[ast.Node]bool{}}, f.Body)
}

// nameOf returns a function's name, after the type of its receiver.
func (s *source) nameOf(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return f.Name.Name
	}
	return strings.TrimPrefix(s.of(f.Recv.List[0].Type), "*") + "." + f.Name.Name
}

// visitor walks a function.
type visitor struct {
	*source
	results *ast.FieldList
	done    map[ast.Node]bool // nodes with nothing more to change
	several map[ast.Node]bool // calls with more than one result

	labelledLoop map[ast.Node]bool
}

// Visit is part of ast.Visitor.
func (v *visitor) Visit(n ast.Node) ast.Visitor {
	if n == nil || v.done[n] {
		return v
	}
	switch n := n.(type) {
	case *ast.FuncLit:
		return &visitor{source: v.source, results: n.Type.Results, done: v.done, several: v.several, labelledLoop: v.labelledLoop}
	case *ast.LabeledStmt:
		v.labelledLoop[n.Stmt] = true
	case *ast.IfStmt:
		v.condition(n)
	case *ast.SwitchStmt:
		v.cases(n)
	case *ast.ForStmt:
		v.forLoop(n)
	case *ast.RangeStmt:
		v.rangeLoop(n)
	case *ast.ExprStmt:
		v.statement(n)
	case *ast.IncDecStmt:
		v.unless(v.add("count", n), n)
	case *ast.AssignStmt:
		v.assignment(n)
	case *ast.CallExpr:
		v.call(n)
	case *ast.ReturnStmt:
		v.verdict(n)
	}
	return v
}

// unless executes a statement but in its mutant.
func (v *visitor) unless(number int, n ast.Node) {
	v.around(n, fmt.Sprintf("if !mutantIs(%d) { ", number), " }")
}

func (v *visitor) lastResult() string {
	if v.results == nil || len(v.results.List) == 0 {
		return ""
	}
	return v.of(v.results.List[len(v.results.List)-1].Type)
}

// refuses reports whether a block ends in an error, false or a panic.
func (v *visitor) refuses(body []ast.Stmt) bool {
	if len(body) == 0 {
		return false
	}
	switch last := body[len(body)-1].(type) {
	case *ast.ReturnStmt:
		if len(last.Results) == 0 {
			return false
		}
		result := v.of(last.Results[len(last.Results)-1])
		return v.lastResult() == "error" && result != "nil" || v.lastResult() == "bool" && result == "false"
	case *ast.ExprStmt:
		call, ok := last.X.(*ast.CallExpr)
		return ok && refusing.MatchString(callee(call))
	}
	return false
}

// condition changes what an if depends on: each of the reasons to refuse, or
// the whole.
func (v *visitor) condition(n *ast.IfStmt) {
	text := v.of(n.Cond)
	if n.Init != nil {
		v.done[n.Init] = true // no statement can stand around it
		text = v.of(n.Init) + "; " + text
	} else if text == "err != nil" && len(n.Body.List) > 0 {
		text += " { " + v.of(n.Body.List[len(n.Body.List)-1])
	}
	if !v.refuses(n.Body.List) {
		m := v.addText("never", text, n.Pos())
		w := v.addText("always", text, n.Pos())
		v.around(n.Cond, fmt.Sprintf("mutantOf(%d, %d, ", m.number, w.number), ")")
		return
	}
	v.done[n.Body.List[len(n.Body.List)-1]] = true
	reasons := disjuncts(n.Cond)
	for _, r := range reasons {
		if len(reasons) > 1 {
			text = v.of(r)
		}
		m := v.addText("guard", text, r.Pos())
		v.around(r, "((", fmt.Sprintf(") && !mutantIs(%d))", m.number))
	}
}

func disjuncts(e ast.Expr) []ast.Expr {
	if b, ok := e.(*ast.BinaryExpr); ok && b.Op == token.LOR {
		return append(disjuncts(b.X), disjuncts(b.Y)...)
	}
	return []ast.Expr{e}
}

// cases changes the cases of a switch without a tag.
func (v *visitor) cases(n *ast.SwitchStmt) {
	for _, c := range n.Body.List {
		clause := c.(*ast.CaseClause)
		refuses := v.refuses(clause.Body)
		if n.Tag != nil || len(clause.List) == 0 {
			continue
		}
		if refuses {
			v.done[clause.Body[len(clause.Body)-1]] = true
		}
		for _, e := range clause.List {
			for _, r := range disjuncts(e) {
				kind := "never"
				if refuses {
					kind = "guard"
				}
				v.around(r, "((", fmt.Sprintf(") && !mutantIs(%d))", v.add(kind, r)))
			}
		}
	}
}

// loop changes which iterations a loop makes. A counter stands before it.
func (v *visitor) loop(n ast.Stmt, body *ast.BlockStmt, over ast.Expr) int {
	text := v.of(over)
	loop := v.addText("loop", text, n.Pos()).number
	first := v.addText("first", text, n.Pos()).number
	rest := v.addText("rest", text, n.Pos()).number
	v.around(n, fmt.Sprintf("{ mutantAt%d := 0; ", loop), " }")
	v.insert(body.Lbrace+1, false, fmt.Sprintf(" mutantAt%[1]d++; if mutantIs(%[1]d) || mutantAt%[1]d > 1 && mutantIs(%[2]d) { break }; if mutantAt%[1]d == 1 && mutantIs(%[3]d) { continue }; ",
		loop, first, rest))
	return loop
}

func (v *visitor) forLoop(n *ast.ForStmt) {
	if n.Post != nil {
		v.done[n.Post] = true
	}
	if n.Cond == nil || v.labelledLoop[n] {
		return
	}
	v.loop(n, n.Body, n.Cond)
	b, ok := n.Cond.(*ast.BinaryExpr)
	if !ok {
		return
	}
	switch b.Op {
	case token.LSS, token.LEQ:
		v.around(b.Y, fmt.Sprintf("mutantLess(%d, ", v.add("bound", n.Cond)), ")")
	case token.GTR, token.GEQ:
		v.around(b.Y, fmt.Sprintf("mutantMore(%d, ", v.add("bound", n.Cond)), ")")
	}
}

func (v *visitor) rangeLoop(n *ast.RangeStmt) {
	if v.labelledLoop[n] {
		return
	}
	at := v.loop(n, n.Body, n.X)
	bound := v.addText("bound", v.of(n.X), n.Pos()).number
	v.around(n, fmt.Sprintf("{ mutantAll%d := 0; ", bound), " }")
	v.around(n.X, fmt.Sprintf("mutantCount(&mutantAll%d, ", bound), ")")
	v.insert(n.Body.Lbrace+1, false, fmt.Sprintf(" if mutantAt%d == mutantAll%[2]d && mutantIs(%[2]d) { break }; ", at, bound))
}

func callee(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// label returns the string that a call starts with.
func label(c *ast.CallExpr) (string, bool) {
	if len(c.Args) == 0 {
		return "", false
	}
	l, ok := c.Args[0].(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(l.Value)
	return s, err == nil
}

func (v *visitor) statement(n *ast.ExprStmt) {
	c, ok := n.X.(*ast.CallExpr)
	if !ok {
		return
	}
	switch name := callee(c); {
	case asserting.MatchString(name):
		v.unless(v.add("assertion", n), n)
	case absorbing.MatchString(name):
		if l, ok := label(c); ok {
			v.unless(v.labelled("absorb", l, n), n)
			return
		}
		v.unless(v.add("absorb", n), n)
	}
}

// assignment notes what a challenge is called, and which calls have several
// results.
func (v *visitor) assignment(n *ast.AssignStmt) {
	if len(n.Lhs) > len(n.Rhs) {
		v.several[n.Rhs[0]] = true
	}
	if len(n.Lhs) != 1 || len(n.Rhs) != 1 {
		return
	}
	if c, ok := n.Rhs[0].(*ast.CallExpr); ok && callee(c) == "challenge" {
		v.call(c)
		v.done[c] = true
		v.challenges = append(v.challenges, v.of(n.Lhs[0]))
	}
}

func (v *visitor) call(c *ast.CallExpr) {
	switch name := callee(c); {
	case (appending.MatchString(name) || v.of(c.Fun) == "encode."+name) && len(c.Args) > 1 && !v.several[c] && !strings.Contains(v.of(c), "fault."):
		v.around(c, fmt.Sprintf("mutantSkip(%d, %s, ", v.add("absorb", c), v.of(c.Args[0])), ")")
	case drawing.MatchString(name):
		v.challenge(c, name)
	}
}

// challenge replaces what is drawn: by a constant, or by what was drawn before.
func (v *visitor) challenge(c *ast.CallExpr, name string) {
	instead := func(number int, other string) {
		v.around(c, fmt.Sprintf("mutantInstead(%d, ", number), ", "+other+")")
	}
	if l, ok := label(c); ok {
		instead(v.labelled("constant", l, c), "fr.NewElement(77)")
		return
	}
	selector, ok := c.Fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	session := v.of(selector.X)
	constant, previous := session+".integer(77)", session+".coords[len("+session+".coords)-1]"
	switch {
	case name == "coordinate": // the last one is what has just been drawn
		constant, previous = "Zero", "max(0, Coord(len("+session+".coords)-2))"
	case len(v.challenges) > 0:
		previous = v.challenges[len(v.challenges)-1]
	}
	instead(v.add("constant", c), constant)
	instead(v.add("previous", c), previous)
}

// verdict lets a function return nil instead of an error of what it calls.
func (v *visitor) verdict(n *ast.ReturnStmt) {
	if v.results == nil || v.results.NumFields() != 1 || v.lastResult() != "error" || len(n.Results) != 1 {
		return
	}
	if _, ok := n.Results[0].(*ast.CallExpr); ok {
		v.around(n.Results[0], fmt.Sprintf("mutantNil(%d, ", v.add("verdict", n.Results[0])), ")")
	}
}
