package audit

import (
	"fmt"

	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/relation"
)

// Works are rows that a claim compares a dataset with: a public list, in the
// dataset's integers, or the features of a part that someone has committed.
type Works struct {
	List [][]int64 `toml:"list,omitempty"`
	From string    `toml:"works,omitempty"` // name of a part
}

// maxListCells bounds a public list.
const maxListCells = 1 << 22

// works returns the rows as a tensor (work, feature), to be compared with the
// rows of a part: of its width and, where they are committed, its format.
func (s *Scope) works(w Works, like *partTensors) relation.ID {
	width := like.Features
	if (len(w.List) == 0) == (w.From == "") {
		s.usage("works are either a list, or the rows of a part")
		return relation.None
	}
	if w.From != "" {
		p := s.part(w.From)
		if s.err == nil && (p.Features != width || p.FractionBits != like.FractionBits) {
			s.usage("rows of parts %q and %q differ in width or fraction bits", w.From, like.name)
		}
		return p.features()
	}
	if id, ok := s.b.Named("list of works"); ok {
		if s.axes(id)[1].Size != width {
			s.usage("works have %d cells, rows of part %q have %d", s.axes(id)[1].Size, like.name, width)
		}
		return id
	}
	axes := []relation.Axis{{Name: "works", Size: len(w.List)}, {Name: "features", Size: width}}
	if len(w.List) > maxListCells/axes[1].Padded() {
		s.usage("a list of %d works is too long", len(w.List))
		return relation.None
	}
	cells := make([]int64, axes[0].Padded()*axes[1].Padded())
	for i, row := range w.List {
		if len(row) != width {
			s.usage("work %d has %d cells, rows have %d", i, len(row), width)
			return relation.None
		}
		for k, x := range row {
			if x != int64(int16(x)) {
				s.usage("work %d, cell %d: %d has more than 16 bits", i, k, x)
			}
			cells[i*axes[1].Padded()+k] = x
		}
	}
	return s.public("list of works", cells, axes...)
}

func (w Works) words() string {
	if w.From != "" {
		return fmt.Sprintf("the rows of %s", foreign.Quote(w.From))
	}
	return fmt.Sprintf("the %s listed", count(len(w.List), "work"))
}

// products are the pairs of rows of two tensors with as many columns:
// n_x(i) = Σ_k x(i,k)², n_y(w), s(i,w) = Σ_k x(i,k)·y(w,k). Sums carry the mask
// of the columns, so paddings may hold anything.
type products struct {
	rows, works  relation.Axis
	nx, ny, dot  relation.ID
	width, bound int // columns; bits of a norm or product, sign excluded
}

func (s *Scope) products(name string, x, y relation.ID) *products {
	rows, works, columns := s.axes(x)[0], s.axes(y)[0], s.axes(x)[1]
	p := &products{rows: rows, works: works, width: columns.Size, bound: 30 + columns.Log()}
	p.nx, p.ny = s.norms(x), s.norms(y)
	p.dot = s.virtual(name+": products", []relation.Axis{rows, works}, []relation.Label{"i", "w"},
		relation.Times(relation.Int(1), relation.At(s.b.Mask(columns), "k"), relation.At(x, "i", "k"), relation.At(y, "w", "k")))
	return p
}

// norms is Σ_k x(i,k)² of every row.
func (s *Scope) norms(x relation.ID) relation.ID {
	name := "squared norms of " + s.name(x)
	if id, ok := s.b.Named(name); ok {
		return id
	}
	rows, columns := s.axes(x)[0], s.axes(x)[1]
	return s.virtual(name, []relation.Axis{rows}, []relation.Label{"i"},
		relation.Times(relation.Int(1), relation.At(s.b.Mask(columns), "k"), relation.At(x, "i", "k"), relation.At(x, "i", "k")))
}
