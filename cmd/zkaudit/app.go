package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/zkaudit/zkaudit/cmd/internal/console"
	"github.com/zkaudit/zkaudit/cmd/internal/verify"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/run"
)

// app holds what all commands share.
type app struct {
	stdout   *os.File // results
	stderr   *os.File // progress and logs
	json     bool
	quiet    bool
	cache    string // directory of setup and keys
	progress string
	memory   string // that verifying and inspecting may take, as given
	limit    int64  // the same in bytes
	running  *cobra.Command
	speaking *console.Console // since flags are read
	// interruption is what is said where the command that is running was interrupted and
	// the same command does not continue it; "" otherwise.
	interruption string
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "zkaudit",
		Short: "Prove that a model was trained as claimed, and verify such proofs",
		Long: `zkaudit trains a TensorFlow Lite model in exact integer arithmetic and proves
every step: which rows were read, in which order, with which rate, from which
initial weights. Anyone can verify the resulting bundle without the model's
weights, the data or the trainer's machine.

A first look:        zkaudit demo
Without a model:     zkaudit model M.tflite --data D.csv
A run of your own:   zkaudit init DIR --model M.tflite --data D.csv
                     zkaudit commit DIR; zkaudit train DIR; zkaudit prove DIR
The auditor's side:  zkaudit verify DIR/bundle.zka --expect FILE
Claims on top:       zkaudit audit CLAIMS.toml --dir DIR
                     zkaudit audit verify DIR/audit.zka --bundle DIR/bundle.zka --expect FILE

Exit codes: 0 valid, or done; 1 false; 2 usage; 3 input that cannot be read or used;
4 model not supported; 5 not enough memory, disk or time; 6 another version, setup or key;
7 valid as far as it was compared, or given; 130 and 143 interrupted, by Ctrl-C and by SIGTERM.`,
		SilenceErrors: true, SilenceUsage: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("no command %q; zkaudit --help lists them: %w", args[0], fault.ErrUsage)
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			a.running, a.speaking = c, console.New("zkaudit", a.stdout, a.stderr, a.json)
			return a.checkFlags()
		},
	}
	flags := root.PersistentFlags()
	flags.BoolVar(&a.json, "json", false, "print the result as JSON")
	flags.StringVar(&a.cache, "cache", "", "directory that keeps generators, the development setup and verifying keys; whoever writes there is trusted (default: the user's cache)")
	flags.BoolVarP(&a.quiet, "quiet", "q", false, "no progress, no notes; errors and results only")
	flags.StringVar(&a.memory, "max-memory", memory.Format(memory.Default), "how much memory a command may take; it is estimated first. Where it is not given, work on your own run takes what the machine gives")
	flags.StringVar(&a.progress, "progress", "auto", "how to show progress: auto, plain or none")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return fmt.Errorf("%w: %w", err, fault.ErrUsage) })
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetHelpCommand(helpCommand())
	root.AddCommand(aggregateCommand(a), demoCommand(a), doctorCommand(a), inspectCommand(a), modelCommand(a), initCommand(a), calibrateCommand(a), commitCommand(a), importCommand(a), trainCommand(a), proveCommand(a), verifyCommand(a), auditCommand(a), ceremonyCommand(a), encodeCommand(a), estimateCommand(a), evmCommand(a), exportCommand(a), inferCommand(a), openCommand(a), reportCommand(a), setupCommand(a), versionCommand(a), workerCommand(a))
	return root
}

// helpCommand is cobra's, but for names of no command, which are refused.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about any command",
		RunE: func(c *cobra.Command, args []string) error {
			of, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return fmt.Errorf("no command %q; zkaudit --help lists them: %w", strings.Join(args, " "), fault.ErrUsage)
			}
			return of.Help()
		},
	}
}

func (a *app) checkFlags() (err error) {
	if a.limit, err = memory.Parse(a.memory); err != nil {
		return fmt.Errorf("--max-memory: %w", err)
	}
	switch a.progress {
	case "auto", "plain", "none":
		return nil
	}
	return fmt.Errorf("--progress %q: want auto, plain or none: %w", a.progress, fault.ErrUsage)
}

// report prints an error and returns the exit code. Whatever the error holds of
// a file, it is one line, and the first word is the program's.
func (a *app) report(err error) int {
	if errors.Is(err, context.Canceled) {
		what := "what is done is kept, the same command continues"
		if a.interruption != "" {
			what = a.interruption
		}
		a.say("zkaudit: interrupted; " + what)
		return fault.ExitInterrupted
	}
	return a.console().Report(err, a.textOf)
}

// textOf is what an error says, with settings called as the command that is
// running takes them: by flags, or else by their keys in run.toml.
func (a *app) textOf(err error) string {
	flags, keys := settingsOf(a.running), false
	text := fault.Text(err, func(key string) string {
		if flag, ok := flags[key]; ok {
			return "--" + flag
		}
		keys = true
		return key
	})
	if text == "" { // a kind alone
		return err.Error()
	}
	if keys && !strings.Contains(text, run.ConfigFile) {
		text += " (in " + run.ConfigFile + ")"
	}
	return text
}

// settingAnnotation marks a flag that is a setting of run.toml, by its key there.
const settingAnnotation = "setting"

// setsKeys tells which settings of run.toml the flags are, by key.
func setsKeys(f *pflag.FlagSet, keys map[string]string) {
	for flag, key := range keys {
		f.Lookup(flag).Annotations = map[string][]string{settingAnnotation: {key}}
	}
}

// settingsOf returns the flags of a command that are settings, by key.
func settingsOf(c *cobra.Command) map[string]string {
	flags := map[string]string{}
	if c != nil {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			for _, key := range f.Annotations[settingAnnotation] {
				flags[key] = f.Name
			}
		})
	}
	return flags
}

// say prints a line beside the result: errors, notes and warnings.
func (a *app) say(text string) { a.console().Say(text) }

// console is one since flags are read, so that it knows whether it has printed a result.
func (a *app) console() *console.Console {
	if a.speaking != nil {
		return a.speaking
	}
	return console.New("zkaudit", a.stdout, a.stderr, a.json)
}

// arguments accepts between low and high of them, named for the message.
func arguments(low, high int, names string) cobra.PositionalArgs {
	return console.Arguments(low, high, names)
}

// note prints a line beside the result, unless asked to be quiet.
func (a *app) note(format string, args ...any) {
	if !a.quiet {
		a.say(fmt.Sprintf(format, args...))
	}
}

// next says what comes after a stage of a run.
func (a *app) next(command, dir string) { a.note("next: zkaudit %s %s", command, dir) }

// remark prints what an owner should know of the data, unless asked to be quiet.
func (a *app) remark(list []error) {
	for _, r := range list {
		a.note("note: %s", a.textOf(r))
	}
}

// result prints a value as JSON, or by text. Either way nothing in it steers a
// terminal.
func (a *app) result(v any, text func(w io.Writer) error) error { return a.console().Result(v, text) }

// verdict prints how a verification has ended that has printed no report, where results
// are JSON, and returns its error.
func (a *app) verdict(err error) error { return a.console().Verdict(err, a.textOf) }

// cacheDir keeps generators, the development setup and keys; "" if there is no place
// for them.
func (a *app) cacheDir() string { return console.CacheDir(a.cache) }

// keyDir keeps the keys of wrapped proofs.
func (a *app) keyDir() string {
	if dir := a.cacheDir(); dir != "" {
		return filepath.Join(dir, "keys")
	}
	return ""
}

// keys is the cache of keys. Where it cannot be used, a note says so.
func (a *app) keys() *wrap.Cache {
	c := wrap.NewCache(a.keyDir())
	c.Warn, c.MaxMemory = a.keysNotKept, a.limit
	return c
}

// readFile reads a stranger's file of at most `most` bytes, that takes `times` its
// size to decode. Errors wrap fault.ErrResources where that is more memory than
// allowed, before it is read.
func (a *app) readFile(path string, most, times int64) ([]byte, error) {
	return verify.ReadFile(path, most, times, a.limit)
}

func (a *app) keysNotKept(err error) {
	a.note("verifying keys are not kept, and will be derived again the next time: %v", err)
}

// open opens the run directory that the arguments name.
func (a *app) open(args []string) (*run.Directory, error) {
	dir := "."
	if len(args) > 0 {
		dir = args[0]
	}
	d, err := run.Open(dir, run.Options{Progress: a.newProgress(), CacheDir: a.cacheDir(), KeysNotKept: a.keysNotKept, Memory: a.memoryLimit()})
	if err == nil && d.Config.Proof.Mode == string(mode.ZKGroth16) && a.cacheDir() == "" {
		d.Close()
		return nil, fmt.Errorf("proofs of mode %s need a place for their keys, without which nobody can verify them: this system names none, --cache does: %w", mode.ZKGroth16, fault.ErrUsage)
	}
	return d, err
}

// memoryLimit is how much the work on a run of the user's own may take: what the
// machine gives, and no more than --max-memory where that is given.
func (a *app) memoryLimit() memory.Limit {
	if a.running.Flags().Changed("max-memory") {
		return memory.Lowest(a.limit)
	}
	return memory.Lowest(0)
}

// insecure warns of the development setup.
func (a *app) insecure(yes bool) {
	if yes {
		a.say("INSECURE: made with the development setup; anyone can forge such proofs. For trying only.")
	}
}
