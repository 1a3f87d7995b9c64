package evm

import (
	"context"
	"fmt"
	"math/big"
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

// RegisterData is the calldata that registers the class: register(bytes).
func (c *Class) RegisterData() []byte {
	return append(selector("register(bytes)"), dynamic(nil, c.Descriptor)...)
}

// Data is the calldata that has the proof verified: verify(bytes32,bytes,uint256[],bytes).
func (c *Call) Data() []byte {
	return append(selector("verify(bytes32,bytes,uint256[],bytes)"), dynamic(c.Class[:], c.Head, c.External, c.Proof)...)
}

// selector is what calldata of a function begins with.
func selector(signature string) []byte {
	h := Keccak256([]byte(signature))
	return h[:4]
}

// dynamic is abi.encode of words, then of byte strings and lists of numbers.
func dynamic(head []byte, arguments ...any) []byte {
	var tail []byte
	offset := len(head) + 32*len(arguments)
	for _, a := range arguments {
		head = append(head[:len(head):len(head)], number(offset+len(tail))...)
		switch a := a.(type) {
		case []byte:
			tail = append(append(tail, number(len(a))...), a...)
			tail = append(tail, make([]byte, -len(a)&31)...)
		case []*big.Int:
			tail = append(tail, number(len(a))...)
			for _, n := range a {
				tail = append(tail, word(n)...)
			}
		}
	}
	return append(head, tail...)
}
