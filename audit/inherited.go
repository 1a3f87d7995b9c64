package audit

import (
	"fmt"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

// inherited is what a claim about the rows that a run has read does not say of its
// weights: these come of all that its initial weights came of, too, and an audit has no
// proof of that. Weights drawn from a public seed come of nothing.
func (r *PublicRun) inherited(name string) []string {
	if r.Training == nil {
		return nil
	}
	switch o := &r.Training.Origin; o.Kind {
	case bundle.Seeded:
		return nil
	case bundle.Continued:
		return []string{fmt.Sprintf("what the weights that training run %s starts from were trained on: it continues the result %x, and rows that it does not read may have been read before (zkaudit verify --from lists the chain)", foreign.Quote(name), o.Predecessor)}
	default:
		return []string{fmt.Sprintf("what the weights that training run %s starts from were trained on: their origin is %v", foreign.Quote(name), o.Kind)}
	}
}
