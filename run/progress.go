package run

// Progress is told how far a stage is. Start begins a task of total units of
// work, each Advance says how many are done.
type Progress interface {
	Start(task string, total int)
	Advance(done int, note string)
	Finish()
}

// silent is the Progress of nobody.
type silent struct{}

func (silent) Start(string, int)   {}
func (silent) Advance(int, string) {}
func (silent) Finish()             {}
