package audit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/statement"
)

// pending is a claim on its way to a proof, in the hands of an honest prover. It
// is stated once, and, where it releases something, a second time as soon as that
// is known.
type pending struct {
	item    *Item
	stated  *stated // nil where public values show that the claim is false, and after its proof
	charges []Charge
	refusal error // why the claim is false, nil as far as it is known to hold
}

// newPending states a claim. That public values show it to be false is no error.
func newPending(f *Frame, item *Item, subjects *Subjects, tables *ops.Tables) (*pending, error) {
	st, err := state(f, item, subjects, nil, tables)
	switch {
	case errors.Is(err, fault.ErrRejected):
		return &pending{item: item, refusal: err}, nil
	case err != nil:
		return nil, err
	}
	return &pending{item: item, stated: st}, nil
}

// examine finds out whether the claim holds, and what it releases. That it is
// false is no error.
func (c *pending) examine() error {
	if c.refusal != nil {
		return nil
	}
	w, err := c.stated.assign()
	if err == nil && w.values != nil && w.values.falsity != nil {
		err = fmt.Errorf("claim %q: %w", c.item.Name, w.values.falsity)
	}
	if errors.Is(err, fault.ErrRejected) {
		c.refusal = err
		return nil
	}
	if err == nil {
		c.stated = w.stated
	}
	return err
}

func refusals(claims []*pending) error {
	var all []error
	for _, c := range claims {
		if c.refusal != nil {
			all = append(all, c.refusal)
		}
	}
	return errors.Join(all...)
}

// prove proves a claim that has been examined, adds it to the bundle, and forgets
// how it was stated.
func (c *pending) prove(ctx context.Context, b *Bundle, in *Inputs) (*Finding, error) {
	start := time.Now()
	released, encoded, err := c.stated.prove(ctx, in.By, in.Arena)
	if err != nil {
		return nil, err
	}
	if released == nil {
		released = []Released{}
	}
	f, err := c.add(b, released, encoded)
	if err != nil {
		return nil, err
	}
	f.Seconds = time.Since(start).Seconds()
	return f, nil
}

// add adds a claim with its proof to the bundle, and forgets how it was stated.
func (c *pending) add(b *Bundle, released []Released, proof []byte) (*Finding, error) {
	b.Claims = append(b.Claims, Proven{Item: *c.item, Released: released, Proof: proof})
	f, err := c.stated.finding(len(proof))
	c.stated = nil
	return f, err
}

// witness is a claim with the cells that its prover has for it.
type witness struct {
	*stated
	values *Values // nil if there is nothing to prove
}

// released are the values that the claim releases, once they are known.
func (st *stated) released() []Released {
	if st.statement == nil {
		return nil
	}
	return append([]Released{}, st.scope.release.asked...)
}

// assign computes the cells of a claim. Where what it releases is not known yet,
// it is computed first, and the claim stated with it.
func (st *stated) assign() (*witness, error) {
	if st.statement == nil {
		return &witness{stated: st}, nil
	}
	for _, e := range st.scope.external {
		if e.cells == nil {
			return nil, fmt.Errorf("claim %q: the cells of %s are not at hand: %w", st.item.Name, st.scope.name(e.id), fault.ErrUsage)
		}
	}
	w := &witness{stated: st, values: st.scope.compute()}
	if asked := st.scope.release.asked; len(asked) > 0 && st.scope.release.given == nil && w.values.failed == nil {
		var released []Released
		for _, r := range asked {
			r.Values = r.compute(w.values)
			released = append(released, r)
		}
		var err error
		if w.stated, err = st.releasing(released); err != nil {
			return nil, err
		}
		w.values = w.scope.compute()
	}
	if err := w.values.failed; err != nil {
		return nil, fmt.Errorf("claim %q: %w", st.item.Name, err)
	}
	return w, nil
}

// prove proves the claim.
func (st *stated) prove(ctx context.Context, by Prover, arena *poly.Arena) ([]Released, []byte, error) {
	w, err := st.assign()
	if err != nil || w.values == nil {
		return nil, nil, err
	}
	if err := w.values.falsity; err != nil {
		return nil, nil, fmt.Errorf("claim %q: %w", st.item.Name, err)
	}
	about, secret := w.secret()
	released := w.released()
	secret.Arena = arena
	m := w.scope.frame.Mode
	w = nil // what cells were computed from is as large as they are
	encoded, err := by.Prove(ctx, m, about, secret)
	if err != nil {
		return nil, nil, fmt.Errorf("claim %q: %w", st.item.Name, err)
	}
	return released, encoded, nil
}

// secret returns what a proof of the claim takes. It leaves the witness without
// its values.
func (w *witness) secret() (*statement.Statement, statement.Secret) {
	secret := statement.Secret{Cells: w.values.assignment()}
	for _, e := range w.scope.external {
		secret.External = append(secret.External, e.blinding)
	}
	w.values = nil
	return w.statement, secret
}
