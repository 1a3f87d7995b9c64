package wrap

import (
	"context"
	"fmt"
	"sync"

	cs "github.com/consensys/gnark/constraint/bn254"
	"github.com/consensys/gnark/logger"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/circuit"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/relation"
)

// Class is what has a key of Groth16 of its own: the circuit of proofs about one
// shape of system, in rows committed with one setup.
type Class struct {
	of     class
	digest [32]byte
}

// NewClass returns the class of proofs about a layout, with the ID of their setup.
// Errors are those of CheckSize, or wrap fault.ErrUsage.
func NewClass(setup [32]byte, l *proof.Layout) (*Class, error) {
	if !l.Masked {
		return nil, fmt.Errorf("circuit of %s: a conversation to be wrapped must be masked: %w", fault.Quote(l.System.Name), fault.ErrUsage)
	}
	if err := CheckSize(l); err != nil {
		return nil, err
	}
	c := &Class{of: class{Groth16{}, &commitments.VerifierSetup{ID: setup}, l}}
	c.digest = c.of.digest()
	return c, nil
}

// Digest identifies the class.
func (c *Class) Digest() [32]byte { return c.digest }

// Name is that of the system.
func (c *Class) Name() string { return c.of.layout.System.Name }

// Setup is the ID of the setup.
func (c *Class) Setup() [32]byte { return c.of.setup.ID }

// Insecure reports whether the setup is the development one.
func (c *Class) Insecure() bool {
	v, err := commitments.DevelopmentVerifier(c.of.layout.RowLog)
	return err == nil && v.ID == c.of.setup.ID
}

// ceremonyBytesPerRow is what a ceremony takes for each row that a circuit is
// estimated to have: the circuit, powers, parameters and keys.
const ceremonyBytesPerRow = 2400

// addMemory counts what a ceremony takes for the class.
func (c *Class) addMemory(need *memory.Need) {
	need.Add("the circuit of "+fault.Quote(c.Name()), rowsOf(c.of.layout), ceremonyBytesPerRow)
}

// Compile returns the circuit. It silences gnark, as NewCache does, which no ceremony
// needs.
func (c *Class) Compile() (*cs.R1CS, error) {
	logger.Disable()
	circuit, err := c.of.Compile(circuit.New(c.of.layout))
	if err != nil {
		return nil, fmt.Errorf("circuit of %s: %w", fault.Quote(c.Name()), err)
	}
	return circuit.(*cs.R1CS), nil
}

// MarshalBinary describes the class: the setup's ID, ℓ, and the system's shape.
func (c *Class) MarshalBinary() ([]byte, error) {
	l := c.of.layout
	return append(encode.Int(append([]byte{}, c.of.setup.ID[:]...), l.RowLog), l.System.Shape()...), nil
}

// maxShapeCells bounds the contents that are made up for a system of a shape: 512 MB.
const maxShapeCells = 1 << 26

// ReadClass reads what MarshalBinary wrote, of a stranger's. Errors wrap
// fault.ErrMalformed, fault.ErrVersion, fault.ErrUnsupported or fault.ErrResources.
func ReadClass(b []byte) (_ *Class, err error) {
	defer fault.Catch(&err, "class", fault.ErrMalformed)
	r := encode.NewReader(b)
	setup := r.Digest("setup")
	rowLog := r.Bounded("row size", commitments.MinRowBits, commitments.MaxRowBits)
	shape := r.Fixed("shape", r.Left())
	if err := r.End("class"); err != nil {
		return nil, err
	}
	sys, err := relation.ReadShape(shape, maxShapeCells)
	if err != nil {
		return nil, err
	}
	l, err := proof.NewLayout(sys, rowLog, true)
	if err != nil {
		return nil, err
	}
	return NewClass(setup, l)
}

// Classes collects the classes of the proofs that a verification asks about, in its
// order, and verifies none of them.
type Classes struct {
	mu   sync.Mutex
	list []*Class
}

// Verify implements mode.Wraps, but for verifying: it takes every proof for true.
func (c *Classes) Verify(_ context.Context, n mode.Name, setup *commitments.VerifierSetup, st *statement.Statement, _ []byte) error {
	if n != mode.ZKGroth16 {
		return fmt.Errorf("proofs of mode %s have no keys of a ceremony, those of mode %s have: %w", n, mode.ZKGroth16, fault.ErrUsage)
	}
	return c.Add(setup.ID, st.Layout)
}

// Add adds the class of a layout, unless it is there.
func (c *Classes) Add(setup [32]byte, l *proof.Layout) error {
	made, err := NewClass(setup, l)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, other := range c.list {
		if other.digest == made.digest {
			return nil
		}
	}
	c.list = append(c.list, made)
	return nil
}

// List returns the classes.
func (c *Classes) List() []*Class {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.list
}
