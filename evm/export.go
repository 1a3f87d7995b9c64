package evm

import (
	"context"
	"fmt"
	"path"
	"sync"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// Exporter verifies wraps and keeps what a chain is given of each, in the order in
// which they were verified. It says nothing of a bundle before all of that has been
// verified.
type Exporter struct {
	Wraps wrap.Verifier
	// Whole returns the whole of the setup that proofs are verified with: the tensors
	// that a chain has opened are committed to.
	Whole func(*commitments.VerifierSetup) (*commitments.Setup, error)

	mu      sync.Mutex
	maker   *Maker // of the first proof's setup
	exports []Export
}

// Export is one proof for the chain, under a name that a file system takes: what kind
// of proof it is, and which of this kind, from 1.
type Export struct {
	Name  string
	Class *Class
	Call  *Call
}

// Verify implements mode.Wraps.
//
// Soundness: as of wrap.Verify.
func (e *Exporter) Verify(ctx context.Context, n mode.Name, setup *commitments.VerifierSetup, st *statement.Statement, encoded []byte) error {
	if err := checkMode(n); err != nil {
		return err
	}
	if err := e.Wraps.Verify(ctx, n, setup, st, encoded); err != nil {
		return err
	}
	maker, err := e.makerOf(n, setup)
	if err != nil {
		return err
	}
	class, err := maker.Class(ctx, st)
	if err != nil {
		return err
	}
	call, err := class.Call(st, encoded)
	if err != nil {
		return err
	}
	kind := path.Base(path.Dir(st.Kind)) // zkaudit/KIND/VERSION
	e.mu.Lock()
	defer e.mu.Unlock()
	e.exports = append(e.exports, Export{kind, class, call})
	return nil
}

// makerOf returns what makes classes: all proofs of a file have one mode and one setup.
func (e *Exporter) makerOf(n mode.Name, setup *commitments.VerifierSetup) (*Maker, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.maker != nil && e.maker.Mode == n && e.maker.Setup.ID == setup.ID {
		return e.maker, nil
	}
	whole, err := e.Whole(setup)
	if err != nil {
		return nil, err
	}
	e.maker = &Maker{Mode: n, Setup: whole, Keys: e.Wraps}
	return e.maker, nil
}

// Exports returns what has been verified.
func (e *Exporter) Exports() []Export {
	e.mu.Lock()
	defer e.mu.Unlock()
	count := map[string]int{}
	named := make([]Export, len(e.exports))
	for i, x := range e.exports {
		count[x.Name]++
		x.Name = fmt.Sprintf("%s-%03d", x.Name, count[x.Name])
		named[i] = x
	}
	return named
}

// RegisterData is the calldata that registers the class.
func (c *Class) RegisterData() []byte { return calldata("register(bytes)", text(c.Descriptor)) }

// Data is the calldata that has the proof verified.
func (c *Call) Data() []byte {
	return calldata("verify(bytes32,bytes,uint256[],bytes)", fixed(c.Class), text(c.Head), coordinates(c.External), text(c.Proof))
}
