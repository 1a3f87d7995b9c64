package audit

import (
	"fmt"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/segment"
)

// partTensors are the committed tensors of a part in a claim's system. A
// tensor becomes part of the system when a claim first asks for it.
type partTensors struct {
	*bundle.PublicPart
	name  string
	scope *Scope
	ids   [3]relation.ID
}

const (
	featureTensor   = segment.FeatureTensor
	labelTensor     = segment.LabelTensor
	attributeTensor = segment.AttributeTensor
)

// part returns a committed part by name.
func (s *Scope) part(name string) *partTensors {
	if p, ok := s.parts[name]; ok {
		return p
	}
	p := &partTensors{name: name, scope: s, ids: [3]relation.ID{relation.None, relation.None, relation.None}}
	if p.PublicPart = s.subjects.Parts[name]; p.PublicPart == nil {
		s.noSuch("no committed part is called", name, sortedKeys(s.subjects.Parts))
		p.PublicPart = &bundle.PublicPart{Rows: 1, Features: 1, Labels: 1}
	}
	s.parts[name] = p
	return p
}

// partsOf returns several parts, at least one, none of them twice.
func (s *Scope) partsOf(names []string) []*partTensors {
	if len(names) == 0 {
		s.usage("the claim names no part")
	}
	var parts []*partTensors
	seen := map[string]bool{}
	for _, name := range names {
		if seen[name] {
			s.usage("part %q is named twice", name)
			continue
		}
		seen[name] = true
		parts = append(parts, s.part(name))
	}
	return parts
}

// label begins the names of tensors about the part. Names from outside are
// quoted, so that none can be taken for another tensor's.
func (p *partTensors) label() string { return fmt.Sprintf("part %q", p.name) }

func (p *partTensors) rowAxis() relation.Axis {
	return relation.Axis{Name: "rows of " + p.label(), Size: p.Rows}
}

func (p *partTensors) features() relation.ID { return p.tensor(featureTensor, "features", p.Features) }
func (p *partTensors) labels() relation.ID   { return p.tensor(labelTensor, "labels", p.Labels) }

func (p *partTensors) attributes() relation.ID {
	return p.tensor(attributeTensor, "attributes", len(p.Attributes))
}

func (p *partTensors) tensor(k int, what string, width int) relation.ID {
	if p.ids[k] != relation.None {
		return p.ids[k]
	}
	s := p.scope
	p.ids[k] = s.b.External(p.label()+" "+what, p.rowAxis(), relation.Axis{Name: what, Size: max(1, width)})
	if k >= len(p.Commitments) {
		s.usage("part %q has no %s", p.name, what)
		return p.ids[k]
	}
	e := external{id: p.ids[k], source: Source{Part: p.name, Tensor: k}, rows: p.Commitments[k]}
	if owned := s.subjects.OwnedParts[p.name]; owned != nil {
		_, e.blinding = owned.Opening(k)
		e.cells = func() relation.Cells {
			cells, _ := owned.Opening(k)
			return cells
		}
	}
	s.external = append(s.external, e)
	return p.ids[k]
}

// run returns a training run by name.
func (s *Scope) run(name string) *PublicRun {
	if r, ok := s.runs[name]; ok {
		return r
	}
	r := s.subjects.Runs[name]
	if r == nil {
		s.noSuch("no training run is called", name, sortedKeys(s.subjects.Runs))
		r = &PublicRun{}
	}
	s.runs[name] = r
	return r
}
