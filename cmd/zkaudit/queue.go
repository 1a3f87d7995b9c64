package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/cluster"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/run"
)

// queueFlags say which queue to work with.
type queueFlags struct {
	url, context, key string
}

// embedded is the --cluster of a server within the process.
const embedded = "embedded"

func (q *queueFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&q.url, "cluster", "", "URL of the NATS server with the queue, nats:// or tls://")
	c.Flags().StringVar(&q.context, "cluster-context", "", "NATS context with URL and credentials: a name in ~/.config/nats/context, or the path of a file")
	c.Flags().StringVar(&q.key, "cluster-key", "", "file of the owner's key, which zkaudit worker key makes")
}

// given reports whether any of the flags is.
func (q *queueFlags) given() bool { return *q != queueFlags{} }

// check refuses, with fault.ErrUsage, flags that name no queue, two, or one without a key.
func (q *queueFlags) check() error {
	switch {
	case q.url != "" && q.context != "":
		return fmt.Errorf("--cluster and --cluster-context both name a server: give one of them: %w", fault.ErrUsage)
	case q.url == embedded:
		return nil // it makes a key of its own
	case q.key == "":
		return fmt.Errorf("no key: --cluster-key FILE names it, and zkaudit worker key makes one: %w", fault.ErrUsage)
	case q.url == "" && q.context == "":
		return fmt.Errorf("no server to work with: give --cluster URL, or --cluster-context NAME: %w", fault.ErrUsage)
	}
	return nil
}

// dial connects to the queue.
func (q *queueFlags) dial() (*cluster.Conn, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	key, err := cluster.ReadKey(q.key)
	if err != nil {
		return nil, err
	}
	return cluster.Dial(cluster.Target{URL: q.url, Context: q.context}, key, cluster.Default())
}

// options has segments or claims proven through the queue; workers are processes of this machine
// that are started for it.
func (q *queueFlags) options(a *app, workers int) *run.ClusterOptions {
	o := &run.ClusterOptions{Program: programVersion(), Local: q.url == embedded, Note: func(text string) { a.note("%s", text) }}
	o.Connect = func(ctx context.Context, folder string) (*run.Queue, error) {
		if q.url == embedded {
			return a.startQueue(folder, q.key, workers)
		}
		conn, err := q.dial()
		if err != nil {
			return nil, err
		}
		return &run.Queue{Conn: conn, Close: conn.Close}, nil
	}
	return o
}

// localWait is the AckWait of a queue in this process, which may be killed with its
// workers: what they were at waits no longer than this when it is started again.
const localWait = 5 * time.Second

// startQueue starts a server in this process, with its streams in a folder, and workers
// for it.
func (a *app) startQueue(folder, keyFile string, workers int) (_ *run.Queue, err error) {
	if err := artefact.MakeFolder(folder, 0o700); err != nil {
		return nil, err
	}
	if keyFile == "" {
		keyFile = filepath.Join(folder, "cluster.key")
		if _, err := os.Lstat(keyFile); errors.Is(err, fs.ErrNotExist) {
			if err := cluster.WriteKey(keyFile, rand.Reader); err != nil {
				return nil, err
			}
		}
	}
	key, err := cluster.ReadKey(keyFile)
	if err != nil {
		return nil, err
	}
	server, err := cluster.StartServer(filepath.Join(folder, "server"), 0, "")
	if err != nil {
		return nil, err
	}
	o := cluster.Default()
	o.AckWait = localWait
	conn, err := server.Dial(key, o)
	if err != nil {
		server.Stop()
		return nil, err
	}
	context := filepath.Join(folder, "context.json")
	locals := &localWorkers{}
	q := &run.Queue{Conn: conn, Alive: locals.alive, Close: func() {
		locals.stop()
		conn.Close()
		server.Stop()
	}}
	if err := server.WriteContext(context); err != nil {
		q.Close()
		return nil, err
	}
	for range workers {
		if err := locals.start(a, context, keyFile); err != nil {
			q.Close()
			return nil, err
		}
	}
	a.note("a queue within this process, and %s; others join by: zkaudit worker --cluster-context %s --cluster-key %s", counted(workers, "worker"), context, keyFile)
	return q, nil
}

// localWorkers are processes of this machine that work for this one, and end with it.
type localWorkers struct {
	inputs []io.Closer // that keep them alive
	ended  []chan struct{}
	left   atomic.Int64
}

// start starts one.
func (l *localWorkers) start(a *app, context, keyFile string) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("a worker process: %w: %w", fault.ErrInput, err)
	}
	args := []string{"worker", "--until-eof", "--quiet", "--cluster-context", context, "--cluster-key", keyFile}
	if a.cache != "" {
		args = append(args, "--cache", a.cache)
	}
	if a.running.Flags().Changed("max-memory") {
		args = append(args, "--max-memory", a.memory)
	}
	c := exec.Command(self, args...)
	c.Stderr = &relay{say: a.say}
	input, err := c.StdinPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		return fmt.Errorf("a worker process: %w: %w", fault.ErrResources, err)
	}
	done := make(chan struct{})
	l.inputs, l.ended = append(l.inputs, input), append(l.ended, done)
	l.left.Add(1)
	go func() {
		_ = c.Wait() // how it ends, it says itself
		l.left.Add(-1)
		close(done)
	}()
	return nil
}

// relay says what a worker process says, line by line.
type relay struct {
	say  func(string)
	line []byte
}

func (r *relay) Write(text []byte) (int, error) {
	r.line = append(r.line, text...)
	for {
		line, rest, whole := bytes.Cut(r.line, []byte("\n"))
		if !whole {
			return len(text), nil
		}
		r.say("worker: " + string(line))
		r.line = rest
	}
}

// alive returns an error where none of those started is left.
func (l *localWorkers) alive() error {
	if len(l.ended) > 0 && l.left.Load() == 0 {
		return fmt.Errorf("all worker processes have ended: what they said is above; the same command goes on: %w", fault.ErrResources)
	}
	return nil
}

// patience is how long workers may take to end.
const patience = 3 * time.Second

// stop has all of them end.
func (l *localWorkers) stop() {
	for _, input := range l.inputs {
		input.Close()
	}
	limit := time.After(patience)
	for _, ended := range l.ended {
		select {
		case <-ended:
		case <-limit:
			return // they end by themselves: there is nothing to read for them
		}
	}
}
