package fault

import (
	"fmt"
	"path"
	"runtime"
	"strings"
	"sync"
)

// Catch is what a function that takes a stranger's bytes or structures defers:
// it turns a panic below it into an error of the given kind, ErrMalformed or
// ErrInput, that also wraps ErrPanic. No input should make the program panic;
// an error of ErrPanic is a bug, and says so.
//
//	func Unmarshal(file []byte) (b *Bundle, err error) {
//		defer fault.Catch(&err, "bundle", fault.ErrMalformed)
//
// A panic of another goroutine reaches it through a Group only. Running out of
// memory, a stack that overflows and a data race on a map are no panics: nothing
// catches them.
func Catch(err *error, what string, kind error) {
	r := recover()
	if r == nil {
		return
	}
	p, ok := r.(relayed)
	if !ok {
		p = relayed{r, panicPlace()}
	}
	*err = fmt.Errorf("%s: %w, please report it with the file: panic at %s: %s: %w", what, ErrPanic, p.place, Quote(fmt.Sprint(p.value)), kind)
}

// relayed is a panic of another goroutine, or the place of one.
type relayed struct {
	value any
	place string
}

func (r relayed) String() string { return fmt.Sprintf("%v (at %s)", r.value, r.place) }

// panicPlace returns the function and the line that panicked. Requires that
// recover was called two frames up.
func panicPlace() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	panicked := false // the frames after runtime.gopanic are those that ran
	for {
		f, more := frames.Next()
		inRuntime := strings.HasPrefix(f.Function, "runtime.")
		if panicked && !inRuntime {
			return fmt.Sprintf("%s (%s:%d)", path.Base(f.Function), path.Base(f.File), f.Line)
		}
		panicked = panicked || f.Function == "runtime.gopanic" || f.Function == "runtime.sigpanic"
		if !more {
			return "an unknown place"
		}
	}
}

// Group runs functions at the same time and carries a panic of one of them to
// the goroutine that waits, where Catch sees it. The zero Group is ready.
type Group struct {
	wait  sync.WaitGroup
	mutex sync.Mutex
	first *relayed
}

// Go starts f.
func (g *Group) Go(f func()) {
	g.wait.Go(func() {
		defer g.keep()
		f()
	})
}

// keep is deferred by each goroutine of the group.
func (g *Group) keep() {
	r := recover()
	if r == nil {
		return
	}
	p, ok := r.(relayed)
	if !ok {
		p = relayed{r, panicPlace()}
	}
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.first == nil {
		g.first = &p
	}
}

// Wait returns when all have returned, and panics if one of them has.
func (g *Group) Wait() {
	g.wait.Wait()
	if g.first != nil {
		panic(*g.first)
	}
}
