package main

import (
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/run"
)

func importCommand(a *app) *cobra.Command {
	var c run.DataConfig
	var dir string
	cmd := &cobra.Command{
		Use:   "import PART --rows FILE --opening FILE [--dir DIR]",
		Short: "Take a part that its owner has committed into a run",
		Long: `Checks that the rows are the ones committed in PART, by committing to them again
with the opening, and that the part's certificate is true; then adds the part to
DIR/run.toml. zkaudit commit takes it as it is, beside what it has committed already as
long as nothing is trained: several owners' parts are trained on together, and each
keeps the digest that its owner knows. Their encoding is one: zkaudit init --encoding
takes that of a part made with --publish-encoding.

Exit code 1: rows, opening, part and certificate do not belong together.`,
		Args: arguments(1, 1, "one part file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c.Part = args[0]
			d, err := a.open([]string{dir})
			if err != nil {
				return err
			}
			defer d.Close()
			r, err := d.Import(cmd.Context(), c)
			if err != nil {
				return err
			}
			a.note("zkaudit commit %s takes it into the dataset", dir)
			return a.result(r, func(w io.Writer) error {
				if err := writePart(w, "added to "+filepath.Join(dir, run.ConfigFile)+": part", r); err != nil {
					return err
				}
				return writeAttributes(w, "", r)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.File, "rows", "", "the owner's file of rows")
	f.StringVar(&c.Labels, "labels", "", "the owner's file of labels, where they are not in that of the rows")
	f.StringVar(&c.Opening, "opening", "", "what opens the part, readable by you alone")
	f.StringVar(&c.Name, "name", "", "what claims call the part (default: by its place)")
	f.StringVar(&dir, "dir", ".", "the run directory")
	return cmd
}
