package audit

import (
	"context"
	"fmt"
	"time"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/poly"
)

// Prover makes the proofs of an audit, as a proving.Prover does.
type Prover interface {
	mode.Prover
	// Memory estimates what a proof takes.
	Memory(mode.Name, *proof.Layout) *memory.Need
}

// Inputs are what an audit is proven from: the private side of everything its
// claims name.
type Inputs struct {
	Mode  mode.Name
	By    Prover
	Parts map[string]OwnedPart
	Runs  map[string]*OwnedRun
	// Models are public; a verifier needs their files.
	Models map[string]*Model
	// Certificates of parts made earlier (see Certify), in the same mode; those
	// missing are made.
	Certificates map[string][]byte
	Arena        *poly.Arena // may be nil
	// Ledger records what is released about each part; nil records nothing.
	Ledger   *Ledger
	Override string // the reason for exceeding the ledger's budget, which the ledger records
	// Memory is how much the process may take; the zero Limit is none.
	Memory memory.Limit
	// Progress is told of each proof begun; may be nil.
	Progress func(done, total int, what string)
	// Elsewhere makes the proofs of claims; nil: By does, one after the other.
	Elsewhere Elsewhere
}

func (in *Inputs) subjects() *Subjects {
	s := &Subjects{Parts: map[string]*bundle.PublicPart{}, Runs: map[string]*PublicRun{}, Models: in.Models, Owned: Owned{in.Parts, in.Runs}, digests: map[digestKey][32]byte{}, forwards: newTraces()}
	for name, p := range in.Parts {
		s.Parts[name] = p.Public()
	}
	for name, r := range in.Runs {
		s.Runs[name] = &r.PublicRun
	}
	return s
}

// Check finds out which claims of an audit hold, and proves nothing. It fails
// with fault.ErrRejected for false claims, and says why each is false: that is for
// the eyes of the data's owner, and no ledger records it.
func Check(a *Audit, in *Inputs) error {
	if err := in.distinct(a); err != nil {
		return fault.Recast(err, fault.ErrUsage)
	}
	frame, subjects, tables := in.frame(a), in.subjects(), ops.NewTables()
	var claims []*pending
	for _, item := range a.Items {
		c, err := newPending(&frame, item, subjects, tables)
		if err != nil {
			return err
		}
		if err := c.examine(); err != nil {
			return err
		}
		c.stated = nil // no proof needs it
		claims = append(claims, c)
	}
	return refusals(claims)
}

// distinct reports names that have no name's form, and those that stand for the
// same thing.
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
	return Frame{Mode: in.Mode, Setup: in.By.CommittedWith().ID, RowBits: in.By.CommittedWith().RowBits, Context: a.Context}
}

// Prove proves every claim of an audit. It fails with fault.ErrUsage for claims
// about what was committed for proofs of another mode, and with fault.ErrRejected
// if a claim is false: then nothing is proven.
//
// What is released is charged before anything is proven, so that no other audit
// can use up the budget in the meantime; an owner who is interrupted, or cannot
// write the bundle, proves the same again without being charged twice. A budget
// that is used up answers nothing: whether it suffices is determined before
// whether the claims hold.
//
// A false claim is charged one bit, although Check charges nothing: whoever asks
// for a proof asks on behalf of somebody else, who learns as much from there being
// none as from there being one. Otherwise a series of thresholds that fail would
// cost nothing. Refusals are not signed: they would be an oracle's answers, which
// anybody could be shown.
func Prove(ctx context.Context, a *Audit, in *Inputs) (*Bundle, *Report, error) {
	if err := in.distinct(a); err != nil {
		return nil, nil, fault.Recast(err, fault.ErrUsage)
	}
	frame, subjects := in.frame(a), in.subjects()
	b := &Bundle{Frame: frame, Parts: map[string]*bundle.PublicPart{}, Certificates: map[string][]byte{}, Runs: map[string][32]byte{}, Models: map[string]ModelID{}}
	claims, err := b.prepare(a, in, subjects, ops.NewTables())
	if err != nil {
		return nil, nil, err
	}
	if err := in.check(b); err != nil {
		return nil, nil, err
	}
	if in.Elsewhere != nil {
		if err := in.Elsewhere.Check(in.errand(b, claims)); err != nil {
			return nil, nil, err
		}
	}
	if err := in.charge(ctx, claims); err != nil {
		return nil, nil, err
	}
	done, total := 0, len(claims)+len(b.Parts)
	progress := func(what string) {
		if in.Progress != nil {
			in.Progress(done, total, what)
		}
		done++
	}
	findings, err := in.proveClaims(ctx, b, claims, progress)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range sortedKeys(b.Parts) {
		progress("certificate of part " + name)
		if b.Certificates[name] = in.Certificates[name]; b.Certificates[name] != nil {
			continue
		}
		if b.Certificates[name], err = in.Parts[name].Certify(ctx, in.Mode, in.By, in.Arena); err != nil {
			return nil, nil, fmt.Errorf("part %q: %w", name, err)
		}
	}
	r, err := newReport(b, subjects, in.By.CommittedWith().Kind)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range findings {
		r.include(f)
	}
	return b, r, nil
}

// proveClaims proves claims that have been examined, and adds them to the bundle.
func (in *Inputs) proveClaims(ctx context.Context, b *Bundle, claims []*pending, progress func(what string)) ([]*Finding, error) {
	if in.Elsewhere != nil {
		return in.proveElsewhere(ctx, b, claims, progress)
	}
	var findings []*Finding
	for _, c := range claims {
		progress("claim " + c.item.Name)
		f, err := c.prove(ctx, b, in)
		if err != nil {
			return nil, err
		}
		findings = append(findings, f)
	}
	return findings, nil
}

// charge finds out whether the claims hold, and enters what that tells into the
// ledger, if there is one.
func (in *Inputs) charge(ctx context.Context, claims []*pending) error {
	if in.Ledger != nil {
		var all []Charge
		for _, c := range claims {
			all = append(all, c.charges...)
		}
		if err := in.Ledger.check(all, in.Override); err != nil {
			return err
		}
	}
	for _, c := range claims { // a proof takes seconds, finding out does not
		if err := c.examine(); err != nil {
			return err
		}
	}
	refused := refusals(claims)
	if in.Ledger == nil {
		return refused
	}
	var due []Charge
	for _, claim := range claims {
		for _, c := range claim.charges {
			switch {
			case refused == nil:
				c.Released = recorded(claim.stated.released())
				due = append(due, c)
			case claim.refusal != nil:
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
		if err := p.CheckMode("part "+name, in.Mode); err != nil {
			return err
		}
		if p.Public().Nonce == (bundle.Nonce{}) {
			return fmt.Errorf("part %s was committed without a nonce: %w", name, fault.ErrUsage)
		}
	}
	for _, name := range sortedKeys(b.Runs) {
		if r := in.Runs[name]; r != nil {
			if err := r.CheckMode("run "+name, in.Mode); err != nil {
				return err
			}
		}
	}
	return nil
}

// prepare states all claims, once: it finds parameters that make no sense, and
// claims whose proofs do not fit into memory, before anything is proven, what the
// claims are about, and what each is charged for: nothing where public values show
// that it is false.
func (b *Bundle) prepare(a *Audit, in *Inputs, subjects *Subjects, tables *ops.Tables) ([]*pending, error) {
	var claims []*pending
	held := 0
	for _, item := range a.Items {
		c, err := newPending(&b.Frame, item, subjects, tables)
		if err != nil {
			return nil, err
		}
		if claims = append(claims, c); c.refusal != nil {
			continue
		}
		held += c.stated.scope.cells
		if err := in.fits(c.stated, held); err != nil {
			return nil, err
		}
		if c.charges, err = c.stated.scope.charges(&b.Frame, item); err != nil {
			return nil, err
		}
		for name, p := range c.stated.scope.parts {
			b.Parts[name] = p.PublicPart
		}
		for name, r := range c.stated.scope.runs {
			b.Runs[name] = r.Digest
		}
		for name, m := range c.stated.scope.publicModels() {
			b.Models[name] = m.ModelID
		}
	}
	for _, c := range claims { // each is proven while those after it are held
		if c.stated == nil {
			continue
		}
		if err := in.fits(c.stated, held); err != nil {
			return nil, err
		}
		subjects.forwards.spare(in, c.stated, held)
	}
	return claims, nil
}
