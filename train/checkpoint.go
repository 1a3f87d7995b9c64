package train

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// checkpointKind is the artefact kind of a checkpoint.
var checkpointKind = artefact.Kind{'c', 'h', 'k', 'p'}

const checkpointVersion = 2

// Checkpoints keeps the weights at the segment borders of one run in a
// directory: number i holds those before segment i, the last number those
// after the run.
type Checkpoints struct {
	dir    string
	run    *Run
	digest [32]byte
}

// NewCheckpoints returns the checkpoints of a run in a directory that exists.
// Requires a run that passes Check.
func NewCheckpoints(dir string, run *Run) *Checkpoints {
	return &Checkpoints{dir: dir, run: run, digest: run.Digest()}
}

// CheckpointName returns what the file of checkpoint i is called.
func CheckpointName(i int) string { return fmt.Sprintf("weights-%06d.ckpt", i) }

// Path returns the file of checkpoint i.
func (c *Checkpoints) Path(i int) string { return filepath.Join(c.dir, CheckpointName(i)) }

// Save writes checkpoint i, whole or not at all.
func (c *Checkpoints) Save(i int, w Weights) error {
	header := artefact.Header{Kind: checkpointKind, Version: checkpointVersion, Statement: c.digest}
	return artefact.WriteFile(c.Path(i), artefact.Encode(header, c.encode(i, w)), artefact.PrivateMode)
}

// Load reads checkpoint i and adds the frozen weights. Errors name the file
// and wrap fault.ErrInput (missing, readable by others), fault.ErrMalformed
// (damaged), fault.ErrVersion or fault.ErrUsage (of another run), and say what to do.
func (c *Checkpoints) Load(i int) (Weights, error) {
	w, err := c.load(i)
	switch {
	case errors.Is(err, fault.ErrMalformed) || errors.Is(err, fault.ErrOverflow):
		err = fault.Advise(err, "delete the file, and run zkaudit train: what is missing is trained again")
	case errors.Is(err, fault.ErrVersion):
		err = fault.Advise(err, "zkaudit train --restart makes it again")
	case errors.Is(err, fault.ErrUsage):
		err = fault.Advise(err, "put the right file there, or start over with zkaudit train --restart")
	}
	return w, err
}

func (c *Checkpoints) load(i int) (Weights, error) {
	path := c.Path(i)
	data, err := artefact.ReadPrivateFile(path, c.size()+artefact.Overhead)
	if err != nil {
		return nil, fmt.Errorf("checkpoint %d: %w", i, err)
	}
	header, payload, err := artefact.Decode(data, checkpointKind, checkpointVersion)
	if err != nil {
		return nil, fmt.Errorf("checkpoint %s: %w", path, err)
	}
	if header.Statement != c.digest {
		return nil, fmt.Errorf("checkpoint %s belongs to another run: program, rates, segments, initial weights or data differ: %w", path, fault.ErrUsage)
	}
	w, err := c.decode(i, payload)
	if err != nil {
		return nil, fmt.Errorf("checkpoint %s: %w", path, err)
	}
	return w, nil
}

// Last returns the largest i such that files 0 … i are there, or −1. It does
// not read them.
func (c *Checkpoints) Last() (int, error) {
	for i := 0; i <= c.run.Segments(); i++ {
		if _, err := os.Stat(c.Path(i)); errors.Is(err, fs.ErrNotExist) {
			return i - 1, nil
		} else if err != nil {
			return -1, fmt.Errorf("checkpoint %d: %w: %w", i, fault.ErrInput, err)
		}
	}
	return c.run.Segments(), nil
}

// FileBytes returns how long the file of a checkpoint is.
func (c *Checkpoints) FileBytes() int64 { return c.size() + artefact.Overhead }

// size returns the bytes of a payload, which the program determines.
func (c *Checkpoints) size() int64 {
	p := c.run.Program
	bytes := int64(3 * 8)
	for _, id := range p.OfRole(graph.Weight) {
		t := p.Tensor(id)
		bytes += int64(8+len(t.Name)+8) + 8*int64(t.Size())
	}
	return bytes
}

func (c *Checkpoints) encode(i int, w Weights) []byte {
	p := c.run.Program
	ids := p.OfRole(graph.Weight)
	out := make([]byte, 0, c.size())
	out = encode.Int(out, i)
	out = encode.Int(out, c.run.border(i))
	out = encode.Int(out, len(ids))
	for _, id := range ids {
		out = encode.Ints(encode.Text(out, p.Tensor(id).Name), w[id])
	}
	return out
}

// decode reads a payload of exactly the form that encode writes: the bytes
// before and between the cells must be those of this run.
func (c *Checkpoints) decode(i int, payload []byte) (Weights, error) {
	if int64(len(payload)) != c.size() {
		return nil, fmt.Errorf("%d bytes, want %d: %w", len(payload), c.size(), fault.ErrMalformed)
	}
	p := c.run.Program
	ids := p.OfRole(graph.Weight)
	at := 0
	number := func() uint64 {
		at += 8
		return binary.LittleEndian.Uint64(payload[at-8:])
	}
	if n := number(); n != uint64(i) {
		return nil, fmt.Errorf("it is checkpoint %d: %w", n, fault.ErrMalformed)
	}
	if step, count := number(), number(); step != uint64(c.run.border(i)) || count != uint64(len(ids)) {
		return nil, fmt.Errorf("step %d with %d weights, want step %d with %d: %w", step, count, c.run.border(i), len(ids), fault.ErrMalformed)
	}
	w := Weights{}
	for _, id := range ids {
		t := p.Tensor(id)
		if n := number(); n != uint64(len(t.Name)) || string(payload[at:at+len(t.Name)]) != t.Name {
			return nil, fmt.Errorf("where weight %q should begin, there is another: %w", t.Name, fault.ErrMalformed)
		}
		at += len(t.Name)
		if n := number(); n != uint64(t.Size()) {
			return nil, fmt.Errorf("weight %q: %d cells, want %d: %w", t.Name, n, t.Size(), fault.ErrMalformed)
		}
		w[id] = make([]int64, t.Size())
		for k := range w[id] {
			w[id][k] = int64(number())
		}
	}
	for _, id := range p.OfRole(graph.Frozen) {
		w[id] = c.run.Initial[id]
	}
	return w, w.Check(p)
}
