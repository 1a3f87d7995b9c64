package main

import (
	"encoding/hex"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

func setupCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "setup",
		Short: "Powers of tau of a ceremony, for proofs that a chain verifies",
		Long: `The default setup is transparent and needs nothing. Modes zk-plonk and zk-groth16,
whose proofs a chain can verify, need the powers of tau of a ceremony.`,
		Args: cobra.NoArgs,
	}
	c.AddCommand(setupImportCommand(a))
	return c
}

// importedSetup is what zkaudit setup import has found and written.
type importedSetup struct {
	File     string `json:"file"`
	SHA256   string `json:"sha256"`
	Powers   int    `json:"powers"`
	Ceremony int    `json:"ceremony,omitempty"` // powers, where the file says it
	Kept     int    `json:"kept"`
	RowBits  int    `json:"row_bits"`
	Circuits int    `json:"circuit_bits,omitempty"` // log2 of rows, 0 for no keys
	ID       string `json:"id"`
	Setup    string `json:"setup"`
	Verifier string `json:"verifier"`
}

func setupImportCommand(a *app) *cobra.Command {
	var out string
	var e commitments.Extent
	c := &cobra.Command{
		Use:   "import FILE --out FILE [--row-bits N] [--circuit-bits N]",
		Short: "Take the powers of tau of a ceremony from a file",
		Long: `Checks a file of powers of tau, over BN254 (bn128), in the format of snarkjs (.ptau)
or as gnark writes a kzg.SRS, and keeps the first 2^N powers: its parts against its length before they are read, every
point, and that the powers are consecutive, of a τ that is neither 0 nor 1. Nobody
can check that the ceremony's secrets were forgotten: compare the SHA-256 that is
printed with the one that the ceremony's publisher states.

  zkaudit setup import powersOfTau28_hez_final_20.ptau --out setup.powers --row-bits 16 --circuit-bits 19
  zkaudit init --mode zk-plonk --setup setup.powers --row-bits 16 …
  zkaudit verify bundle.zka --setup setup.powers

Mode zk-plonk derives its keys from the powers, more of them than a row has cells:
--circuit-bits keeps as many, for whoever proves and whoever verifies. It does not change
the ID: whoever keeps other numbers of powers has the same setup. In other modes a
verifier needs FILE.verifier only, a few hundred bytes. Exit code 3: the file is
no such file, or not sound; 4: it is for another curve.`,
		Args: arguments(1, 1, "a file of powers of tau"),
		RunE: func(c *cobra.Command, args []string) error {
			if out == "" {
				return fmt.Errorf("setup import needs --out, a file to write: %w", fault.ErrUsage)
			}
			r, err := importSetup(args[0], out, e)
			if err != nil {
				return err
			}
			return a.result(r, r.writeText)
		},
	}
	f := c.Flags()
	f.StringVar(&out, "out", "", "the setup to write; its part for verifiers is written beside it, as FILE.verifier")
	f.IntVar(&e.RowBits, "row-bits", commitments.DefaultRowBits, "log2 of how many powers to keep: as many as a committed row has cells")
	f.IntVar(&e.CircuitBits, "circuit-bits", 0, "keep enough powers for the keys of mode zk-plonk, too, of circuits of up to 2^N rows (a refusal says which N; 17 to 19 are usual)")
	return c
}

func importSetup(path, out string, e commitments.Extent) (*importedSetup, error) {
	s, r, err := readImported(path, e)
	if err != nil {
		return nil, err
	}
	verifier, err := s.Verifier().MarshalBinary()
	if err != nil {
		return nil, err
	}
	if err := commitments.WritePowers(out, s); err != nil {
		return nil, err
	}
	r.File, r.RowBits, r.ID, r.Setup, r.Verifier = path, e.RowBits, hex.EncodeToString(s.ID[:]), out, out+".verifier"
	r.Kept, r.Circuits = len(s.G1), s.CircuitBits()
	return r, artefact.WriteFile(r.Verifier, verifier, artefact.PublicMode)
}

// readImported reads a file in the format that it begins as.
func readImported(path string, e commitments.Extent) (*commitments.Setup, *importedSetup, error) {
	ptau, err := commitments.IsPTau(path)
	if err != nil {
		return nil, nil, err
	}
	if !ptau {
		s, about, err := commitments.ImportSRS(path, e)
		if err != nil {
			return nil, nil, err
		}
		return s, &importedSetup{SHA256: hex.EncodeToString(about.Digest[:]), Powers: about.Powers}, nil
	}
	s, about, err := commitments.ImportPTau(path, e)
	if err != nil {
		return nil, nil, err
	}
	return s, &importedSetup{SHA256: hex.EncodeToString(about.Digest[:]), Powers: 2<<about.Log - 1, Ceremony: 1 << about.Ceremony}, nil
}

func (r *importedSetup) writeText(w io.Writer) error {
	keys := "too few"
	if r.Circuits > 0 {
		keys = fmt.Sprintf("of circuits of up to 2^%d rows", r.Circuits)
	}
	_, err := fmt.Fprintf(w, `Setup     %d of %d powers of tau, consecutive, from %s
Rows      of 2^%d cells; keys of mode zk-plonk: %s
SHA-256   %s: compare with what the ceremony's publisher states
ID        %s: in every commitment and statement made with it
Written   %s, and %s for verifiers
`, r.Kept, r.Powers, r.File, r.RowBits, keys, r.SHA256, r.ID, r.Setup, r.Verifier)
	return err
}
