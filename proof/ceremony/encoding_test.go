package ceremony

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// two is a ceremony of two circuits, to which anna and bela have contributed.
func two(t *testing.T) (*Ceremony, []*Initial) {
	t.Helper()
	c, initial := &Ceremony{}, []*Initial{}
	for i, links := range []int{3, 6} {
		in := initialised(t, compiled(t, links))
		initial = append(initial, in)
		c.Circuits = append(c.Circuits, Circuit{[]byte{byte(i)}, New([32]byte{byte(i)}, in)})
	}
	if err := errors.Join(c.Contribute("anna", nil), c.Contribute("bela", []byte("dice"))); err != nil {
		t.Fatal(err)
	}
	return c, initial
}

// TestCeremonyOfTwoCircuits: one contribution and one beacon is one to each circuit.
func TestCeremonyOfTwoCircuits(t *testing.T) {
	c, initial := two(t)
	id, digests := c.ID(), [][32]byte{c.ContributionDigest(0), c.ContributionDigest(1)}
	if err := c.Finish([]byte("0123456789abcdef"), 4); err != nil {
		t.Fatal(err)
	}
	b, err := c.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Unmarshal(b)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(again.Names(), []string{"anna", "bela"}) || again.ID() != id || digests[0] == digests[1] {
		t.Errorf("by %q, another ID: %v", again.Names(), again.ID() != id)
	}
	for i, d := range digests {
		if again.ContributionDigest(i) != d {
			t.Errorf("contribution %d has another digest at the end", i+1)
		}
	}
	if beacon, iterations := again.Beacon(); string(beacon) != "0123456789abcdef" || iterations != 4 {
		t.Errorf("beacon %q, hashed 2^%d times", beacon, iterations)
	}
	for i, circuit := range again.Circuits {
		if _, _, err := circuit.Keys(circuit.Class, initial[i]); err != nil || circuit.Description[0] != byte(i) {
			t.Errorf("circuit %d, described as %v: %v", i+1, circuit.Description, err)
		}
	}
}

// TestContributionDigests: they say what was contributed before, to which circuits.
func TestContributionDigests(t *testing.T) {
	c, _ := two(t)
	want := c.ContributionDigest(1)
	for name, change := range map[string]func(c *Ceremony){
		"another name before": func(c *Ceremony) { c.Circuits[0].Contributions[0].Name = "carl" },
		"another δ before":    func(c *Ceremony) { c.Circuits[1].Contributions[0].Delta.Neg(&c.Circuits[1].Contributions[0].Delta) },
		"its own δ":           func(c *Ceremony) { c.Circuits[0].Contributions[1].Delta.Neg(&c.Circuits[0].Contributions[1].Delta) },
		"another class":       func(c *Ceremony) { c.Circuits[1].Class[5]++ },
		"other parameters":    func(c *Ceremony) { c.Circuits[1].Initial[5]++ },
		"a circuit less":      func(c *Ceremony) { c.Circuits = c.Circuits[:1] },
	} {
		b, err := c.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		other, err := Unmarshal(b)
		if err != nil {
			t.Fatal(err)
		}
		change(other)
		if other.ContributionDigest(1) == want {
			t.Errorf("%s: the same digest", name)
		}
	}
}

// TestCircuitsAgree: what differs between the transcripts of a ceremony has no encoding.
func TestCircuitsAgree(t *testing.T) {
	for name, change := range map[string]func(c *Ceremony){
		"another first phase":   func(c *Ceremony) { c.Circuits[1].Transcript.Phase1[0]++ },
		"a contribution less":   func(c *Ceremony) { c.Circuits[1].Contributions = c.Circuits[1].Contributions[:1] },
		"another contributor":   func(c *Ceremony) { c.Circuits[1].Contributions[1].Name = "carl" },
		"a beacon for one":      func(c *Ceremony) { c.Circuits[1].Transcript.Beacon = make([]byte, 16) },
		"a beacon hashed twice": func(c *Ceremony) { c.Circuits[1].Iterations++ },
		"one circuit twice":     func(c *Ceremony) { c.Circuits[1] = c.Circuits[0] },
		"no circuit":            func(c *Ceremony) { c.Circuits = nil },
	} {
		c, _ := two(t)
		change(c)
		if _, err := c.MarshalBinary(); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestUnmarshalTruncated: at every length, and with every byte changed, a file is refused.
func TestUnmarshalTruncated(t *testing.T) {
	c, _ := two(t)
	b, err := c.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	for n := range b {
		if _, err := Unmarshal(b[:n]); !errors.Is(err, fault.ErrMalformed) {
			t.Fatalf("%d of %d bytes: %v", n, len(b), err)
		}
	}
	for i := range b {
		changed := slices.Clone(b)
		changed[i] ^= 1
		if _, err := Unmarshal(changed); err == nil {
			t.Fatalf("byte %d changed: accepted", i)
		}
	}
	payload := b[56 : len(b)-32]
	for n := range payload { // as short as the frame says
		if _, err := decode(payload[:n]); !errors.Is(err, fault.ErrMalformed) {
			t.Fatalf("%d of %d bytes of the payload: %v", n, len(payload), err)
		}
	}
	if _, err := decode(append(slices.Clone(payload), 0)); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("a byte more: %v", err)
	}
}

// TestDamageIsNamed: whatever is wrong in a frame that is right, the place is said.
func TestDamageIsNamed(t *testing.T) {
	c, _ := two(t)
	b, err := c.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	payload := b[56 : len(b)-32]
	at := func(part []byte) int {
		i := bytes.Index(payload, part)
		if i < 0 {
			t.Fatalf("no %x in the encoding", part)
		}
		return i
	}
	compressed := func(p bn254.G1Affine) []byte { e := p.Bytes(); return e[:] }
	second := c.Circuits[1].Contributions[1].DeltaG2.Bytes()
	circuit := c.Circuits[1]
	afterProof := at(second[:]) + len(second)
	ones, lots := bytes.Repeat([]byte{0xff}, 32), encode.Int(nil, 1<<40)
	for what, test := range map[string]struct {
		at    int
		bytes []byte
	}{
		"contributions: ":                                 {32, lots},
		"name of a contribution: ":                        {40, lots},
		"contribution 1: ":                                {48, []byte{'\n'}},
		"beacon: ":                                        {64, encode.Int(nil, 1)},
		"beacon: there is none, and it is hashed":         {72, encode.Int(nil, 1)},
		"how often the beacon is hashed: ":                {72, lots},
		"circuits: ":                                      {80, lots},
		"circuit 1: description: ":                        {88 + 32, lots},
		"circuit 1: size of the circuit: ":                {88 + 32 + 9 + 32, lots},
		"circuit 2: contribution 2: δ: ":                  {at(compressed(circuit.Contributions[1].Delta)), ones},
		"circuit 2: contribution 2: δ in G2: ":            {at(second[:]), ones},
		"circuit 2: contribution 2: proof of knowledge":   {afterProof, ones},
		"circuit 2: contribution 2: proof of knowledge: ": {afterProof + 32, ones},
		"circuit 2: parameters Z: ":                       {at(compressed(circuit.Quotient[0])) - 8, lots},
		"circuit 2: parameters Z: point 3":                {at(compressed(circuit.Quotient[3])), ones},
		"circuit 2: parameters K: ":                       {at(compressed(circuit.Private[0])) - 8, lots},
		"circuit 2: parameters K: point 0":                {at(compressed(circuit.Private[0])), ones},
	} {
		damaged := slices.Clone(payload)
		copy(damaged[test.at:], test.bytes)
		_, err := Unmarshal(artefact.Encode(artefact.Header{Kind: Kind(), Version: version, Statement: c.ID()}, damaged))
		if !errors.Is(err, fault.ErrMalformed) || !strings.HasPrefix(err.Error(), "ceremony: "+what) {
			t.Errorf("want %q: %v", what, err)
		}
	}
	if _, err := Unmarshal(artefact.Encode(artefact.Header{Kind: Kind(), Version: version}, payload)); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("another ID: %v", err)
	}
	if _, err := Unmarshal(artefact.Encode(artefact.Header{Kind: Kind(), Version: version + 1, Statement: c.ID()}, payload)); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("another version: %v", err)
	}
}
