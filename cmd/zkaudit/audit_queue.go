package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/run"
)

// checkQueue refuses, with fault.ErrUsage, flags about a queue that do not go together.
func (o *auditing) checkQueue(c *cobra.Command) error {
	switch {
	case o.jobs < 1:
		return fmt.Errorf("--jobs %d: want at least 1: %w", o.jobs, fault.ErrUsage)
	case o.queue.url != embedded && c.Flags().Changed("jobs"):
		return fmt.Errorf("--jobs is how many workers --cluster embedded starts; without it claims are proven one after the other, and with another --cluster by as many workers as there are: %w", fault.ErrUsage)
	case !o.queue.given():
		return nil
	case o.dryRun:
		return fmt.Errorf("--dry-run proves nothing, so that there is nothing for workers: leave one of the two out: %w", fault.ErrUsage)
	}
	return o.queue.check()
}

// elsewhere returns what has claims proven through a queue, nil where they are proven here.
func (o *auditing) elsewhere(a *app, d *run.Directory) (audit.Elsewhere, error) {
	if !o.queue.given() {
		return nil, nil
	}
	return d.ClaimsThrough(o.queue.options(a, o.jobs), o.jobs)
}
