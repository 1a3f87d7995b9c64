package audit

import "github.com/zkaudit/zkaudit/owner"

// Owned is what the owners of parts and of runs have, by the names of Subjects. A
// verifier has none of it.
type Owned struct {
	OwnedParts map[string]*owner.Part
	OwnedRuns  map[string]*OwnedRun
}

// OwnedRun is a run with the model that came of it, as its owner has it.
type OwnedRun struct {
	PublicRun
	owner.TrainedModel
}
