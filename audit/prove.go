package audit

import (
	"context"
	"fmt"

	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/prover"
)

// proveClaim proves one claim. With force it does what it can for a false one,
// as a cheating prover would; tamper may then change cells.
func proveClaim(ctx context.Context, f *Frame, item *Item, subjects *Subjects, by *mode.Prover, arena *poly.Arena, tables *ops.Tables, cheat *cheat) ([]Released, []byte, error) {
	first, err := state(f, item, subjects, nil, tables)
	if err != nil || first.statement == nil {
		return nil, nil, err
	}
	st, values, released := first, first.scope.compute(cheat.tamper()), []Released{}
	if asked := first.scope.release.asked; len(asked) > 0 && values.failed == nil {
		for _, r := range asked {
			r.Values = r.compute(values)
			released = append(released, r)
		}
		if st, err = state(f, item, subjects, released, tables); err != nil {
			return nil, nil, err
		}
		values = st.scope.compute(cheat.tamper())
	}
	if err := values.failed; err != nil {
		return nil, nil, fmt.Errorf("claim %q: %w", item.Name, err)
	}
	if err := values.falsity; err != nil && cheat == nil {
		return nil, nil, fmt.Errorf("claim %q: %w", item.Name, err)
	}
	secret := prover.Secret{Cells: values.assignment(), Arena: arena, Force: cheat != nil}
	for _, e := range st.scope.external {
		secret.External = append(secret.External, e.blinding)
	}
	encoded, err := by.Prove(ctx, f.Mode, st.statement, secret)
	if err != nil {
		return nil, nil, fmt.Errorf("claim %q: %w", item.Name, err)
	}
	return released, encoded, nil
}

// cheat is how a test forges a witness; nil is honest.
type cheat struct {
	change func(name string, cells []int64)
}

func (c *cheat) tamper() func(name string, cells []int64) {
	if c == nil {
		return nil
	}
	return c.change
}
