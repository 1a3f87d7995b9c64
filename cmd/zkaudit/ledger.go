package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/zkaudit/zkaudit/audit"
)

// charging holds the flags about the ledger of what is released.
type charging struct {
	ledger, override string
	budget           int
}

func (o *charging) flags(f *pflag.FlagSet) {
	f.StringVar(&o.ledger, "ledger", "", "file that records what is released (default DIR/"+ledgerFile+")")
	f.IntVar(&o.budget, "budget", 0, fmt.Sprintf("bits that may be released about a part (default %d)", audit.DefaultBudget))
	f.StringVar(&o.override, "override", "", "the reason for going over the budget; it stands in the ledger")
}

// open opens the ledger that proofs are charged to.
func (o *charging) open(in *audit.Inputs, dir string) (err error) {
	in.Override = o.override
	in.Ledger, err = audit.OpenLedger(firstOf(o.ledger, filepath.Join(dir, ledgerFile)), o.budget)
	return err
}
