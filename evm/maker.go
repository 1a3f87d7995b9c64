package evm

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// Maker makes the classes of statements of one mode over one setup, for the keys that
// a verifier of wraps has for them (Groth16, PLONK). Each is made once: that a tensor is
// opened costs a commitment to it.
type Maker struct {
	Mode  mode.Name
	Setup *commitments.Setup
	Keys  wrap.Verifier

	mu   sync.Mutex
	made map[[32]byte]*Class // by relation system
}

// Made are the classes made so far, in no order.
func (m *Maker) Made() []*Class {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Values(m.made))
}

// Class returns the class of a statement.
func (m *Maker) Class(ctx context.Context, st *statement.Statement) (*Class, error) {
	if err := checkMode(m.Mode); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	system := st.Layout.System.Digest()
	if c := m.made[system]; c != nil {
		return c, nil
	}
	c, err := m.make(ctx, st)
	if err != nil {
		return nil, err
	}
	if m.made == nil {
		m.made = map[[32]byte]*Class{}
	}
	m.made[system] = c
	return c, nil
}

func (m *Maker) make(ctx context.Context, st *statement.Statement) (*Class, error) {
	if system, ok := wrap.System(m.Mode, m.Keys.Powers, m.Keys.Cache).(wrap.PLONK); ok {
		return PLONK(ctx, m.Setup, st.Layout, system, m.Keys.Cache)
	}
	return Groth16(ctx, m.Setup, st.Layout, m.Keys.Cache)
}

// ID is the hash of the class of a statement, as templates take it: it is a Classes.
func (m *Maker) ID(ctx context.Context, st *statement.Statement) ([32]byte, error) {
	c, err := m.Class(ctx, st)
	if err != nil {
		return [32]byte{}, err
	}
	return c.ID, nil
}

// Proof encodes a proof for the contracts: it is a Proofs.
func (m *Maker) Proof(ctx context.Context, st *statement.Statement, encoded []byte) ([]byte, error) {
	c, err := m.Class(ctx, st)
	if err != nil {
		return nil, err
	}
	call, err := c.Call(st, encoded)
	if err != nil {
		return nil, err
	}
	return call.Proof, nil
}
