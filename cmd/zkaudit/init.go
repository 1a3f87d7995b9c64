package main

import (
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/run"
)

// initialising holds the flags of zkaudit init.
type initialising struct {
	config, unset     run.Config // unset: what config is where no flag is given
	files             filesOfParts
	like, from, round string
}

func initCommand(a *app) *cobra.Command {
	i := &initialising{}
	cmd := &cobra.Command{
		Use:   "init DIR {--model M.tflite --data FILE [--labels FILE] | --like DIR | --from-run DIR [--data FILE]}",
		Short: "Make a run directory with every choice spelled out in run.toml",
		Long:  aboutInit,
		Args:  arguments(1, 1, "the directory to make"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if i.like != "" {
				return a.initAs(args[0], i)
			}
			return a.initNew(args[0], i, cmd.Flags().Changed("commit-test"))
		},
	}
	i.flags(cmd)
	i.unset = i.config
	return cmd
}

// initAs makes a run directory with the choices and committed parts of another one.
func (a *app) initAs(dir string, i *initialising) error {
	without, rest := i.config.Schedule.Without, i.config
	rest.Schedule.Without = nil
	alone := i.from == "" && reflect.DeepEqual(rest, i.unset) && reflect.DeepEqual(i.files, filesOfParts{})
	switch {
	case !alone || i.round != "" && len(without) > 0:
		return fmt.Errorf("--like goes with --without alone, or with --round: every other choice is that of %s: %w", i.like, fault.ErrUsage)
	case i.round != "":
		return a.initRound(dir, i.like, i.round)
	}
	return a.initLike(dir, i.like, without)
}

// initNew makes a run directory of choices of its own, and says what comes next.
// commitTest says that the flags tell whether rows held out are committed.
func (a *app) initNew(dir string, i *initialising, commitTest bool) (err error) {
	c := &i.config
	switch {
	case i.round != "":
		return fmt.Errorf("--round goes with --like, which names your run of the round before: %w", fault.ErrUsage)
	case i.from == "" && (c.Model.File == "" || len(i.files.data) == 0):
		return fmt.Errorf("init needs --model and --data; zkaudit model makes a model from data: %w", fault.ErrUsage)
	}
	if c.Data, err = i.files.config(); err != nil {
		return err
	}
	if c.Vocabulary, err = i.files.vocabularies(); err != nil {
		return err
	}
	if !commitTest {
		c.Test.Commit = len(c.Columns.Attributes)+len(i.files.constants) > 0
	}
	if err := run.FitsReading(".", c, a.memoryLimit()); err != nil {
		return err
	}
	found, err := a.initRun(dir, i.from, c)
	if err != nil {
		return err
	}
	a.remark(found.Remarks)
	if c.Proof.Setup == run.DevelopmentSetup {
		a.note("INSECURE: proofs will be made with the development setup; anyone can forge such proofs. Set proof.setup for anything but trying.")
	}
	if err := a.result(initialised{*c, found.Parts}, func(w io.Writer) error {
		fmt.Fprintf(w, "%s: loss %s, batch %d, %s, rate %s, segments of %d steps\n",
			filepath.Join(dir, run.ConfigFile), c.Training.Loss, c.Training.Batch, length(c), rate(c), c.Training.SegmentSteps)
		return writeDivisions(w, c, found.Parts)
	}); err != nil {
		return err
	}
	a.next("commit", dir)
	return nil
}

// initialised is what init has made: every choice, and how rows are divided.
type initialised struct {
	run.Config
	Parts []run.Division `json:"parts"`
}

// writeDivisions says which rows are trained on, and that numbers are scaled by
// them alone.
func writeDivisions(w io.Writer, c *run.Config, parts []run.Division) error {
	for _, p := range parts {
		asked := ""
		if p.Held > 0 && p.Held != c.Test.Rows {
			asked = fmt.Sprintf(" (%d asked for; equal rows stay on one side)", c.Test.Rows)
		}
		if _, err := fmt.Fprintf(w, "part %q: %s trained on, %d held out%s\n", p.Part, counted(p.Trained, "row"), p.Held, asked); err != nil {
			return err
		}
	}
	if !c.Tabular() || c.Columns.Encoding != "" || c.Columns.Normalise == "none" && c.Columns.NormaliseTargets == "none" || c.Data[0].Part != "" {
		return nil
	}
	_, err := fmt.Fprintf(w, "normalisation is fitted on the rows trained on of part %q\n", parts[0].Part)
	return err
}

// initRun makes a run directory, of a run that continues the one in another directory
// if that is named.
func (a *app) initRun(dir, from string, c *run.Config) (*run.Survey, error) {
	if from == "" {
		return run.Init(dir, c)
	}
	d, err := a.open([]string{from})
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.InitContinued(dir, c)
}

// initRound makes a run directory like another one, which starts from a round.
func (a *app) initRound(dir, like, round string) error {
	d, err := a.open([]string{like})
	if err != nil {
		return err
	}
	defer d.Close()
	c, err := d.InitRound(dir, round)
	if err != nil {
		return err
	}
	return a.result(c, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%s: as %s, with its committed parts, from the global weights of %s\n", filepath.Join(dir, run.ConfigFile), like, round)
		return err
	})
}

// initLike makes a run directory like another one.
func (a *app) initLike(dir, like string, without []string) error {
	d, err := a.open([]string{like})
	if err != nil {
		return err
	}
	defer d.Close()
	c, err := d.InitLike(dir, without)
	if err != nil {
		return err
	}
	return a.result(c, func(w io.Writer) error {
		left := "no row left out"
		if len(c.Schedule.Without) > 0 {
			left = "without " + strings.Join(c.Schedule.Without, ", ")
		}
		_, err := fmt.Fprintf(w, "%s: as %s, with its committed parts, %s\n", filepath.Join(dir, run.ConfigFile), like, left)
		return err
	})
}

func length(c *run.Config) string {
	if c.Training.Steps > 0 {
		return fmt.Sprintf("%d steps", c.Training.Steps)
	}
	return fmt.Sprintf("%d epochs", c.Training.Epochs)
}

func rate(c *run.Config) string {
	text := c.Training.Rate
	if len(c.Training.Rates) > 0 {
		text = fmt.Sprint(c.Training.Rates)
	}
	if w := c.Rate.WarmUp; w > 0 {
		text += fmt.Sprintf(" after a warm-up of %s", counted(w, "step"))
	}
	switch number.Decay(c.Rate.Decay) {
	case number.StepDecay:
		text += fmt.Sprintf(", times %s every %s", c.Rate.Factor, counted(c.Rate.Every, "step"))
	case number.CosineDecay:
		text += fmt.Sprintf(", by a cosine to %s", c.Rate.Floor)
	}
	return text
}
