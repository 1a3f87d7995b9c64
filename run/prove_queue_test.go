package run

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// TestNothingMissing: where every segment is proven, nobody is asked for a server or
// workers of this machine, the bundle is written, and what a queue has left is removed, by
// whichever call.
func TestNothingMissing(t *testing.T) {
	dir := proven(t)
	d := open(t, dir, nil)
	defer d.Close()
	queue := filepath.Join(dir, proveDir, queueDir)
	unreachable := &ClusterOptions{Program: "test", Local: true, Connect: func(context.Context, string) (*Queue, error) {
		return nil, fault.ErrResources
	}}
	for name, o := range map[string]ProveOptions{"embedded": {Cluster: unreachable}, "plain": {}} {
		err := errors.Join(os.MkdirAll(filepath.Join(queue, "server"), 0o700), os.Remove(filepath.Join(dir, BundleFile)))
		if err != nil {
			t.Fatal(err)
		}
		r, err := d.ProveWith(t.Context(), o)
		if err != nil || r.Proven != 0 || !exists(filepath.Join(dir, BundleFile)) || exists(queue) {
			t.Errorf("%s: %+v, %v; the queue is left: %v", name, r, err, exists(queue))
		}
	}
	if err := os.Remove(proofFile(dir, 1)); err != nil {
		t.Fatal(err)
	}
	if _, err := d.ProveWith(t.Context(), ProveOptions{Cluster: unreachable}); !errors.Is(err, fault.ErrResources) {
		t.Errorf("one is missing: %v", err)
	}
}
