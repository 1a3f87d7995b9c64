package audit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/statement"
)

// Inputs are what an audit is proven from: the private side of everything its
// claims name.
type Inputs struct {
	Mode  mode.Name
	By    *mode.Prover
	Parts map[string]*OwnedPart
	Runs  map[string]*OwnedRun
	// Models are public; a verifier needs their files.
	Models map[string]*Model
	// Certificates of parts made earlier (see Certify), in the same mode; those
	// missing are made.
	Certificates map[string][]byte
	Arena        *poly.Arena // may be nil
	// Ledger records what is released about each part; nil records nothing.
	Ledger   *Ledger
	Override string // the reason for going over the ledger's budget, in the open
	// Memory is how much the process may take; the zero Limit is none.
	Memory memory.Limit
	// Progress is told of each proof begun; may be nil.
	Progress func(done, total int, what string)
}

func (in *Inputs) subjects() *Subjects {
	s := &Subjects{Parts: map[string]*Part{}, Runs: map[string]*Run{}, Models: in.Models, OwnedParts: in.Parts, OwnedRuns: in.Runs, digests: map[digestKey][32]byte{}}
	for name, p := range in.Parts {
		s.Parts[name] = &p.Part
	}
	for name, r := range in.Runs {
		s.Runs[name] = &r.Run
	}
	return s
}

// Check finds out which claims of an audit hold, and proves nothing. It fails
// with fault.ErrRejected for false claims, and says of each why: that is for the
// eyes of the data's owner, and no ledger knows of it.
func Check(a *Audit, in *Inputs) error {
	if err := in.distinct(a); err != nil {
		return fault.Recast(err, fault.ErrUsage)
	}
	frame := in.frame(a)
	answers, err := examine(&frame, a, in.subjects(), ops.NewTables())
	if err != nil {
		return err
	}
	return refusals(answers)
}

// answer is what an honest prover finds out about a claim.
type answer struct {
	released []Released
	refusal  error // why the claim is false, nil if it holds
}

// examine answers all claims. It fails with what is no answer.
func examine(f *Frame, a *Audit, subjects *Subjects, tables *ops.Tables) ([]answer, error) {
	answers := make([]answer, len(a.Items))
	for i, item := range a.Items {
		w, err := assign(f, item, subjects, tables)
		if err == nil && w.values != nil && w.values.falsity != nil {
			err = fmt.Errorf("claim %q: %w", item.Name, w.values.falsity)
		}
		switch {
		case errors.Is(err, fault.ErrRejected):
			answers[i].refusal = err
		case err != nil:
			return nil, err
		default:
			answers[i].released = w.released
		}
	}
	return answers, nil
}

func refusals(answers []answer) error {
	var all []error
	for _, a := range answers {
		if a.refusal != nil {
			all = append(all, a.refusal)
		}
	}
	return errors.Join(all...)
}

// distinct says which names are none, or stand for the same thing.
func (in *Inputs) distinct(a *Audit) error {
	for _, item := range a.Items {
		if err := foreign.CheckName("a claim", item.Name); err != nil {
			return err
		}
	}
	subjects := in.subjects()
	runs, models := map[string][32]byte{}, map[string]ModelID{}
	for name, r := range subjects.Runs {
		runs[name] = r.Digest
	}
	for name, m := range subjects.Models {
		models[name] = m.ModelID
	}
	return distinct(subjects.Parts, runs, models)
}

func (in *Inputs) frame(a *Audit) Frame {
	return Frame{Mode: in.Mode, SRS: in.By.SRS.ID, RowBits: in.By.SRS.RowBits, Context: a.Context}
}

// Prove proves every claim of an audit. It fails with fault.ErrUsage for claims
// about what was committed for proofs of another mode, and with fault.ErrRejected
// if a claim is false: then nothing is proven.
//
// What is released is charged before anything is proven, so that no other audit
// can use up the budget meanwhile; who is interrupted, or cannot write the bundle
// somewhere, proves the same again without being charged twice. A budget that is
// spent answers nothing: whether it suffices is found out before whether the
// claims hold.
//
// A false claim is charged one bit, which Check does not: who asks for a proof
// asks for somebody else, and that there is none tells him as much as that there
// is one. Otherwise thresholds that fail one after the other would cost nothing.
// Nobody signs a refusal: it would be an oracle that anybody may be shown.
func Prove(ctx context.Context, a *Audit, in *Inputs) (*Bundle, *Report, error) {
	if err := in.distinct(a); err != nil {
		return nil, nil, fault.Recast(err, fault.ErrUsage)
	}
	frame, subjects, tables := in.frame(a), in.subjects(), ops.NewTables()
	b := &Bundle{Frame: frame, Parts: map[string]*Part{}, Certificates: map[string][]byte{}, Runs: map[string][32]byte{}, Models: map[string]ModelID{}}
	charges, err := b.prepare(a, in, subjects, tables)
	if err != nil {
		return nil, nil, err
	}
	if err := in.check(b); err != nil {
		return nil, nil, err
	}
	if err := in.charge(ctx, a, charges, subjects, tables); err != nil {
		return nil, nil, err
	}
	seconds := make([]float64, len(a.Items))
	done, total := 0, len(a.Items)+len(b.Parts)
	progress := func(what string) {
		if in.Progress != nil {
			in.Progress(done, total, what)
		}
		done++
	}
	for i, item := range a.Items {
		progress("claim " + item.Name)
		start := time.Now()
		released, encoded, err := proveClaim(ctx, &frame, item, subjects, in.By, in.Arena, tables)
		if err != nil {
			return nil, nil, err
		}
		if released == nil {
			released = []Released{}
		}
		b.Claims = append(b.Claims, Proven{Item: *item, Released: released, Proof: encoded})
		seconds[i] = time.Since(start).Seconds()
	}
	for _, name := range sortedKeys(b.Parts) {
		progress("certificate of part " + name)
		if b.Certificates[name] = in.Certificates[name]; b.Certificates[name] != nil {
			continue
		}
		if b.Certificates[name], err = Certify(ctx, in.Mode, in.Parts[name], in.By, in.Arena); err != nil {
			return nil, nil, fmt.Errorf("part %q: %w", name, err)
		}
	}
	r, err := newReport(b, subjects, in.By.SRS.Insecure)
	if err != nil {
		return nil, nil, err
	}
	for i := range b.Claims {
		if _, err := r.add(b, i, subjects, tables); err != nil {
			return nil, nil, err
		}
	}
	for i := range r.Claims {
		r.Claims[i].Seconds = seconds[i]
	}
	return b, r, nil
}

// charge finds out whether the claims hold, and enters what that tells into the
// ledger, if there is one. charges are those of claims that hold.
func (in *Inputs) charge(ctx context.Context, a *Audit, charges [][]Charge, subjects *Subjects, tables *ops.Tables) error {
	if in.Ledger != nil {
		if err := in.Ledger.Check(slices.Concat(charges...), in.Override); err != nil {
			return err
		}
	}
	frame := in.frame(a)
	answers, err := examine(&frame, a, subjects, tables) // a proof takes seconds, finding out does not
	if err != nil {
		return err
	}
	refused := refusals(answers)
	if in.Ledger == nil {
		return refused
	}
	var due []Charge
	for i := range answers {
		for _, c := range charges[i] {
			switch {
			case refused == nil:
				c.Released = recorded(answers[i].released)
				due = append(due, c)
			case answers[i].refusal != nil:
				c.Bits = 1
				due = append(due, c)
			}
		}
	}
	like := Entry{Time: time.Now().UTC().Format(time.RFC3339), Override: in.Override, Refused: refused != nil}
	if err := in.Ledger.enter(ctx, due, like); err != nil {
		return err
	}
	return refused
}

// check refuses what the claims are about unless it was committed for proofs of
// the audit's mode, and parts whose digest lets guesses of their meaning be tested.
func (in *Inputs) check(b *Bundle) error {
	for _, name := range sortedKeys(b.Parts) {
		p := in.Parts[name]
		if err := sameMode("part "+name, p.Secret.Blinding, p.Mode, in.Mode); err != nil {
			return err
		}
		if p.Nonce == (bundle.Nonce{}) {
			return fmt.Errorf("part %s was committed without a nonce: %w", name, fault.ErrUsage)
		}
	}
	for _, name := range sortedKeys(b.Runs) {
		if r := in.Runs[name]; r != nil {
			if err := sameMode("run "+name, r.Blinding, r.Mode, in.Mode); err != nil {
				return err
			}
		}
	}
	return nil
}

// prepare states all claims once: it finds parameters that make no sense, and
// claims whose proofs do not fit into memory, before
// anything is proven, what the claims are about, and what each is charged for:
// nothing where public values show that it is false.
func (b *Bundle) prepare(a *Audit, in *Inputs, subjects *Subjects, tables *ops.Tables) ([][]Charge, error) {
	var charges [][]Charge
	for _, item := range a.Items {
		st, err := state(&b.Frame, item, subjects, nil, tables)
		if errors.Is(err, fault.ErrRejected) {
			charges = append(charges, nil)
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := in.fits(item, st); err != nil {
			return nil, err
		}
		of, err := st.scope.charges(&b.Frame, item)
		if err != nil {
			return nil, err
		}
		charges = append(charges, of)
		for name, p := range st.scope.parts {
			b.Parts[name] = p.Part
		}
		for name, r := range st.scope.runs {
			b.Runs[name] = r.Digest
		}
		for name, m := range st.scope.publicModels() {
			b.Models[name] = m.ModelID
		}
	}
	return charges, nil
}

// witness is a claim with the cells that its prover has for it.
type witness struct {
	*stated
	values   *Values // nil if there is nothing to prove
	released []Released
}

// assign states a claim and computes its cells, those that it releases first.
func assign(f *Frame, item *Item, subjects *Subjects, tables *ops.Tables) (*witness, error) {
	first, err := state(f, item, subjects, nil, tables)
	if err != nil || first.statement == nil {
		return &witness{stated: first}, err
	}
	for _, e := range first.scope.external {
		if e.cells == nil {
			return nil, fmt.Errorf("claim %q: the cells of %s are not at hand: %w", item.Name, first.scope.name(e.id), fault.ErrUsage)
		}
	}
	w := &witness{stated: first, values: first.scope.compute(), released: []Released{}}
	if asked := first.scope.release.asked; len(asked) > 0 && w.values.failed == nil {
		for _, r := range asked {
			r.Values = r.compute(w.values)
			w.released = append(w.released, r)
		}
		if w.stated, err = state(f, item, subjects, w.released, tables); err != nil {
			return nil, err
		}
		w.values = w.scope.compute()
	}
	if err := w.values.failed; err != nil {
		return nil, fmt.Errorf("claim %q: %w", item.Name, err)
	}
	return w, nil
}

// proveClaim proves one claim.
func proveClaim(ctx context.Context, f *Frame, item *Item, subjects *Subjects, by *mode.Prover, arena *poly.Arena, tables *ops.Tables) ([]Released, []byte, error) {
	w, err := assign(f, item, subjects, tables)
	if err != nil || w.values == nil {
		return nil, nil, err
	}
	if err := w.values.falsity; err != nil {
		return nil, nil, fmt.Errorf("claim %q: %w", item.Name, err)
	}
	st, released, secret := w.secret()
	secret.Arena = arena
	w = nil // what cells were computed from is as large as they are
	encoded, err := by.Prove(ctx, f.Mode, st, secret)
	if err != nil {
		return nil, nil, fmt.Errorf("claim %q: %w", item.Name, err)
	}
	return released, encoded, nil
}

// secret returns what a proof of the claim takes. It leaves the witness without
// its values.
func (w *witness) secret() (*statement.Statement, []Released, prover.Secret) {
	secret := prover.Secret{Cells: w.values.assignment()}
	for _, e := range w.scope.external {
		secret.External = append(secret.External, e.blinding)
	}
	w.values = nil
	return w.statement, w.released, secret
}
