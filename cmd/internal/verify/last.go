package verify

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// Last says which file of a directory is verified: the round from which no other round
// in it starts, or without rounds the run that no other one continues. The directory
// becomes one that --from names. Any other path is returned as it is. It reads what files
// say of themselves, and verifies nothing.
//
// Errors wrap fault.ErrInput (neither is there), fault.ErrUsage (there is no single last
// one), or are those of a round, or a bundle, that cannot be read.
func (c *Chain) Last(path string) (string, error) {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return path, nil // whoever reads it says what is wrong with it
	}
	paths, kind, err := candidates(path)
	if err != nil {
		return "", err
	}
	if !slices.Contains(c.From, path) {
		c.From = append(c.From, path)
	}
	if len(paths) == 1 {
		return paths[0], nil
	}
	last, err := c.lastOf(paths, kind == "rounds")
	switch {
	case err != nil:
		return "", fmt.Errorf("%s: which of its %d %s comes last cannot be told: %w", path, len(paths), kind, err)
	case len(last) != 1:
		return "", fmt.Errorf("%s: nothing in it starts from any of the %s %s: name the one to verify: %w", path, kind, strings.Join(last, ", "), fault.ErrUsage)
	}
	c.Rounds.note("verified is %s, which comes last of the %d %s in %s", last[0], len(paths), kind, path)
	return last[0], nil
}

// candidates are the rounds of a directory, or without any its bundles, and what they
// are called.
func candidates(dir string) (paths []string, kind string, err error) {
	if paths, err = artefactsIn(dir, aggregate.Kind()); err != nil || len(paths) > 0 {
		return paths, "rounds", err
	}
	paths, err = artefactsIn(dir, bundle.Kind())
	if err == nil && len(paths) == 0 {
		err = fmt.Errorf("%s: no bundle and no round is in it: %w", dir, fault.ErrInput)
	}
	return paths, "bundles", err
}

// lastOf returns those paths from which none of the others starts, directly or not. Of
// copies, which end with the same, it takes the first.
func (c *Chain) lastOf(paths []string, isRound bool) (last []string, err error) {
	silent, rounds := *c, *c.Rounds
	rounds.Note, silent.Rounds = nil, &rounds // files are set aside, and that is said, when they are verified
	s, err := silent.steps()
	if err != nil {
		return nil, err
	}
	from := map[[32]byte][][32]byte{}
	for _, step := range slices.Concat(s.required, s.spare) {
		from[step.Result()] = step.From()
	}
	started := map[[32]byte]bool{}
	var start func(results [][32]byte)
	start = func(results [][32]byte) {
		for _, result := range results {
			if !started[result] {
				started[result] = true
				start(from[result])
			}
		}
	}
	var list []bundle.Step
	for _, path := range paths {
		step, err := s.step(path, isRound)
		if err != nil {
			return nil, err
		}
		list = append(list, step)
		start(step.From())
	}
	for _, step := range list {
		if result := step.Result(); !started[result] {
			started[result] = true
			last = append(last, step.Name())
		}
	}
	return last, nil
}
