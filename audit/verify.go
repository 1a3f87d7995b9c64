package audit

import (
	"context"
	"fmt"

	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// verifyClaim checks the proof of one claim. Errors wrap fault.ErrRejected
// where it is false.
func verifyClaim(ctx context.Context, f *Frame, item *Item, subjects *Subjects, v *mode.Verifier, released []Released, encoded []byte, tables *ops.Tables) error {
	if released == nil {
		released = []Released{}
	}
	st, err := state(f, item, subjects, released, tables)
	if err != nil {
		return err
	}
	if st.statement == nil {
		if len(encoded) > 0 {
			return fmt.Errorf("claim %q follows from public values and has a proof: %w", item.Name, fault.ErrMalformed)
		}
		return nil
	}
	if err := v.Verify(ctx, f.Mode, st.statement, encoded); err != nil {
		return fmt.Errorf("claim %q: the proof is false: %w", item.Name, err)
	}
	return nil
}
