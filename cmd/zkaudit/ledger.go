package main

import (
	"fmt"

	"github.com/spf13/pflag"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/run"
)

// charging holds the flags about the ledger of what is released.
type charging struct {
	ledger, override string
	budget           int
}

func (o *charging) flags(f *pflag.FlagSet) {
	f.StringVar(&o.ledger, "ledger", "", "file that records what is released (default: that of DIR/run.toml, or DIR/"+ledgerFile+")")
	f.IntVar(&o.budget, "budget", 0, fmt.Sprintf("bits that may be released about a part (default %d)", audit.DefaultBudget))
	f.StringVar(&o.override, "override", "", "the reason for going over the budget; it stands in the ledger")
}

// open opens the ledger that proofs are charged to, by default the directory's.
func (o *charging) open(in *audit.Inputs, d *run.Directory) (err error) {
	in.Override = o.override
	in.Ledger, err = audit.OpenLedger(firstOf(o.ledger, d.Ledger()), o.budget)
	return err
}
