package audit

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// TestProveInOneMode: nothing is proven about what was committed for proofs of
// another mode, or for proofs of a mode that is not known.
func TestProveInOneMode(t *testing.T) {
	ctx := context.Background()
	for name, change := range map[string]struct {
		f    func(in *Inputs)
		says string
	}{
		"a part of zk-plonk":   {func(in *Inputs) { in.Parts["south"].(*owner.Part).Mode = mode.ZKPLONK }, "part south was committed for proofs of mode zk-plonk"},
		"a part of no mode":    {func(in *Inputs) { in.Parts["south"].(*owner.Part).Mode = "" }, "part south does not say"},
		"a run of zk-groth16":  {func(in *Inputs) { trained(in.Runs["net"]).Mode = mode.ZKGroth16 }, "run net was committed for proofs of mode zk-groth16"},
		"an audit in zk-plonk": {func(in *Inputs) { in.Mode = mode.ZKPLONK }, "part north was committed for proofs of mode validity"},
	} {
		_, in := inputs(t)
		change.f(in)
		if b, _, err := Prove(ctx, parse(t, claims), in); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), change.says) || b != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, in := inputs(t)
	in.Parts["other"] = &owner.Part{Mode: mode.ZKPLONK} // no claim names it
	if _, _, err := Prove(ctx, parse(t, claims), in); err != nil {
		t.Error(err)
	}
	in.Parts["north"].(*owner.Part).Mode = mode.ZKGroth16
	if _, err := in.Parts["north"].(*owner.Part).Certify(ctx, mode.Validity, in.By, nil); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("certificate in another mode: %v", err)
	}
}

// TestPartsNeedANonce: without one, the meaning of a part can be guessed and the
// guess tested.
func TestPartsNeedANonce(t *testing.T) {
	_, in := inputs(t)
	in.Parts["north"].(*owner.Part).Nonce = bundle.Nonce{}
	one := "[[claim]]\nkind = \"well_formed\"\nparts = [\"north\"]\n"
	if _, _, err := Prove(context.Background(), parse(t, one), in); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "part north was committed without a nonce") {
		t.Errorf("a part without a nonce: %v", err)
	}
}

func TestFalseAuditReleasesNothing(t *testing.T) {
	_, in := inputs(t)
	ledger, err := OpenLedger(filepath.Join(t.TempDir(), "ledger"), 0)
	if err != nil {
		t.Fatal(err)
	}
	in.Ledger = ledger
	a := parse(t, strings.Replace(claims, `at_least = "0.4"`, `at_least = "0.5"`, 1))
	if b, _, err := Prove(context.Background(), a, in); !errors.Is(err, fault.ErrRejected) || b != nil {
		t.Error(err)
	}
	for _, e := range ledger.entries { // that it is false, which whoever asked is told
		if !e.Refused || e.Bits != 1 || len(e.Released) > 0 {
			t.Errorf("%+v", e)
		}
	}
}
