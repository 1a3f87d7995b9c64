package main

import (
	"fmt"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/run"
)

// newProgress returns the progress that the flags and the terminal ask for.
func (a *app) newProgress() run.Progress {
	switch {
	case a.quiet || a.progress == "none":
		return nil
	case a.progress == "plain" || !terminal(a.stderr):
		return &plainProgress{out: a.stderr}
	default:
		return &barProgress{out: a.stderr, colour: os.Getenv("NO_COLOR") == ""}
	}
}

// terminal reports whether a file is one.
func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// plainProgress prints a line now and then: for logs.
type plainProgress struct {
	out         *os.File
	task        string
	total       int
	start, last time.Time
}

// interval is the time between two lines of plain progress.
const interval = 2 * time.Second

func (p *plainProgress) Start(task string, total int) {
	p.task, p.total, p.start = task, total, time.Now()
	p.last = p.start
}

func (p *plainProgress) Advance(done int, note string) {
	now := time.Now()
	if now.Sub(p.last) < interval || done >= p.total {
		return
	}
	p.last = now
	fmt.Fprintf(p.out, "%s: %d of %d, %s%s\n", p.task, done, p.total, eta(p.start, now, done, p.total), foreign.Line(note))
}

func (p *plainProgress) Finish() {
	if p.task != "" {
		fmt.Fprintf(p.out, "%s: %.1f s\n", p.task, time.Since(p.start).Seconds())
	}
	p.task = ""
}

// eta says how long the rest will take if it goes on like this.
func eta(start, now time.Time, done, total int) string {
	if done < 1 || now.Sub(start) < interval {
		return ""
	}
	left := time.Duration(float64(now.Sub(start)) / float64(done) * float64(total-done))
	return fmt.Sprintf("%s left, ", left.Round(time.Second))
}

// barProgress draws a bar with an estimate of the time left: for terminals.
type barProgress struct {
	out    *os.File
	colour bool
	bar    *progressbar.ProgressBar
	task   string
	start  time.Time
}

func (p *barProgress) Start(task string, total int) {
	if total == 0 {
		total = -1 // a spinner
	}
	p.task, p.start = task, time.Now()
	p.bar = progressbar.NewOptions(total,
		progressbar.OptionSetWriter(p.out),
		progressbar.OptionSetDescription(task),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionEnableColorCodes(p.colour),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionShowCount(),
		progressbar.OptionSetWidth(24),
	)
}

func (p *barProgress) Advance(done int, note string) {
	if p.bar == nil {
		return
	}
	p.bar.Describe(p.task + " (" + foreign.Line(note) + ")")
	_ = p.bar.Set(done) // a bar that cannot be drawn is no failure
}

func (p *barProgress) Finish() {
	if p.bar == nil {
		return
	}
	_ = p.bar.Finish()
	_ = p.bar.Clear()
	p.bar = nil
	fmt.Fprintf(p.out, "%s: %.1f s\n", p.task, time.Since(p.start).Seconds())
}
