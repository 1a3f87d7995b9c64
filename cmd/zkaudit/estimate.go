package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/estimate"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/run"
)

func estimateCommand(a *app) *cobra.Command {
	var again bool
	c := &cobra.Command{
		Use:   "estimate [DIR]",
		Short: "Say how long a run takes, and how much memory and disk, before any of it",
		Long: `Says for each stage of a run how long it takes on this machine, how much memory at its
peak and how much disk, and how large the bundle will be. What a proof does follows from
model and choices; what that costs is found by proving four small segments, once, which
takes some fifteen seconds and is kept in the cache. A few steps are trained to see how long
one takes; nothing is written to DIR.

Estimates of time and memory are within a quarter on the shapes that the project measures,
on a machine that does nothing else. Exit code 5 says that the run does not fit this
machine, and the message which segments would.`,
		Args: arguments(0, 1, "the run directory"),
		RunE: func(c *cobra.Command, args []string) error {
			d, err := a.open(args)
			if err != nil {
				return err
			}
			defer d.Close()
			m, err := d.Machine(c.Context(), again)
			if err != nil {
				return err
			}
			e, err := d.Estimate(c.Context(), &m.Prices)
			if err != nil {
				return err
			}
			if err := a.result(e, func(w io.Writer) error { return writeEstimate(w, e, m) }); err != nil {
				return err
			}
			return e.Fits
		},
	}
	c.Flags().BoolVar(&again, "measure", false, "measure this machine again")
	return c
}

func writeEstimate(w io.Writer, e *run.Estimate, m *estimate.Machine) error {
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintln(t, "stage\ttime\tmemory\tdisk")
	for _, s := range e.Stages {
		disk := ""
		if s.Disk > 0 {
			disk = size(s.Disk)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", s.Name, span(s.Seconds), memory.Format(s.Memory), disk)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, `%s in %s of up to %d, each proven in %s; the bundle has %s
in all %s, at most %s of memory, %s of disk
on %s, %s, as measured on %s
`, counted(e.Steps, "step"), counted(e.Segments, "segment"), e.SegmentSteps, span(e.Segment), size(e.Bundle),
		span(e.Seconds), memory.Format(e.Memory), size(e.Disk),
		counted(m.Cores, "core"), m.Processor, m.Measured.Format(time.DateOnly))
	return err
}

// span writes seconds for people.
func span(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
	return fmt.Sprintf("%.1f h", d.Hours())
}

// size writes a number of bytes for people, to a tenth of a kilobyte.
func size(bytes int64) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%.1f KiB", float64(bytes)/(1<<10))
	}
	if bytes < 1<<30 {
		return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
	}
	return memory.Format(bytes)
}
