package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/run"
)

// inputs opens everything that claims may name.
func (o *auditing) inputs(a *app, d *run.Directory) (*audit.Inputs, error) {
	in, err := d.Inputs()
	if err != nil {
		return nil, err
	}
	for _, named := range o.runs {
		if err := o.addRun(a, in, named); err != nil {
			return nil, err
		}
	}
	for _, named := range o.parts {
		if err := addPart(in, in.By.CommittedWith(), named); err != nil {
			return nil, err
		}
	}
	if err := o.addModels(in); err != nil {
		return nil, err
	}
	return in, o.open(in, d)
}

func (o *auditing) addRun(a *app, in *audit.Inputs, named string) error {
	name, dir, found := strings.Cut(named, "=")
	if !found || name == "" {
		return fmt.Errorf("--run %q: want NAME=DIR: %w", named, fault.ErrUsage)
	}
	if err := foreign.CheckName("--run: a run", name); err != nil {
		return fault.Recast(err, fault.ErrUsage)
	}
	if in.Runs[name] != nil {
		return fmt.Errorf("--run %q: there is another run of that name: %w", named, fault.ErrUsage)
	}
	d, err := a.open([]string{dir})
	if err != nil {
		return err
	}
	defer d.Close()
	other, err := d.Inputs()
	if err != nil {
		return fmt.Errorf("run %s: %w", name, err)
	}
	if in.Runs[name] = other.Runs[run.AuditedRun]; in.Runs[name] == nil {
		return fmt.Errorf("run %s: %s holds no bundle: run zkaudit prove first: %w", name, dir, fault.ErrUsage)
	}
	return nil
}

func addPart(in *audit.Inputs, setup *commitments.Setup, named string) error {
	name, list, _ := strings.Cut(named, "=")
	files := strings.Split(list, ",")
	if name == "" || len(files) < 3 || len(files) > 4 {
		return fmt.Errorf("--part %q: want NAME=PART,OPENING,ROWS[,LABELS]: %w", named, fault.ErrUsage)
	}
	if err := foreign.CheckName("--part: a part", name); err != nil {
		return fault.Recast(err, fault.ErrUsage)
	}
	if in.Parts[name] != nil {
		return fmt.Errorf("--part %q: there is another part of that name: %w", named, fault.ErrUsage)
	}
	part, certificate, err := owner.PartFiles{Part: files[0], Opening: files[1], Rows: files[2], Labels: strings.Join(files[3:], "")}.Open(setup)
	if errors.Is(err, fault.ErrRejected) { // that files given do not fit is no verdict on a claim
		return fmt.Errorf("--part %q: the files do not belong together: %w: %v", named, fault.ErrUsage, fault.Text(err, nil))
	}
	if err != nil {
		return fmt.Errorf("part %s: %w", name, err)
	}
	in.Parts[name], in.Certificates[name] = part, certificate
	return nil
}
