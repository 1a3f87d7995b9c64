package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/proof/wrap/snarkjs"
)

// exportedSNARKs is what zkaudit export --snarkjs has written.
type exportedSNARKs struct {
	Folder string   `json:"folder"`
	Proofs []string `json:"proofs"` // folders in it
}

// exportSnarkjs verifies a bundle of mode zk-groth16 and writes the files that snarkjs
// takes: a folder for each proof, in a folder that is new.
func (a *app) exportSnarkjs(ctx context.Context, path, folder, setupFile string, insecure bool) error {
	if _, err := os.Lstat(folder); err == nil {
		return fmt.Errorf("%s is there: --snarkjs writes a new folder: %w", folder, fault.ErrUsage)
	}
	if err := foldersOf(folder); err != nil {
		return err
	}
	b, err := a.readBundle(path)
	if err != nil {
		return err
	}
	if m := b.Statement.Mode; m != mode.ZKGroth16 {
		return fmt.Errorf("the bundle is of mode %s, and snarkjs verifies proofs of mode %s alone: %w", m, mode.ZKGroth16, fault.ErrUsage)
	}
	setup, powers, err := a.verifierSetup(setupFile, b.Statement.RowBits, b.Statement.Setup)
	if err != nil {
		return err
	}
	r := &snarkjs.Recorder{Wraps: wrap.Verifier{Powers: powers, Cache: a.keys()}}
	if _, err := a.verifyBy(ctx, b, setup, insecure, r); err != nil {
		return err
	}
	made := exportedSNARKs{Folder: folder}
	err = artefact.NewFolder(folder, 0o755, func(dir string) error {
		for _, p := range r.Proofs() {
			if err := writeSNARK(filepath.Join(dir, p.Name), p.Files); err != nil {
				return err
			}
			made.Proofs = append(made.Proofs, p.Name)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return a.result(made, made.writeText)
}

func writeSNARK(folder string, files snarkjs.Files) error {
	if err := artefact.MakeFolder(folder, 0o755); err != nil {
		return err
	}
	for name, text := range files {
		if err := artefact.WriteFile(filepath.Join(folder, name), text, artefact.PublicMode); err != nil {
			return err
		}
	}
	return nil
}

func (e exportedSNARKs) writeText(w io.Writer) error {
	for _, name := range e.Proofs {
		at := filepath.Join(e.Folder, name)
		if _, err := fmt.Fprintf(w, "snarkjs groth16 verify %s %s %s\n", filepath.Join(at, snarkjs.KeyFile), filepath.Join(at, snarkjs.PublicFile), filepath.Join(at, snarkjs.ProofFile)); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w, "That is OK if each SNARK holds, and no verdict on the bundle: zkaudit verify also checks what each is about, and the commitments.")
	return err
}
