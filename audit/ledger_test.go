package audit

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

func digestOf(n int) string { return fmt.Sprintf("%064x", n) }

func chargeOf(part, claim, bits int) Charge {
	return Charge{Part: digestOf(part), Claim: digestOf(claim), Kind: "diversity", Says: "something", Bits: bits}
}

func hold(t *testing.T, path string) (release func()) {
	t.Helper()
	release, free, err := artefact.TryLock(path)
	if err != nil || !free {
		t.Fatal(free, err)
	}
	return release
}

func openLedger(t *testing.T, path string, budget int) *Ledger {
	t.Helper()
	l, err := OpenLedger(path, budget)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Many at once, each with a ledger that it has read before any of the others
// wrote: the budget holds, and every line that was charged is there.
func TestLedgerOfMany(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	const many, budget = 24, 10
	var spent atomic.Int64
	var all sync.WaitGroup
	begin := make(chan struct{})
	for n := range many {
		l := openLedger(t, path, budget)
		all.Go(func() {
			<-begin
			charges := []Charge{chargeOf(1, n, 1), chargeOf(100+n, n, budget)} // one part for all, one of its own
			if err := l.check(charges, ""); err != nil {
				t.Errorf("before anybody wrote: %v", err)
			}
			switch err := l.spend(context.Background(), charges, "", time.Now()); {
			case err == nil:
				spent.Add(1)
			case !errors.Is(err, fault.ErrUsage):
				t.Error(err)
			}
		})
	}
	close(begin)
	all.Wait()
	l := openLedger(t, path, budget)
	if spent.Load() != budget || l.spent(digestOf(1)) != budget || len(l.entries) != 2*budget {
		t.Errorf("%d were charged, the ledger has %d bits in %d lines, want %d", spent.Load(), l.spent(digestOf(1)), len(l.entries), budget)
	}
	for _, e := range l.entries {
		if e.Part != digestOf(1) && l.spent(e.Part) != budget {
			t.Errorf("part %s: %d bits", e.Part, l.spent(e.Part))
		}
	}
}

func TestSpendKeepsWhatItReads(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	l := openLedger(t, path, 5)
	others := `{"time":"2025-01-02T03:04:05Z", "part":"` + digestOf(1) + `","claim":"` + digestOf(9) + `","kind":"k","says":"s","bits":3}` // no newline, a space
	if err := os.WriteFile(path, []byte(others), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, now := context.Background(), time.Now()
	if err := l.spend(ctx, []Charge{chargeOf(1, 1, 3)}, "", now); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("over the budget by what another process has charged: %v", err)
	}
	if err := l.spend(ctx, []Charge{chargeOf(1, 9, 3)}, "", now); err != nil {
		t.Errorf("what another process has charged already: %v", err)
	}
	if err := l.spend(ctx, []Charge{chargeOf(1, 1, 2)}, "", now); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil || !bytes.HasPrefix(text, []byte(others+"\n")) || bytes.Count(text, []byte("\n")) != 2 {
		t.Errorf("%v: %s", err, text)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	unlock := hold(t, path+".lock")
	if err := l.spend(cancelled, []Charge{chargeOf(2, 2, 1)}, "", now); !errors.Is(err, context.Canceled) {
		t.Errorf("while another process writes: %v", err)
	}
	unlock()
}

// Links lead to one ledger with one lock.
func TestLinkedLedger(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "ledger"), filepath.Join(dir, "link")
	if err := os.Symlink("ledger", link); err != nil {
		t.Skipf("this system makes no symbolic links: %v", err)
	}
	if _, err := OpenLedger(link, 0); !errors.Is(err, fault.ErrInput) {
		t.Errorf("a link to nothing: %v", err)
	}
	if err := openLedger(t, path, 0).spend(context.Background(), []Charge{chargeOf(1, 1, 1)}, "", time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := openLedger(t, link, 0).spend(context.Background(), []Charge{chargeOf(1, 2, 1)}, "", time.Now()); err != nil {
		t.Fatal(err)
	}
	if l := openLedger(t, path, 0); l.spent(digestOf(1)) != 2 {
		t.Errorf("%d bits", l.spent(digestOf(1)))
	}
}

func TestLedgerIsReadStrictly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	good, err := json.Marshal(Entry{Time: "2025-01-02T03:04:05Z", Charge: chargeOf(1, 1, 7)})
	if err != nil {
		t.Fatal(err)
	}
	write := func(text string, mode os.FileMode) error {
		t.Helper()
		if err := errors.Join(os.WriteFile(path, []byte(text), 0o600), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
		_, err := OpenLedger(path, 0)
		return err
	}
	line := string(good)
	if err := write(line+"\n"+line+"\n", 0o600); err != nil {
		t.Errorf("good: %v", err)
	}
	if err := write(line+"\n", 0o640); !errors.Is(err, fault.ErrInput) {
		t.Errorf("others may read it: %v", err)
	}
	for name, text := range map[string]string{
		"empty":         "",
		"empty line":    line + "\n\n" + line + "\n",
		"half a line":   line + "\n" + line[:len(line)/2],
		"two in a line": line + line + "\n",
		"unknown key":   strings.Replace(line, `"bits"`, `"bit"`, 1),
		"no bits":       strings.Replace(line, `"bits":7`, `"bits":0`, 1),
		"debt":          strings.Replace(line, `"bits":7`, `"bits":-7`, 1),
		"overflow":      strings.Replace(line, `"bits":7`, `"bits":9223372036854775807`, 1),
		"no part":       strings.Replace(line, digestOf(1), "", 1),
		"no time":       strings.Replace(line, "2025-01-02T03:04:05Z", "yesterday", 1),
		"no claim":      strings.Replace(line, `"claim":"`, `"claim":"0`, 1),
		"values":        strings.Replace(line, `"bits":7`, `"bits":7,"released":[{"name":"x","values":["a"]}]`, 1),
	} {
		if err := write(text, 0o600); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := OpenLedger(path, -1); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("a negative budget: %v", err)
	}
}

// What is released stands in the ledger with its names.
func TestLedgerHoldsWhatIsReleased(t *testing.T) {
	_, in := inputs(t)
	in.Ledger = openLedger(t, filepath.Join(t.TempDir(), "ledger"), 0)
	if _, _, err := Prove(context.Background(), parse(t, claims), in); err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, e := range openLedger(t, in.Ledger.Path, 0).entries {
		switch {
		case e.Kind == "diversity":
			found++
			if len(e.Released) != 1 || e.Released[0].Name != "groups" || !slices.Equal(e.Released[0].Labels, sexes) || !slices.Equal(e.Released[0].Values, []int64{20, 30}) {
				t.Errorf("%+v", e)
			}
		case e.Kind == "provenance" && len(e.Released) > 0:
			t.Errorf("%+v", e)
		}
	}
	if found != 2 { // north and south
		t.Errorf("%d lines about the counts", found)
	}
}

// What a model answers is charged to the rows it was trained on, whoever asks
// and whatever it is called; the same question is charged once.
func TestAnswersAreCharged(t *testing.T) {
	w, in := inputs(t)
	in.Ledger = openLedger(t, filepath.Join(t.TempDir(), "ledger"), 0)
	digest := func(name string) string {
		d := w.subjects.Parts[name].Digest(w.setup.ID, w.setup.RowBits)
		return fmt.Sprintf("%x", d)
	}
	ask := func(cell int, question string) {
		t.Helper()
		text := fmt.Sprintf("context = \"order %d\"\n[[claim]]\nname = \"question-%d\"\nkind = \"prediction\"\nmodel = \"net\"\nrelease = \"class\"\n%s\n", cell, cell, question)
		if _, _, err := Prove(context.Background(), parse(t, text), in); err != nil {
			t.Fatal(err)
		}
	}
	const each = 1 + 2 // three classes
	for n, want := range []int{each, 2 * each, 2 * each} {
		ask(n, fmt.Sprintf("input = [%d, 0, 0, 0, 0]", n%2))
		if have := in.Ledger.spent(digest("north")); have != want || in.Ledger.spent(digest("south")) != want {
			t.Errorf("after %d questions: %d bits, want %d", n+1, have, want)
		}
	}
	ask(3, "part = \"north\"\nrow = 1")
	for _, e := range in.Ledger.entries[4:] {
		if model := map[string]string{digest("north"): "", digest("south"): "net"}[e.Part]; e.Model != model || e.Bits != each {
			t.Errorf("%+v", e)
		}
	}
	if n := len(in.Ledger.entries); n != 6 {
		t.Errorf("%d lines", n)
	}
	before := len(in.Ledger.entries)
	if _, _, err := Prove(context.Background(), parse(t, "[[claim]]\nkind = \"provenance\"\nrun = \"net\"\nparts = [\"north\", \"south\"]\n"), in); err != nil {
		t.Fatal(err)
	}
	for _, e := range in.Ledger.entries[before:] {
		if e.Model != "" {
			t.Errorf("where a model comes from is charged as its answers: %+v", e)
		}
	}
}

// TestLedgerOfAudits: what claims release is charged once, and within the budget
// unless a reason overrides it.
func TestLedgerOfAudits(t *testing.T) {
	w, in := inputs(t)
	path := filepath.Join(t.TempDir(), "ledger")
	prove := func(budget int, override, text string) (*Ledger, error) {
		l, err := OpenLedger(path, budget)
		if err != nil {
			t.Fatal(err)
		}
		in.Ledger, in.Override = l, override
		_, _, err = Prove(context.Background(), parse(t, text), in)
		return l, err
	}
	digest := w.subjects.Parts["north"].Digest(w.setup.ID, w.setup.RowBits)
	north := hex.EncodeToString(digest[:])
	// north: 4 of verdicts (each of two groups is said to have a share), 2 counts
	// of at most 5 in all, of which there are 21, 9 of at most 6, of which there are
	// 5,005: 4 + 5 + 13
	if _, err := prove(21, "", claims); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("over the budget: %v", err)
	}
	l, err := prove(22, "", claims)
	if err != nil || l.spent(north) != 22 {
		t.Fatalf("%v, %d bits", err, l.spent(north))
	}
	if l, err = prove(22, "", claims); err != nil || l.spent(north) != 22 {
		t.Errorf("the same again: %v, %d bits", err, l.spent(north))
	}
	sharper := strings.Replace(claims, "round = 2\nmin_group = 2", "round = 1\nmin_group = 1", 1)
	if _, err := prove(22, "", sharper); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "budget is 22") {
		t.Errorf("sharper counts: %v", err)
	}
	if l, err = prove(22, "the regulator asked for it", sharper); err != nil || l.spent(north) <= 22 {
		t.Errorf("overridden: %v, %d bits", err, l.spent(north))
	}
	if last := l.entries[len(l.entries)-2]; last.Override != "the regulator asked for it" || last.Kind != "performance" || last.Part != north {
		t.Errorf("last entry but one %+v", last) // the last: the run's other part
	}
	again, err := OpenLedger(path, 22)
	if err != nil || again.spent(north) != l.spent(north) {
		t.Errorf("read again: %v", err)
	}
}
