package run

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zkaudit/zkaudit/cluster"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof/proving"
)

// queue is a queue for tests, with a server in this process.
type queue struct {
	server *cluster.Server
	key    *cluster.Key
	dir    string
}

func newQueue(t *testing.T) *queue {
	t.Helper()
	q := &queue{dir: t.TempDir()}
	var err error
	if q.key, err = cluster.NewKey(make([]byte, 32)); err != nil {
		t.Fatal(err)
	}
	if q.server, err = cluster.StartServer(q.dir, 0, ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.server.Stop)
	return q
}

func (q *queue) dial(t *testing.T) *cluster.Conn {
	t.Helper()
	o := cluster.Default()
	o.AckWait, o.Tries, o.Delay, o.Pause, o.Poll = time.Second, 3, 50*time.Millisecond, 50*time.Millisecond, 100*time.Millisecond
	c, err := q.server.Dial(q.key, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// head are options of a head of the queue.
func (q *queue) head(t *testing.T) ProveOptions {
	t.Helper()
	return ProveOptions{Cluster: &ClusterOptions{Program: "test", Connect: func(_ context.Context, folder string) (*Queue, error) {
		c := q.dial(t)
		return &Queue{Conn: c, Close: c.Close}, os.MkdirAll(folder, 0o700)
	}}}
}

// work has a worker prove until the test ends; each proof goes through change, which may
// be nil.
func (q *queue) work(t *testing.T, limit memory.Limit, change func(proof []byte) []byte) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	c := q.dial(t)
	go func() {
		ended <- c.Work(ctx, &cluster.Worker{Version: WorkVersion("test"), MaxInput: 1 << 30, Open: func(_ context.Context, shared []byte) (cluster.Doer, error) {
			w, err := NewWorker(shared, WorkerOptions{CacheDir: generators, Memory: limit})
			if err != nil {
				return nil, err
			}
			return func(ctx context.Context, input []byte) ([]byte, error) {
				proof, err := w.Prove(ctx, input)
				if err == nil && change != nil {
					proof = change(proof)
				}
				return proof, err
			}, nil
		}})
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
}

// TestProveElsewhere: two workers prove a run of six segments, which verifies; what the
// server holds meanwhile tells nothing of rows, weights and blinding.
func TestProveElsewhere(t *testing.T) {
	for name, change := range map[string]func(c *Config){
		"validity": nil,
		"zk":       func(c *Config) { c.Proof.Mode = "zk" },
		"parts, a frozen layer and momentum": func(c *Config) {
			c.Data = append(c.Data, c.Data[0])
			c.Initial.From, c.Model.Frozen = "model", []string{"m/dense_0/weights"}
			c.Training.Momentum, c.Training.MomentumRestart = "0.5", 2
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, q := trained(t, change), newQueue(t)
			q.work(t, memory.Limit{}, nil)
			q.work(t, memory.Limit{}, nil)
			p := &noting{task: "prove"}
			d := open(t, dir, p)
			d.progress = &watching{noting: p, look: func() { q.assertSealed(t, d) }}
			r, err := d.ProveWith(t.Context(), q.head(t))
			if err != nil || r.Proven != 6 || r.Segments != 6 {
				t.Fatalf("%+v, %v", r, err)
			}
			if _, err := check(dir); err != nil {
				t.Error(err)
			}
			if exists(filepath.Join(dir, proveDir, queueDir)) {
				t.Error("the folder of the queue is left")
			}
			if fmt.Sprint(p.done) != "[1 2 3 4 5 6]" {
				t.Errorf("progress %v", p.done)
			}
			for _, i := range []int{0, 5} {
				if err := os.Remove(proofFile(dir, i)); err != nil {
					t.Fatal(err)
				}
			}
			if r, err = d.ProveWith(t.Context(), q.head(t)); err != nil || r.Proven != 2 {
				t.Errorf("two were missing: %+v, %v", r, err)
			}
			if _, err := check(dir); err != nil {
				t.Error(err)
			}
		})
	}
}

// watching looks at something whenever its task advances.
type watching struct {
	*noting
	look func()
}

func (w *watching) Advance(done int, note string) {
	w.noting.Advance(done, note)
	if w.now == w.task {
		w.look()
	}
}

// assertSealed looks for what is secret in all that the server has written.
func (q *queue) assertSealed(t *testing.T, d *Directory) {
	t.Helper()
	secrets := d.secrets(t)
	read := 0
	err := filepath.WalkDir(q.dir, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || err == nil && e.IsDir() {
			return nil
		}
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		read += len(text)
		for what, secret := range secrets {
			if bytes.Contains(text, secret) {
				t.Errorf("%s holds %s", path, what)
			}
		}
		return err
	})
	if err != nil || read == 0 {
		t.Errorf("%d bytes read: %v", read, err)
	}
}

// secrets are cells of rows and weights as they are shipped, blinding, and what the run is
// called.
func (d *Directory) secrets(t *testing.T) map[string][]byte {
	t.Helper()
	j, err := d.Job()
	if err != nil {
		t.Fatal(err)
	}
	var rows []byte
	for _, v := range j.Parts[0].Cells[0].Small[:8] {
		rows = binary.LittleEndian.AppendUint32(rows, uint32(v))
	}
	checkpoint := readFile(t, filepath.Join(d.Path, trainDir, "weights-000001.ckpt"))
	committed := readFile(t, filepath.Join(d.Path, proveDir, "weights-000001.committed"))
	return map[string][]byte{
		"rows": rows, "weights": checkpoint[len(checkpoint)-32-64 : len(checkpoint)-32], "blinding": committed[len(committed)-64 : len(committed)-32],
		"the statement": []byte("zkaudit/run"), "a weight's name": []byte("dense_0"), "a segment's name": []byte("segment"),
	}
}

// TestFalseProofsAreRefused: what a worker sends and does not verify is never kept: it is
// asked for again, and where no worker proves it, the run stops and says so.
func TestFalseProofsAreRefused(t *testing.T) {
	dir, q := trained(t, nil), newQueue(t)
	var n atomic.Int64
	q.work(t, memory.Limit{}, func(proof []byte) []byte {
		if k := n.Add(1); k == 1 || k == 4 {
			proof[len(proof)/2] ^= 1
		}
		return proof
	})
	d := open(t, dir, nil)
	if r, err := d.ProveWith(t.Context(), q.head(t)); err != nil || r.Proven != 6 {
		t.Fatalf("two proofs were false: %+v, %v", r, err)
	}
	if _, err := check(dir); err != nil {
		t.Error(err)
	}
	if err := os.Remove(proofFile(dir, 3)); err != nil {
		t.Fatal(err)
	}
	liars := newQueue(t)
	other := readPayload(t, proofFile(dir, 2)) // a true proof, of another segment
	liars.work(t, memory.Limit{}, func([]byte) []byte { return other })
	_, err := d.ProveWith(t.Context(), liars.head(t))
	if !errors.Is(err, fault.ErrInput) || errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "segment 4 of 6 (steps 6 to 7): the outputs of 3 tries are false") || !strings.Contains(err.Error(), "all else is done and kept, and the same command asks for no more than is missing") {
		t.Errorf("%v", err)
	}
	if exists(proofFile(dir, 3)) {
		t.Error("a false proof was kept")
	}
}

// readPayload returns the proof in a file.
func readPayload(t *testing.T, path string) []byte {
	t.Helper()
	file := readFile(t, path)
	return file[56 : len(file)-32]
}

// TestWorkerTooSmall: where segments fit no worker, the head says what they take; a run of another mode or setup is refused before anything is sent.
func TestWorkerTooSmall(t *testing.T) {
	dir, q := trained(t, nil), newQueue(t)
	q.work(t, memory.Limit{Bytes: memory.Base, By: "a test"}, nil)
	d := open(t, dir, nil)
	_, err := d.ProveWith(t.Context(), q.head(t))
	if !errors.Is(err, fault.ErrResources) || !strings.Contains(err.Error(), "no worker takes what is left, segment 1 of 6 (steps 0 to 1) and 5 more: of 1 that were heard each refuses, with: proving a segment of 2 steps on this worker takes about") || !strings.Contains(err.Error(), "a test leaves") {
		t.Errorf("%v", err)
	}
	for mode, setup := range map[string]string{"zk-plonk": DevelopmentSetup, "zk": "powers.srs"} {
		d.Config.Proof.Mode, d.Config.Proof.Setup = mode, setup
		if err := d.clusterable(); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("mode %s, setup %s: %v", mode, setup, err)
		}
	}
}

// TestSmallHead: a machine that has not the memory to prove a segment has others prove it;
// workers of its own it refuses.
func TestSmallHead(t *testing.T) {
	dir, q := trained(t, nil), newQueue(t)
	q.work(t, memory.Limit{}, nil)
	d := open(t, dir, nil)
	j, err := d.Job()
	if err != nil {
		t.Fatal(err)
	}
	d.memory = memory.Limit{Bytes: memory.Base, By: "a test"}
	if err := d.fitsProving(j); !errors.Is(err, fault.ErrResources) {
		t.Fatalf("a segment fits: %v", err)
	}
	o := q.head(t)
	o.Cluster.Local = true
	if _, err := d.ProveWith(t.Context(), o); !errors.Is(err, fault.ErrResources) || !strings.Contains(err.Error(), "a test leaves") {
		t.Errorf("workers of this machine: %v", err)
	}
	o.Cluster.Local = false
	if r, err := d.ProveWith(t.Context(), o); err != nil || r.Proven != 6 {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestMemoryOfWorkers: each worker of this machine takes a process and rows of its own,
// beside the head, and as much as it asks for itself; who wants too many is told how many
// would fit.
func TestMemoryOfWorkers(t *testing.T) {
	d := open(t, trained(t, nil), nil)
	j, err := d.Job()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.fitsWorkers(j, 1000); err != nil {
		t.Errorf("no limit: %v", err)
	}
	s, err := d.Config.segmenting(j.model, j.rows.trained())
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.layout(j.Run.Segment)
	if err != nil {
		t.Fatal(err)
	}
	one := workerNeed(s.mode, l, j.shapes()).Bytes()
	_, shared, task := d.shipped(t, 1)
	for less, want := range map[int64]error{0: nil, 1: fault.ErrResources} {
		w, err := NewSegmentWorker(shared, WorkerOptions{CacheDir: generators, Memory: memory.Limit{Bytes: one - less, By: "a test"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Prove(t.Context(), task.Input); !errors.Is(err, want) {
			t.Errorf("a worker with %d bytes less than it is counted with: %v", less, err)
		}
	}

	j.rows.train[0].Width, j.Parts[0].Features = 1<<20, 1<<20 // rows weigh more than a proof
	rows := &memory.Need{}
	j.rows.addMemory(rows)
	cells := rows.Bytes() - memory.Base
	one = workerNeed(s.mode, l, j.shapes()).Bytes()
	if proof := proving.Memory(s.mode, l).Bytes(); one < proof+2*cells || cells < proof-memory.Base {
		t.Fatalf("a worker takes %d bytes, of which rows %d and the proof %d", one, cells, proof)
	}
	for workers := range 4 {
		d.memory = memory.Limit{Bytes: memory.Base + 2*cells + int64(workers)*one, By: "a test"}
		would := fmt.Sprintf("--jobs %d would fit", workers)
		if workers == 0 {
			would = "without --cluster, which takes one process, it would fit"
		}
		for jobs := 1; jobs < 5; jobs++ {
			err := d.fitsWorkers(j, jobs)
			if fits := jobs <= workers; fits != (err == nil) || !fits && (!errors.Is(err, fault.ErrResources) || !strings.Contains(err.Error(), would)) {
				t.Errorf("%d fit, %d: %v", workers, jobs, err)
			}
		}
	}
}

// TestDamagedShipments: whatever is changed or cut off what is shipped is an error, and no
// panic.
func TestDamagedShipments(t *testing.T) {
	w, shared, task := open(t, trained(t, nil), nil).shipped(t, 1)
	worker, err := NewSegmentWorker(shared, WorkerOptions{CacheDir: generators})
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(shared); n += 1 + n/50 {
		if _, err := decodeShipment(shared[:n]); err == nil {
			t.Errorf("%d bytes of a shipment are one", n)
		}
	}
	if _, err := decodeShipment(append(bytes.Clone(shared), 0)); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("a byte more: %v", err)
	}
	for n := 0; n < len(task.Input); n += 1 + n/50 {
		if _, err := worker.Prove(t.Context(), task.Input[:n]); err == nil {
			t.Errorf("%d bytes of a segment are one", n)
		}
	}
	if _, err := worker.Prove(t.Context(), append(bytes.Clone(task.Input), 0)); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("a byte more: %v", err)
	}
	at := bytes.Index(task.Input, binary.LittleEndian.AppendUint64(nil, uint64(w.firstWeight(t, 1))))
	if at < 0 {
		t.Fatal("the first weight is not in what is shipped")
	}
	task.Input[at] ^= 1
	if _, err := worker.Prove(t.Context(), task.Input); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), "the weights after it are others") {
		t.Errorf("another weight: %v", err)
	}
}

// shipped begins to prove a run, and returns what workers are sent for a segment.
func (d *Directory) shipped(t *testing.T, segment int) (w *proveCall, shared []byte, task *cluster.Task) {
	t.Helper()
	w, id, err := d.newProveCall()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.stage(proveDir); err != nil {
		t.Fatal(err)
	}
	if err := w.begin(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	jobs, err := w.segmentJobs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if shared, err = newShipment(TransparentSetup, w.prover, w.job.Run.Initial).encode(); err != nil {
		t.Fatal(err)
	}
	if task, err = w.task(&jobs[segment], [32]byte{}); err != nil {
		t.Fatal(err)
	}
	return w, shared, task
}

// firstWeight is the first cell of the first trainable weight before a segment.
func (w *proveCall) firstWeight(t *testing.T, segment int) int64 {
	t.Helper()
	cells, err := w.checkpoints.Load(segment)
	if err != nil {
		t.Fatal(err)
	}
	return cells[w.job.Run.Program.OfRole(graph.Weight)[0]][0]
}
