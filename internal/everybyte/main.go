package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// options are the command line's.
type options struct {
	vectors string
	files   string
	slice   string
	every   int
	results string
	workers int
	quiet   bool // tests are
}

func main() {
	var o options
	flag.StringVar(&o.vectors, "vectors", "testdata/vectors", "the `directory` of the vectors")
	flag.StringVar(&o.files, "files", "", "only files and forms that match `regexp`, such as 'zk/bundle.zka, sealed'")
	flag.StringVar(&o.slice, "slice", "1/1", "only every n-th block of places, `i/n`, counted from 1")
	flag.IntVar(&o.every, "every", 1, "only one attempt of `n`, always the same ones")
	flag.StringVar(&o.results, "results", "", "resume: keep what is done in this `file`, and go on after it")
	flag.IntVar(&o.workers, "workers", 2, "`n` attempts at a time")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	start := time.Now()
	err := o.main(ctx)
	fmt.Printf("%d s\n", int(time.Since(start).Seconds()))
	if err != nil {
		fmt.Fprintln(os.Stderr, "everybyte:", err)
		os.Exit(1)
	}
}

// main tries everything that is asked for, and prints findings.
func (o *options) main(ctx context.Context) error {
	home, err := os.MkdirTemp("", "everybyte")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	var mutex sync.Mutex
	found := 0
	totals, err := o.run(ctx, home, func(a attempt, what string) {
		mutex.Lock()
		defer mutex.Unlock()
		found++
		fmt.Printf("FOUND %v: %s\n", a, what)
	})
	switch {
	case err != nil:
		return err
	case found > 0:
		return fmt.Errorf("%d findings", found)
	case len(totals) == 0:
		return errors.New("nothing matches, or all is done")
	}
	return nil
}

// run tries everything that is asked for, and returns what became of it, by file and
// form. found is called by several workers.
func (o *options) run(ctx context.Context, home string, found func(attempt, string)) (totals map[string]*tally, err error) {
	v, err := readVectors(o.vectors, filepath.Join(home, "vectors"))
	if err != nil {
		return nil, fmt.Errorf("run it in the root of the repository: %w", err)
	}
	subjects, err := v.subjects(ctx)
	if err != nil {
		return nil, err
	}
	j, err := newJudge(ctx, subjects, home, found)
	if err != nil {
		return nil, err
	}
	done, err := openResults(o.results)
	if err != nil {
		return nil, err
	}
	defer done.close()
	of, err := o.blocks(subjects, done)
	if err != nil {
		return nil, err
	}
	w := workers{judge: j, options: o, done: done, home: home}
	totals = map[string]*tally{}
	for _, key := range slices.Sorted(maps.Keys(of)) {
		start := time.Now()
		totals[key] = w.try(of[key])
		o.say("%s: %d blocks, %d attempts: %s (%.0f s)\n", key, len(of[key]), totals[key].tried, totals[key].summary(), time.Since(start).Seconds())
		if err := ctx.Err(); err != nil {
			return totals, err
		}
	}
	return totals, nil
}

// say prints progress, unless it is for nobody.
func (o *options) say(format string, args ...any) {
	if !o.quiet {
		fmt.Printf(format, args...)
	}
}

// summary is a tally in words.
func (t *tally) summary() string {
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(t.kinds)) {
		parts = append(parts, fmt.Sprintf("%d %s", t.kinds[kind], kind))
	}
	return fmt.Sprintf("%s; %d read as before; slowest %.2f s, most %d MiB", strings.Join(parts, ", "), t.equal, t.slowest.Seconds(), t.most>>20)
}

// blockPlaces are the places of a block.
const blockPlaces = 64

// block is a run of places of a file in a form.
type block struct {
	*subject
	form  form
	first int
}

func (b block) key() string { return fmt.Sprintf("%s, %s", b.name, b.form) }

// blocks returns what is to be tried, by file and form.
func (o *options) blocks(subjects []*subject, done *results) (of map[string][]block, err error) {
	pattern, err := regexp.Compile(o.files)
	if err != nil {
		return nil, err
	}
	var slice, slices int
	if n, err := fmt.Sscanf(o.slice, "%d/%d", &slice, &slices); err != nil || n != 2 || slice < 1 || slice > slices {
		return nil, fmt.Errorf("-slice %q, want i/n", o.slice)
	}
	if o.every < 1 || o.workers < 1 {
		return nil, fmt.Errorf("-every %d, -workers %d, want 1 or more", o.every, o.workers)
	}
	of = map[string][]block{}
	counted := 0
	for _, s := range subjects {
		for _, f := range s.forms {
			for first := 0; first <= len(f.open(s.file)); first += blockPlaces {
				b := block{s, f, first}
				counted++
				if (counted-1)%slices == slice-1 && pattern.MatchString(b.key()) && !done.has(b) {
					of[b.key()] = append(of[b.key()], b)
				}
			}
		}
	}
	return of, nil
}

// workers try blocks.
type workers struct {
	*judge
	*options
	done *results
	home string
}

// try tries the blocks, each by one of the workers.
func (w *workers) try(blocks []block) *tally {
	next := make(chan block)
	totals := make([]tally, w.workers)
	var group fault.Group
	for i := range totals {
		dir := filepath.Join(w.home, fmt.Sprint("worker", i))
		group.Go(func() {
			for b := range next {
				if err := os.MkdirAll(dir, 0o700); err != nil {
					w.found(attempt{subject: b.subject, form: b.form}, err.Error())
					continue
				}
				w.block(b, dir, &totals[i])
			}
		})
	}
	for _, b := range blocks {
		if w.ctx.Err() == nil {
			next <- b
		}
	}
	close(next)
	group.Wait()
	total := &tally{}
	for i := range totals {
		total.add(&totals[i])
	}
	return total
}

// block tries all changes of a block, and keeps that it is done.
func (w *workers) block(b block, dir string, into *tally) {
	open := b.form.open(b.file)
	for at := b.first; at < min(b.first+blockPlaces, len(open)+1); at++ {
		for c := range changesAt(open, at) {
			if w.ctx.Err() != nil {
				return
			}
			if chosen(at, c, w.every) {
				w.judge.try(attempt{b.subject, b.form, c}, dir, into)
			}
		}
	}
	w.done.add(b, w.every)
}

// chosen reports whether an attempt is one of those taken of n: places and values go by.
func chosen(at int, c change, n int) bool {
	return (uint32(at)*2654435761+uint32(c.value)*40503+uint32(c.what)*97+uint32(len(c.add)))%uint32(n) == 0
}
