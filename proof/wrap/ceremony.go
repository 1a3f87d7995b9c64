package wrap

import (
	"context"
	"fmt"

	groth16 "github.com/consensys/gnark/backend/groth16/bn254"
	cs "github.com/consensys/gnark/constraint/bn254"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof/ceremony"
)

// Ceremony makes keys of Groth16 for classes by many hands.
type Ceremony struct {
	*ceremony.Ceremony
	Classes []*Class // of its circuits
}

// Phase1 is the first phase that ceremonies start from.
type Phase1 interface {
	// Powers are those for circuits of 2^log constraints, checked.
	Powers(log int) (*commitments.Phase1, error)
}

// Watch is told of a circuit what is done next; it may be nil.
type Watch func(circuit int, doing string)

func (w Watch) tell(circuit int, doing string) {
	if w != nil {
		w(circuit, doing)
	}
}

// NewCeremony begins a ceremony for classes. Errors wrap fault.ErrUsage for none of
// them, or are the first phase's.
func NewCeremony(ctx context.Context, classes []*Class, first Phase1, watch Watch) (*Ceremony, error) {
	if len(classes) == 0 {
		return nil, fmt.Errorf("ceremony: no circuits: %w", fault.ErrUsage)
	}
	c := &Ceremony{Ceremony: &ceremony.Ceremony{}, Classes: classes}
	for i, cl := range classes {
		in, err := cl.initial(ctx, i, first, watch, nil)
		if err != nil {
			return nil, err
		}
		description, err := cl.MarshalBinary()
		if err != nil {
			return nil, err
		}
		c.Circuits = append(c.Circuits, ceremony.Circuit{Description: description, Transcript: ceremony.New(cl.digest, in)})
	}
	return c, nil
}

// UnmarshalCeremony decodes a ceremony and what its circuits are. Errors wrap
// fault.ErrMalformed, or fault.ErrVersion where this version has other circuits.
func UnmarshalCeremony(data []byte) (_ *Ceremony, err error) {
	defer fault.Catch(&err, "ceremony", fault.ErrMalformed)
	decoded, err := ceremony.Unmarshal(data)
	if err != nil {
		return nil, err
	}
	c := &Ceremony{Ceremony: decoded}
	for i := range c.Circuits {
		cl, err := ReadClass(c.Circuits[i].Description)
		if err = fault.OfFile(err); err != nil {
			return nil, fmt.Errorf("ceremony: circuit %d: %w", i+1, err)
		}
		if cl.digest != c.Circuits[i].Class {
			return nil, fmt.Errorf("ceremony: circuit %d, of %s, is class %x here and %x in the file, which another version has made: %w",
				i+1, fault.Quote(cl.Name()), cl.digest[:8], c.Circuits[i].Class[:8], fault.ErrVersion)
		}
		c.Classes = append(c.Classes, cl)
	}
	return c, nil
}

// Memory estimates what checking a ceremony of classes takes, beside its file.
func Memory(classes []*Class) *memory.Need {
	need := &memory.Need{}
	for _, cl := range classes {
		cl.addMemory(need)
	}
	return need
}

// CeremonyKeys are the keys of a class from a ceremony that was checked.
type CeremonyKeys struct {
	class     *Class
	proving   *groth16.ProvingKey
	verifying *groth16.VerifyingKey
}

// Digest identifies the verifying key, as proofs name it.
func (k *CeremonyKeys) Digest() ([32]byte, error) {
	return keyDigest(k.class.digest, groth16VerifyingKey{k.verifying})
}

// Check verifies the transcripts of all circuits, which it compiles and initialises
// itself, and returns the keys of a ceremony that is finished. Errors wrap
// fault.ErrRejected, fault.ErrVersion for another first phase, or are the first
// phase's.
//
// Soundness: as of package ceremony; each key is for the class that it is returned
// for, whatever the file says that it is.
func (c *Ceremony) Check(ctx context.Context, first Phase1, watch Watch) ([]*CeremonyKeys, error) {
	var keys []*CeremonyKeys
	beacon, _ := c.Beacon()
	for i, cl := range c.Classes {
		t := c.Circuits[i].Transcript
		in, err := cl.initial(ctx, i, first, watch, t)
		if err != nil {
			return nil, err
		}
		watch.tell(i, "check the contributions")
		if beacon == nil {
			err = t.Verify(cl.digest, in)
		} else {
			k := &CeremonyKeys{class: cl}
			k.proving, k.verifying, err = t.Keys(cl.digest, in)
			keys = append(keys, k)
		}
		if err != nil {
			return nil, fmt.Errorf("circuit %d, %s: %w", i+1, fault.Quote(cl.Name()), err)
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// initial compiles a class and computes its initial parameters. Where there is a
// transcript, its first phase must be the one given.
func (c *Class) initial(ctx context.Context, i int, first Phase1, watch Watch, t *ceremony.Transcript) (*ceremony.Initial, error) {
	watch.tell(i, "compile")
	circuit, err := c.Compile()
	if err != nil {
		return nil, err
	}
	log, err := ceremony.Log(circuit)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	watch.tell(i, "check the powers of tau")
	p, err := first.Powers(log)
	if err != nil {
		return nil, fmt.Errorf("circuit of %s, %d constraints: %w", fault.Quote(c.Name()), circuit.GetNbConstraints(), err)
	}
	if t != nil && t.Phase1 != p.Digest {
		return nil, fmt.Errorf("the ceremony starts from the powers of tau with SHA-256 %x, the file given has %x: %w", t.Phase1, p.Digest, fault.ErrVersion)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	watch.tell(i, sizeOf(circuit))
	return ceremony.Initialize(circuit, p)
}

func sizeOf(circuit *cs.R1CS) string {
	return fmt.Sprintf("initialise %d constraints", circuit.GetNbConstraints())
}
