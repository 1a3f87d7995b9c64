package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/cmd/internal/verify"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/run"
)

// Names of what an audit writes into the run directory.
const (
	auditFile  = run.AuditFile
	ledgerFile = run.LedgerFile
)

// auditing holds the flags of zkaudit audit.
type auditing struct {
	charging
	dir, out, html      string
	runs, parts, models []string
	formats             modelFormats
	dryRun              bool
	queue               queueFlags
	jobs                int
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
are, and why, for your eyes alone, without proving or charging any.

Claims are independent of one another. With --cluster URL, or --cluster-context NAME, they
go through a queue to your other machines that run zkaudit worker with the same
--cluster-key, as segments do (zkaudit prove --help); --cluster embedded starts a server in
this process, and --jobs worker processes for it.`,
		Args: arguments(1, 1, "one file of claims (and the name of a claim after =, as in --release=NAME)"),
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
	o.queue.add(c)
	f.IntVar(&o.jobs, "jobs", 1, "how many worker processes to start, each with memory of its own, for --cluster embedded")
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
	if err := o.checkQueue(c); err != nil {
		return err
	}
	d, err := a.open([]string{o.dir})
	if err != nil {
		return err
	}
	defer d.Close()
	elsewhere, err := o.elsewhere(a, d)
	if err != nil {
		return err
	}
	in, err := o.inputs(a, d)
	if err != nil {
		return err
	}
	in.Elsewhere = elsewhere
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
	if err := d.ForgetClaims(); err != nil {
		return err
	}
	if err := verify.WriteHTML(o.html, report); err != nil {
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
		_, err := io.WriteString(w, "\n"+written(out, expect))
		return err
	})
}

func firstOf(choice, otherwise string) string {
	if choice != "" {
		return choice
	}
	return otherwise
}
