package main

import (
	"fmt"
	"slices"

	"github.com/spf13/pflag"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// releases are the names of the claims that may release values.
type releases []string

// releaseAll allows it to all of them.
const releaseAll = "all"

func (r *releases) flag(f *pflag.FlagSet) {
	f.StringArrayVar((*[]string)(r), "release", nil, "let the claim `NAME` (after =) release the values it asks for, not its verdict alone; repeatable; bare: all claims")
	f.Lookup("release").NoOptDefVal = releaseAll
}

// check refuses claims that release values unless that is wanted, and names
// that no such claim has.
func (r releases) check(claims *audit.Audit) error {
	var names []string
	for _, item := range claims.Items {
		what, err := item.Releases()
		if err != nil {
			return err
		}
		if what == "" {
			continue
		}
		names = append(names, item.Name)
		if !slices.Contains(r, releaseAll) && !slices.Contains(r, item.Name) {
			return fmt.Errorf("claim %q releases %s, not its verdict alone; --release=%q allows that: %w", item.Name, what, item.Name, fault.ErrUsage)
		}
	}
	for _, name := range r {
		if name == releaseAll && slices.Contains(names, releaseAll) {
			return fmt.Errorf("--release=%s: means all claims, or the one of that name; call it something else: %w", releaseAll, fault.ErrUsage)
		}
		if name != releaseAll && !slices.Contains(names, name) {
			return fmt.Errorf("--release=%q: no claim of that name releases anything: %w", name, fault.ErrUsage)
		}
	}
	return nil
}
