package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"

	"github.com/zkaudit/zkaudit/attest"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// attesting holds the flags of verifiers that state what they have verified.
type attesting struct{ out, key string }

func (o *attesting) flags(f *pflag.FlagSet) {
	f.StringVar(&o.out, "attest", "", "sign what was verified and compared, and write the in-toto statement here")
	f.StringVar(&o.key, "key", "", "the private key to sign with: PEM, PKCS#8, Ed25519 or ECDSA P-256, readable by you alone")
}

// check refuses flags that contradict one another, a statement in the place of one of the
// files that are read, and a key that cannot sign, before anything is verified.
func (o *attesting) check(unpinned, insecure bool, inputs ...string) error {
	switch {
	case (o.out == "") != (o.key == ""):
		return fmt.Errorf("--attest names the statement to write, --key signs it: both or none: %w", fault.ErrUsage)
	case o.out == "":
		return nil
	case unpinned:
		return fmt.Errorf("--attest states that everything was compared that decides a run, --unpinned does without: %w", fault.ErrUsage)
	case insecure:
		return fmt.Errorf("--attest states that proofs hold; with --allow-insecure-setup anyone can forge them: %w", fault.ErrUsage)
	}
	if err := writable(o.out, append(inputs, o.key)...); err != nil {
		return err
	}
	_, err := readSigner(o.key)
	return err
}

// write signs what a verifier states, if that is asked for.
func (o *attesting) write(ctx context.Context, state func(attest.Verifier) (*attest.Statement, error)) error {
	if o.out == "" {
		return nil
	}
	st, err := state(attest.Verifier{Version: programVersion(), At: time.Now()})
	if err != nil {
		return err
	}
	return writeSigned(ctx, st, o.key, o.out)
}

// readSigner reads a private key from a file.
func readSigner(keyFile string) (*attest.Signer, error) {
	key, err := artefact.ReadPrivateFile(keyFile, attest.MaxKey)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	signer, err := attest.NewSigner(key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", keyFile, err)
	}
	return signer, nil
}

// signModel returns the model signature of a file with the key in another.
func signModel(ctx context.Context, model attest.File, keyFile string) ([]byte, error) {
	signer, err := readSigner(keyFile)
	if err != nil {
		return nil, err
	}
	return attest.ModelSignature(ctx, signer, model)
}

// writeSigned writes a statement in an envelope signed with the key in a file.
func writeSigned(ctx context.Context, st *attest.Statement, keyFile, out string) error {
	signer, err := readSigner(keyFile)
	if err != nil {
		return err
	}
	envelope, err := signer.Sign(ctx, st)
	if err != nil {
		return err
	}
	return artefact.WriteFile(out, envelope, artefact.PublicMode)
}

// writable refuses an output that has no folder, or is one of the files read.
func writable(out string, inputs ...string) error {
	if err := foldersOf(out); err != nil {
		return err
	}
	there, err := os.Stat(out)
	if err != nil {
		return nil // a new file
	}
	for _, path := range inputs {
		if info, err := os.Stat(path); err == nil && os.SameFile(there, info) {
			return fmt.Errorf("%s is read, and cannot be what is written: %w", path, fault.ErrUsage)
		}
	}
	return nil
}
