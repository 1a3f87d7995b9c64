package main

import (
	"bytes"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/kzg"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// What is wrong with the setup to verify with is the verifier's matter: no verdict.
func TestPowersAreNoVerdict(t *testing.T) {
	const rowBits = 3
	whole, err := commitments.NewDevelopment(rowBits)
	if err != nil {
		t.Fatal(err)
	}
	all, err := whole.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	part, err := whole.Verifier().MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	older := func(file []byte) []byte {
		h, err := artefact.DecodeHeader(file)
		if err != nil {
			t.Fatal(err)
		}
		h.Version++
		return artefact.Encode(h, file[56:len(file)-32])
	}
	damaged := bytes.Clone(all)
	damaged[200] ^= 1
	dir := t.TempDir()
	for name, test := range map[string]struct {
		file []byte
		code int
	}{
		"whole": {all, fault.ExitOK}, "the verifier's part": {part, fault.ExitOK},
		"whole, of another version": {older(all), fault.ExitVersion}, "the part, of another version": {older(part), fault.ExitVersion},
		"damaged": {damaged, fault.ExitInput}, "truncated": {part[:80], fault.ExitInput}, "empty": {nil, fault.ExitInput}, "something else": {[]byte("setup"), fault.ExitInput},
	} {
		path := filepath.Join(dir, "setup")
		if err := os.WriteFile(path, test.file, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := (&app{}).verifierSetup(path, rowBits, [32]byte{})
		if code := fault.ExitCode(err); code != test.code {
			t.Errorf("%s: exit code %d, want %d: %v", name, code, test.code, err)
		}
	}
	if _, _, err := (&app{}).verifierSetup(filepath.Join(dir, "none"), rowBits, [32]byte{}); fault.ExitCode(err) != fault.ExitInput {
		t.Errorf("none: %v", err)
	}
}

// writeSRS writes powers of a τ that everybody knows as gnark does: srs FILE POWERS.
func writeSRS(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: srs FILE POWERS")
	}
	powers, err := strconv.Atoi(args[1])
	ts.Check(err)
	s, err := kzg.NewSRS(uint64(powers), big.NewInt(3))
	ts.Check(err)
	var file bytes.Buffer
	_, err = s.WriteRawTo(&file)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), file.Bytes(), 0o600))
}
