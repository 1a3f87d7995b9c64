package run

import (
	"fmt"

	"github.com/zkaudit/zkaudit/audit"
)

// Progress is told how far a stage is. Start begins a task of total units of
// work, each Advance says how many are done.
type Progress interface {
	Start(task string, total int)
	Advance(done int, note string)
	Finish()
}

// ShowClaims has p told of the proofs of an audit. finish ends the task.
func ShowClaims(p Progress, in *audit.Inputs) (finish func()) {
	in.Progress = func(done, total int, what string) {
		if done == 0 {
			p.Start("prove claims", total)
		}
		p.Advance(done, fmt.Sprintf("%d of %d: %s", done+1, total, what))
	}
	return p.Finish
}

// silent is a Progress that shows nothing.
type silent struct{}

func (silent) Start(string, int)   {}
func (silent) Advance(int, string) {}
func (silent) Finish()             {}
