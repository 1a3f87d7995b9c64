package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/cmd/internal/verify"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// chainExport holds the flags of zkaudit evm export.
type chainExport struct {
	out, setup string
	insecure   bool
	bundles    []string
}

func evmExportCommand(a *app) *cobra.Command {
	var o chainExport
	c := &cobra.Command{
		Use:   "export FILE --out DIR",
		Short: "Write what a chain is given of a bundle, a part or an audit",
		Long: `Verifies a bundle, a part or an audit, and writes for each of its proofs what the
contract ArgumentVerifier is called with, in a folder that is new: the class of the
proof, which is registered once, and the call that verifies the proof, as calldata and
in its parts. The contracts themselves are written, too, compiled.

A call that goes through says that the proof holds of the head and the class that it
names. Which training that is, whose rows it read and what it is paid for is for the
contracts DatasetRegistry, TrainingVerifier and Marketplace.

  zkaudit evm export run/bundle.zka --out chain --setup setup.powers

--setup needs the whole setup, not its part for verifiers: public tables that a chain
does not evaluate are committed to. Exit code 4: a chain cannot verify such proofs; the
message says what to change. Others are those of zkaudit verify.`,
		Args: arguments(1, 1, "one bundle, part or audit"),
		RunE: func(c *cobra.Command, args []string) error {
			if o.out == "" {
				return fmt.Errorf("evm export needs --out, a new folder: %w", fault.ErrUsage)
			}
			if _, err := os.Lstat(o.out); err == nil {
				return fmt.Errorf("%s is there: evm export writes a new folder: %w", o.out, fault.ErrUsage)
			}
			if err := foldersOf(o.out); err != nil {
				return err
			}
			made, err := a.exportToChain(c.Context(), args[0], &o)
			if err != nil {
				return err
			}
			return a.result(made, made.writeText)
		},
	}
	f := c.Flags()
	f.StringVar(&o.out, "out", "", "the folder to write, which must be new")
	f.StringVar(&o.setup, "setup", "", "the powers of tau you trust (default: the INSECURE development ones)")
	f.StringArrayVar(&o.bundles, "bundle", nil, "of an audit: the bundle of a run that claims name")
	f.BoolVar(&o.insecure, "allow-insecure-setup", false, "accept the development setup, with which anyone can forge")
	return c
}

// chainCall is a call as a file states it.
type chainCall struct {
	Name       string   `json:"name"`
	Class      string   `json:"class"`
	Head       string   `json:"head"`
	External   []string `json:"external"` // x and y of every row
	Proof      string   `json:"proof"`
	Data       string   `json:"data"` // the calldata
	Rows       int      `json:"rows"`
	Gas        int      `json:"gas"` // estimated
	GasPerRow  int      `json:"gas_per_row"`
	Descriptor int      `json:"descriptor_bytes"`
}

// chainClass is a class as a file states it.
type chainClass struct {
	Class      string `json:"class"`
	Descriptor string `json:"descriptor"`
	Data       string `json:"data"` // the calldata
}

// chainContract is a compiled contract as a file states it.
type chainContract struct {
	ABI      json.RawMessage `json:"abi"`
	Bin      string          `json:"bin"`      // code that deploys it
	Deployed string          `json:"deployed"` // code that stands on the chain
}

// chainExported is what zkaudit evm export has written.
type chainExported struct {
	Folder    string         `json:"folder"`
	Calls     []chainCall    `json:"calls"`
	Contracts []chainProgram `json:"contracts"`
}

// chainProgram is a contract by the size of its code.
type chainProgram struct {
	Name  string `json:"name"`
	Bytes int    `json:"bytes"`
}

func (a *app) exportToChain(ctx context.Context, path string, o *chainExport) (*chainExported, error) {
	exports, err := a.chainExports(ctx, path, o)
	if err != nil {
		return nil, err
	}
	made := &chainExported{Folder: o.out}
	return made, artefact.NewFolder(o.out, 0o755, func(dir string) error { return made.fill(dir, exports) })
}

// fill writes what a chain is given into a folder.
func (e *chainExported) fill(dir string, exports []evm.Export) (err error) {
	for _, x := range exports {
		class := chainClass{hexBytes(x.Class.ID[:]), hexBytes(x.Class.Descriptor), hexBytes(x.Class.RegisterData())}
		if err := writeJSON(filepath.Join(dir, "classes", class.Class+".json"), class); err != nil {
			return err
		}
		call := callOf(&x)
		if err := writeJSON(filepath.Join(dir, "calls", x.Name+".json"), call); err != nil {
			return err
		}
		e.Calls = append(e.Calls, call)
	}
	e.Contracts, err = writeContracts(filepath.Join(dir, "contracts"))
	return err
}

func callOf(x *evm.Export) chainCall {
	gas := x.Class.Gas(x.Call)
	c := chainCall{
		Name: x.Name, Class: hexBytes(x.Call.Class[:]), Head: hexBytes(x.Call.Head), Proof: hexBytes(x.Call.Proof), Data: hexBytes(x.Call.Data()),
		Rows: gas.Rows, Gas: gas.Total(), GasPerRow: gas.PerRow, Descriptor: len(x.Class.Descriptor),
	}
	for _, n := range x.Call.External {
		c.External = append(c.External, hexBytes(n.FillBytes(make([]byte, 32))))
	}
	return c
}

// chainExports verifies a file of any kind and returns what a chain is given of its
// proofs.
func (a *app) chainExports(ctx context.Context, path string, o *chainExport) ([]evm.Export, error) {
	h, is, err := verify.HeaderOf(path)
	switch {
	case err != nil:
		return nil, err
	case is && h.Kind == audit.Kind():
		return a.chainExportsOfAudit(ctx, path, o)
	case len(o.bundles) > 0:
		return nil, fmt.Errorf("--bundle goes with an audit: %w", fault.ErrUsage)
	case is && h.Kind == bundle.PartKind():
		return a.chainExportsOfPart(ctx, path, o)
	}
	b, err := a.readBundle(path)
	if err != nil {
		return nil, err
	}
	if err := onChain(b.Statement.Mode); err != nil {
		return nil, err
	}
	setup, powers, err := a.verifierSetup(o.setup, b.Statement.RowBits, b.Statement.Setup)
	if err != nil {
		return nil, err
	}
	e := a.exporter(o.setup, powers)
	_, err = a.verifyBy(ctx, b, setup, o.insecure, e)
	return e.Exports(), err
}

func (a *app) chainExportsOfPart(ctx context.Context, path string, o *chainExport) ([]evm.Export, error) {
	var e *evm.Exporter
	_, err := a.verifyPart(ctx, path, o.setup, o.insecure, func(powers *commitments.Setup) mode.Wraps {
		e = a.exporter(o.setup, powers)
		return e
	})
	if err != nil {
		return nil, err
	}
	return e.Exports(), nil
}

// verifyPart reads a part that a chain takes, and verifies its certificate.
func (a *app) verifyPart(ctx context.Context, path, setupFile string, insecure bool, wraps func(powers *commitments.Setup) mode.Wraps) (*bundle.PartFile, error) {
	p, err := readChainPart(path)
	if err != nil {
		return nil, err
	}
	setup, powers, err := a.verifierSetup(setupFile, p.RowBits, p.Setup)
	if err != nil {
		return nil, err
	}
	if setup.Insecure && !insecure {
		return nil, fmt.Errorf("the part was certified with the INSECURE development setup: anyone can forge such certificates; --allow-insecure-setup takes it all the same: %w", fault.ErrVersion)
	}
	return p, fault.Verdict(p.Verify(ctx, &mode.Verifier{Setup: setup, Wraps: wraps(powers)}))
}

// readChainPart reads a part whose certificate a chain can verify.
func readChainPart(path string) (*bundle.PartFile, error) {
	p, err := bundle.ReadPart(path)
	if err != nil {
		return nil, err
	}
	return p, onChain(p.Mode)
}

// chainExportsOfAudit leaves out the proofs of the bundles that the audit is about:
// they are exported with these.
func (a *app) chainExportsOfAudit(ctx context.Context, path string, o *chainExport) ([]evm.Export, error) {
	var e *evm.Exporter
	v := auditVerifying{}
	v.Accepts = onChain
	v.Bundles, v.Setup, v.Insecure = o.bundles, o.setup, o.insecure
	v.Wraps = func(powers *commitments.Setup) mode.Wraps {
		e = a.exporter(o.setup, powers)
		return e
	}
	if _, _, err := a.verifyAudit(ctx, path, &v); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(e.Exports(), func(x evm.Export) bool { return !strings.HasPrefix(x.Name, "audit-") }), nil
}

// onChain refuses a mode whose proofs no contract verifies.
func onChain(m mode.Name) error {
	if m.Wrapped() {
		return nil
	}
	return fmt.Errorf("proofs of mode %s are not verified on a chain: those of modes %s and %s are, which init --mode asks for: %w", m, mode.ZKGroth16, mode.ZKPLONK, fault.ErrUnsupported)
}

// exporter makes what verifies proofs and keeps them for a chain.
func (a *app) exporter(setupFile string, powers *commitments.Setup) *evm.Exporter {
	return &evm.Exporter{
		Wraps: wrap.Verifier{Powers: powers, Cache: a.keys()},
		Whole: func(v *commitments.VerifierSetup) (*commitments.Setup, error) {
			return a.committingSetup(setupFile, v.RowBits, v.ID)
		},
	}
}

// writeContracts writes the compiled contracts.
func writeContracts(folder string) ([]chainProgram, error) {
	names, err := evm.Artefacts()
	if err != nil {
		return nil, err
	}
	var programs []chainProgram
	for _, name := range names {
		c, err := evm.ArtefactOf(name)
		if err != nil {
			return nil, err
		}
		file := chainContract{c.ABI, hexBytes(c.Bin), hexBytes(c.Deployed)}
		if err := writeJSON(filepath.Join(folder, name+".json"), file); err != nil {
			return nil, err
		}
		if len(c.Deployed) > 0 { // no interface
			programs = append(programs, chainProgram{name, len(c.Deployed)})
		}
	}
	return programs, nil
}

func hexBytes(b []byte) string { return "0x" + hex.EncodeToString(b) }

func writeJSON(path string, content any) error {
	text, err := json.MarshalIndent(content, "", "  ")
	if err != nil {
		return fmt.Errorf("%s: %w: %v", path, fault.ErrInput, err)
	}
	if err := artefact.MakeFolder(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return artefact.WriteFile(path, append(text, '\n'), artefact.PublicMode)
}

func (e *chainExported) writeText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "proof\tgas, about\t\tcalldata\tclass")
	for _, c := range e.Calls {
		fmt.Fprintf(t, "%s\t%d\t= %d + %d·%d rows\t%d bytes\t%s, %d bytes\n", c.Name, c.Gas, c.Gas-c.GasPerRow*c.Rows, c.GasPerRow, c.Rows, len(c.Data)/2-1, c.Class[:18], c.Descriptor)
	}
	for _, p := range e.Contracts {
		fmt.Fprintf(t, "%s\t\t\t\t%d bytes of code, of 24576\n", p.Name, p.Bytes)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "Written to %s. A call says that its proof holds, and nothing of what it is about: see docs/evm.md.\n", e.Folder)
	return err
}
