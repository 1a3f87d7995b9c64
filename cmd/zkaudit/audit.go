package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/run"
)

// Names of what an audit writes into the run directory.
const (
	auditFile  = run.AuditFile
	ledgerFile = run.LedgerFile

	expectSuffix = "-expect.toml" // behind the name of an audit: what it is about
	claimsSuffix = "-claims.toml" // the claim that zkaudit infer has made
)

// auditing holds the flags of zkaudit audit.
type auditing struct {
	charging
	dir, out, html      string
	runs, parts, models []string
	formats             modelFormats
	dryRun              bool
	release             releases
}

func auditCommand(a *app) *cobra.Command {
	var o auditing
	c := &cobra.Command{
		Use:   "audit CLAIMS.toml [--dir DIR]",
		Short: "Prove claims about committed data and a trained model",
		Long: `Proves every claim of a file about what is committed: the parts of DIR are called
as in its run.toml, the rows held out of part NAME are part NAME-test (by default:
part-000, test-000 ...; zkaudit commit prints the names, zkaudit inspect a part's
attributes), its training run is called "run". A file of claims is written by hand,
for instance

  [[claim]]
  kind = "performance"
  model = "run"
  parts = ["test-000"]
  metric = "accuracy"
  at_least = "0.9"

Kinds: ` + kinds() + `;
docs/audits.md has what each takes and says, a wrong key is answered by the right ones.

Nothing is opened, and nothing but verdicts is released unless a claim asks for more
and --release=NAME allows it, or --release for all claims. What is released about each
part is recorded in DIR/ledger.jsonl, and refused beyond a budget. Claims about a model
are charged to the parts it was trained on, too.

  zkaudit audit claims.toml --dir runs/census --html report.html
  zkaudit audit claims.toml --dir d --release=women-and-men
  zkaudit audit claims.toml --dir all --run without=other
  zkaudit audit claims.toml --dir d --part works=w.part,w.opening,w.csv
  zkaudit audit claims.toml --dir d --model embedder=embedder.tflite

A model is public: its weights are not hidden, its answers about committed rows are,
and are proven. The verifier needs its file.

Writes DIR/audit.zka for the verifier, and audit-expect.toml beside it (x-expect.toml
with --out x.zka): what it is about, to be compared with other sources. Exit code 1: a
claim is false, which costs a bit, since whoever asked learns it; --dry-run says which
are, and why, for your eyes alone, without proving or charging any.`,
		Args: arguments(1, 1, "one file of claims (and the name of a claim behind =, as in --release=NAME)"),
		RunE: func(c *cobra.Command, args []string) error { return a.audit(c, args[0], &o) },
	}
	f := c.Flags()
	f.StringVar(&o.dir, "dir", ".", "the run directory")
	f.StringArrayVar(&o.runs, "run", nil, "NAME=DIR: another training run that claims name")
	f.StringArrayVar(&o.parts, "part", nil, "NAME=PART,OPENING,ROWS[,LABELS]: another committed part that claims name")
	f.StringArrayVar(&o.models, "model", nil, "NAME=FILE.tflite: a public model that claims name")
	o.formats.add(f)
	f.StringVar(&o.out, "out", "", "the audit to write (default DIR/"+auditFile+")")
	f.BoolVar(&o.dryRun, "dry-run", false, "find out which claims hold, in seconds, and prove nothing")
	f.StringVar(&o.html, "html", "", "write the report as one HTML page, too")
	o.flags(f)
	o.release.flag(f)
	c.AddCommand(auditVerifyCommand(a))
	return c
}

// kinds lists the kinds of claims in lines of a help text.
func kinds() string {
	text, width := "", len("Kinds: ")
	for i, kind := range slices.Sorted(maps.Keys(audit.Kinds())) {
		if i > 0 {
			text, width = text+",", width+1
		}
		if width+1+len(kind) > 84 {
			text, width = text+"\n", 0
		} else if i > 0 {
			text, width = text+" ", width+1
		}
		text, width = text+kind, width+len(kind)
	}
	return text
}

func (a *app) audit(c *cobra.Command, path string, o *auditing) error {
	claims, err := audit.Load(path)
	if err != nil {
		return err
	}
	if !o.dryRun {
		if err := o.release.check(claims); err != nil {
			return err
		}
	}
	d, err := a.open([]string{o.dir})
	if err != nil {
		return err
	}
	defer d.Close()
	in, err := o.inputs(a, d)
	if err != nil {
		return err
	}
	if o.dryRun {
		return a.checkClaims(claims, in)
	}
	out := firstOf(o.out, filepath.Join(o.dir, auditFile))
	if err := foldersOf(out, o.html); err != nil {
		return err
	}
	report, err := a.proveAudit(c, claims, in, out)
	if err != nil {
		return err
	}
	if err := writeHTML(o.html, report); err != nil {
		return err
	}
	expect, err := writeExpectation(out, path, in.Mode, report)
	if err != nil {
		return err
	}
	return a.proven(report, out, expect)
}

// checkClaims says whether the claims hold, for the owner's eyes.
func (a *app) checkClaims(claims *audit.Audit, in *audit.Inputs) error {
	if err := audit.Check(claims, in); err != nil {
		return err
	}
	checked := struct {
		Hold int `json:"hold"` // claims
	}{len(claims.Items)}
	return a.result(checked, func(w io.Writer) error {
		says := "the claim holds"
		if checked.Hold > 1 {
			says = fmt.Sprintf("all %d claims hold", checked.Hold)
		}
		_, err := fmt.Fprintf(w, "%s; nothing is proven or released\n", says)
		return err
	})
}

// proveAudit proves the claims and writes the audit.
func (a *app) proveAudit(c *cobra.Command, claims *audit.Audit, in *audit.Inputs, out string) (*audit.Report, error) {
	if progress := a.newProgress(); progress != nil {
		defer run.ShowClaims(progress, in)()
	}
	made, report, err := audit.Prove(c.Context(), claims, in)
	if err != nil {
		return nil, err
	}
	a.insecure(report.Insecure)
	encoded, err := made.Marshal()
	if err != nil {
		return nil, err
	}
	return report, artefact.WriteFile(out, encoded, artefact.PublicMode)
}

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
		if err := addPart(in, in.By.SRS, named); err != nil {
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

func addPart(in *audit.Inputs, srs *commitments.SRS, named string) error {
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
	part, certificate, err := owner.PartFiles{Part: files[0], Opening: files[1], Rows: files[2], Labels: strings.Join(files[3:], "")}.Open(srs)
	if errors.Is(err, fault.ErrRejected) { // that files given do not fit is no verdict on a claim
		return fmt.Errorf("--part %q: the files do not belong together: %w: %v", named, fault.ErrUsage, fault.Text(err, nil))
	}
	if err != nil {
		return fmt.Errorf("part %s: %w", name, err)
	}
	in.Parts[name], in.Certificates[name] = part, certificate
	return nil
}

// foldersOf refuses files to be written where there is no folder: better now
// than when everything is proven.
func foldersOf(files ...string) error {
	for _, file := range files {
		if info, err := os.Stat(filepath.Dir(file)); file != "" && (err != nil || !info.IsDir()) {
			return fmt.Errorf("%s cannot be written: %s is no folder: %w", file, filepath.Dir(file), fault.ErrInput)
		}
	}
	return nil
}

// proven prints the report, and what has been written for whom.
func (a *app) proven(r *audit.Report, out, expect string) error {
	return a.result(r, func(w io.Writer) error {
		if err := r.WriteText(w); err != nil {
			return err
		}
		_, err := fmt.Fprintf(w, "\nWritten: %s for the verifier, and %s, what it is about, to be compared with other sources\n", out, expect)
		return err
	})
}

// writeExpectation writes what the audit in a file is about beside it, and
// returns the name.
func writeExpectation(out, claims string, m mode.Name, r *audit.Report) (string, error) {
	path := beside(out, expectSuffix)
	claims, err := relativeTo(filepath.Dir(path), claims)
	if err != nil {
		return "", err
	}
	expect := auditExpectation{Mode: string(m), Claims: claims, Parts: map[string]string{}, Runs: map[string]string{}, Models: map[string]modelPin{}}
	for _, p := range r.Parts {
		expect.Parts[p.Name] = p.Digest
	}
	for _, run := range r.Runs {
		expect.Runs[run.Name] = run.Digest
	}
	for _, m := range r.Models {
		expect.Models[m.Name] = pinOf(m)
	}
	return path, expect.write(path)
}

// beside names another file after an audit: audit.zka, audit-expect.toml.
func beside(out, suffix string) string { return strings.TrimSuffix(out, filepath.Ext(out)) + suffix }

// auditExpectation is what a verifier requires of an audit. What is missing is
// reported as NOT CHECKED.
type auditExpectation struct {
	Mode string `toml:"mode"` // of the proofs
	// Claims is the file of the claims that must have been proven, relative to
	// this one.
	Claims string            `toml:"claims"`
	Parts  map[string]string `toml:"parts"` // digests by name
	Runs   map[string]string `toml:"runs"`  // digests of statements by name
	// RunExpect names files that say what is required of the bundles of runs, as
	// zkaudit verify --expect takes them, relative to this one.
	RunExpect map[string]string   `toml:"run_expect,omitempty"`
	Models    map[string]modelPin `toml:"models"` // public ones, by name
}

const auditExpectHead = `# What the audit beside this file claims to be about, as an expectation for
#   zkaudit audit verify --expect
# A verifier does not take these values from the prover: compare each with its own
# source (the data's owners, the training bundle, whoever publishes a model, the file
# of claims that was agreed on), and delete those that do not matter.
`

func (e *auditExpectation) write(path string) error {
	text, err := toml.Marshal(e)
	if err != nil {
		return fmt.Errorf("%s: %w: %v", path, fault.ErrInput, err)
	}
	return artefact.WriteFile(path, append([]byte(auditExpectHead), text...), artefact.PublicMode)
}

// writeHTML writes the report as a page, if a file is asked for.
func writeHTML(path string, r *audit.Report) error {
	if path == "" {
		return nil
	}
	var page strings.Builder
	if err := r.WriteHTML(&page); err != nil {
		return err
	}
	return artefact.WriteFile(path, []byte(page.String()), artefact.PublicMode)
}

func firstOf(choice, otherwise string) string {
	if choice != "" {
		return choice
	}
	return otherwise
}

// relativeTo returns a path that is relative to the working directory as one
// relative to dir.
func relativeTo(dir, path string) (string, error) {
	from, err := filepath.Abs(dir)
	if err == nil {
		if path, err = filepath.Abs(path); err == nil {
			path, err = filepath.Rel(from, path)
		}
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w: %w", path, fault.ErrInput, err)
	}
	return path, nil
}
