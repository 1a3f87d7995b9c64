package ceremony

import (
	"fmt"

	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// Ceremony is one of several circuits: each has a transcript, and whoever contributes
// does to all of them.
type Ceremony struct{ Circuits []Circuit }

// Circuit is a transcript with what its circuit is, in words of the caller's.
type Circuit struct {
	Description []byte
	*Transcript
}

// check returns fault.ErrMalformed unless all transcripts have the same first phase,
// contributors and beacon.
func (c *Ceremony) check() error {
	if len(c.Circuits) == 0 || len(c.Circuits) > maxCircuits {
		return fmt.Errorf("%d circuits, want 1 to %d: %w", len(c.Circuits), maxCircuits, fault.ErrMalformed)
	}
	first := c.Circuits[0].Transcript
	classes := map[[32]byte]bool{}
	for i := range c.Circuits {
		t := c.Circuits[i].Transcript
		same := t.Phase1 == first.Phase1 && len(t.Contributions) == len(first.Contributions) && string(t.Beacon) == string(first.Beacon) && t.Iterations == first.Iterations
		for k := 0; same && k < len(t.Contributions); k++ {
			same = t.Contributions[k].Name == first.Contributions[k].Name
		}
		if !same || classes[t.Class] {
			return fmt.Errorf("circuit %d has another first phase, other contributors or another beacon, or is there twice: %w", i+1, fault.ErrMalformed)
		}
		classes[t.Class] = true
	}
	return nil
}

// ID identifies a ceremony before and after everything that is contributed.
func (c *Ceremony) ID() [32]byte {
	h := encode.NewHash("zkaudit/ceremony-id/v1")
	h.Int(len(c.Circuits))
	for i := range c.Circuits {
		t := c.Circuits[i].Transcript
		for _, digest := range [][32]byte{t.Phase1, t.Class, t.Initial} {
			h.Fixed(digest[:])
		}
	}
	return h.Sum()
}

// Phase1 is SHA-256 of the file of the first phase.
func (c *Ceremony) Phase1() [32]byte { return c.Circuits[0].Transcript.Phase1 }

// Names are those of who contributed, in order, as they call themselves.
func (c *Ceremony) Names() []string {
	var names []string
	for _, contribution := range c.Circuits[0].Contributions {
		names = append(names, contribution.Name)
	}
	return names
}

// Beacon returns the beacon of a ceremony that is finished, and how often it is
// hashed: 2^iterations times. Before, it is nil.
func (c *Ceremony) Beacon() (beacon []byte, iterations int) {
	return c.Circuits[0].Transcript.Beacon, c.Circuits[0].Iterations
}

// ContributionDigest identifies contribution i with all that came before it: whoever made
// it compares it with what they were told then.
func (c *Ceremony) ContributionDigest(i int) [32]byte {
	h, id := encode.NewHash("zkaudit/ceremony-contribution/v1"), c.ID()
	h.Fixed(id[:])
	h.Int(i)
	for _, circuit := range c.Circuits {
		for k := range circuit.Contributions[:i+1] {
			h.Bytes(circuit.Contributions[k].append(nil))
		}
	}
	return h.Sum()
}

// Contribute contributes to every circuit, a factor each (Transcript.Contribute).
func (c *Ceremony) Contribute(name string, entropy []byte) error {
	for i := range c.Circuits {
		if err := c.Circuits[i].Contribute(name, entropy); err != nil {
			return err
		}
	}
	return nil
}

// Finish ends the ceremony of every circuit (Transcript.Finish).
func (c *Ceremony) Finish(beacon []byte, iterations int) error {
	for i := range c.Circuits {
		if err := c.Circuits[i].Finish(beacon, iterations); err != nil {
			return err
		}
	}
	return nil
}
