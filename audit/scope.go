package audit

import (
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/einsum"
)

// Scope is where a claim states itself: its relations over tensors that are
// already committed, along with how an honest prover finds the cells of the
// witnesses that it adds. A verifier states the same claim and computes no cells.
type Scope struct {
	b        *relation.Builder
	tables   *ops.Tables
	subjects *Subjects
	frame    *Frame
	release  *release
	fills    []func(v *Values)
	parts    map[string]*partTensors
	runs     map[string]*PublicRun
	models   map[string]*modelTensors
	external []external
	grouped  *Grouped // what the claim says of groups of rows
	cells    int      // public ones so far; see room
	err      error
}

// Subjects are the things that claims name. No run has the name of a public model.
type Subjects struct {
	Parts  map[string]*bundle.PublicPart
	Runs   map[string]*PublicRun
	Models map[string]*Model
	// The private sides of parts and runs, by the same names; empty for a verifier.
	Owned

	digests  map[digestKey][32]byte // kept once parts no longer change
	forwards *traces                // likewise
}

// digestKey is what the digest of a part depends on.
type digestKey struct {
	part    *bundle.PublicPart
	setup   [32]byte
	rowBits int
}

// digest is that of the part, computed once for all claims: hashing a part takes time
// in proportion to its size, which nothing else about a claim on it may.
func (s *Subjects) digest(p *bundle.PublicPart, f *Frame) [32]byte {
	key := digestKey{p, f.Setup, f.RowBits}
	d, known := s.digests[key]
	if !known {
		if d = p.Digest(f.Setup, f.RowBits); s.digests != nil {
			s.digests[key] = d
		}
	}
	return d
}

// external is a tensor of the system whose commitment stands in the statement.
type external struct {
	id       relation.ID
	source   Source
	rows     []bn254.G1Affine
	blinding []fr.Element
	cells    func() relation.Cells
}

func newScope(name string, f *Frame, tables *ops.Tables, subjects *Subjects, r *release) *Scope {
	return &Scope{
		b: relation.NewBuilder(name), frame: f, tables: tables, subjects: subjects, release: r,
		parts: map[string]*partTensors{}, runs: map[string]*PublicRun{}, models: map[string]*modelTensors{},
	}
}

// fail keeps the first error of stating a claim.
func (s *Scope) fail(format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf(format, args...)
	}
}

// usage is fail for parameters that make no sense.
func (s *Scope) usage(format string, args ...any) {
	s.fail(format+": %w", append(args, fault.ErrUsage)...)
}

func (s *Scope) axes(id relation.ID) []relation.Axis { return s.b.System().Tensor(id).Axes }

func (s *Scope) name(id relation.ID) string { return s.b.System().Tensor(id).Name }

// fill adds something for the honest prover to compute, after all that was added
// before it.
func (s *Scope) fill(f func(v *Values)) { s.fills = append(s.fills, f) }

// witness adds a tensor that the proof commits.
func (s *Scope) witness(name string, axes []relation.Axis, compute func(v *Values) []int64) relation.ID {
	id := s.b.Witness(name, axes...)
	s.fill(func(v *Values) { v.set(id, compute(v)) })
	return id
}

// virtual adds a tensor defined by others, from which its cells follow.
func (s *Scope) virtual(name string, axes []relation.Axis, out []relation.Label, terms ...relation.Term) relation.ID {
	id := s.b.Virtual(name, axes, out, terms...)
	s.fill(func(v *Values) {
		cells := v.sum(name, &relation.Sum{Out: out, Terms: terms}, axes)
		if cells.Elements != nil {
			v.fail("%s: cells of more than 64 bits: %w", name, fault.ErrOverflow)
		}
		if v.failed == nil {
			v.set(id, cells.Integers)
		}
	})
	return id
}

// maxClaimCells bounds the public cells that a verifier holds to state a claim,
// 128 MiB of integers, apart from the weights of public models. An entry of a
// matrix counts as two.
const maxClaimCells = 1 << 24

// room asks for public cells before memory is taken for them. Where it returns
// false, the claim has failed.
func (s *Scope) room(cells int) bool {
	if cells > maxClaimCells-s.cells {
		s.fail("more than %d public cells, for so many groups, classes or columns: %w", maxClaimCells, fault.ErrUnsupported)
		return false
	}
	s.cells += cells
	return true
}

// public adds a public tensor given by its padded cells.
func (s *Scope) public(name string, cells []int64, axes ...relation.Axis) relation.ID {
	s.room(len(cells))
	return s.known(name, cells, axes...)
}

// known is public for cells that are held anyway, whatever is claimed.
func (s *Scope) known(name string, cells []int64, axes ...relation.Axis) relation.ID {
	id := s.b.Public(name, &relation.Values{Cells: cells}, axes...)
	s.fill(func(v *Values) { v.cells[id] = cells })
	return id
}

// Values are the cells of a claim's tensors, padded and row-major, as far as
// an honest prover has computed them.
type Values struct {
	scope   *Scope
	cells   map[relation.ID][]int64
	falsity error // the first reason why the claim is false
	failed  error // anything else that went wrong
}

// compute runs all fills.
func (s *Scope) compute() *Values {
	v := &Values{scope: s, cells: map[relation.ID][]int64{}}
	for _, e := range s.external {
		v.cells[e.id] = integers(e.cells())
	}
	for _, f := range s.fills {
		if f(v); v.failed != nil {
			break
		}
	}
	return v
}

// refuse says that the claim is false, and why. An honest prover stops there.
func (v *Values) refuse(format string, args ...any) {
	if v.falsity == nil {
		v.falsity = fmt.Errorf("the claim is false: %s: %w", fmt.Sprintf(format, args...), fault.ErrRejected)
	}
}

// of returns the cells of a tensor. They must not be changed.
func (v *Values) of(id relation.ID) []int64 { return v.cells[id] }

func (v *Values) set(id relation.ID, cells []int64) { v.cells[id] = cells }

// sum returns the cells of a sum over tensors whose cells are there.
func (v *Values) sum(name string, sum *relation.Sum, axes []relation.Axis) einsum.Cells {
	cells, err := einsum.Sum(v.scope.b.System(), sum, axes, v.of)
	if err != nil {
		v.fail("%s: %w", name, err)
	}
	return cells
}

// assignment returns the cells as the prover takes them.
func (v *Values) assignment() relation.Assignment {
	sys := v.scope.b.System()
	a := relation.NewAssignment(sys)
	for id, cells := range v.cells {
		if sys.Tensor(id).Kind != relation.Public {
			a[id] = narrow(cells)
		}
	}
	for _, e := range v.scope.external {
		a[e.id] = e.cells()
	}
	return a
}

func integers(c relation.Cells) []int64 {
	if c.Small == nil {
		return c.Large
	}
	cells := make([]int64, len(c.Small))
	for i, x := range c.Small {
		cells[i] = int64(x)
	}
	return cells
}

func narrow(cells []int64) relation.Cells {
	small := make([]int32, len(cells))
	for i, x := range cells {
		if small[i] = int32(x); int64(small[i]) != x {
			return relation.Cells{Large: cells}
		}
	}
	return relation.Cells{Small: small}
}
