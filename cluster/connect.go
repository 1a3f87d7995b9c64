package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Conn is a connection of a head or a worker to a server with JetStream. It comes
// back by itself when the server does.
type Conn struct {
	nats   *nats.Conn
	js     jetstream.JetStream
	key    *Key
	o      Options
	denied atomic.Pointer[error] // what the server did not let this user do, first
}

// Options are what the head tells the engine, and how long both wait. The zero
// Options are of no use: see Default.
type Options struct {
	AckWait time.Duration // after which a job goes to another worker, unless its own says that it is at it
	Tries   int           // of one job, before it is a dead letter
	Delay   time.Duration // before a job that failed is tried again
	Pause   time.Duration // before one is that this worker cannot do, and the time that it leaves others to take it
	Window  int           // jobs that wait, or are under way, at once
	Poll    time.Duration // how often is asked what nobody tells
	Answer  time.Duration // that a server may take to answer
}

// Default are the options of commands.
func Default() Options {
	return Options{AckWait: 30 * time.Second, Tries: 8, Delay: 5 * time.Second, Pause: time.Minute, Window: 256, Poll: 2 * time.Second, Answer: 10 * time.Second}
}

// Retention is how long a server keeps what an abandoned run has left there.
const Retention = 30 * 24 * time.Hour

// Dial connects to a server. Errors wrap fault.ErrInput, or fault.ErrUsage where the
// target makes no sense; they hold no password.
func Dial(t Target, key *Key, o Options) (*Conn, error) {
	c := &natsContext{}
	if t.Context != "" {
		var err error
		if c, err = readContext(t.Context); err != nil {
			return nil, err
		}
	}
	if t.URL == "" {
		t.URL = c.URL
	}
	if t.URL == "" {
		return nil, fmt.Errorf("no server to work with: give --cluster URL, or --cluster-context NAME whose file has a url: %w", fault.ErrUsage)
	}
	list, err := c.options()
	if err != nil {
		return nil, err
	}
	return dial(t.URL, c.Domain, key, o, list...)
}

func dial(address, domain string, key *Key, o Options, list ...nats.Option) (*Conn, error) {
	c := &Conn{key: key, o: o}
	list = append(list, nats.Name("zkaudit"), nats.MaxReconnects(-1), nats.ReconnectWait(time.Second), nats.Timeout(o.Answer), nats.ErrorHandler(c.hearError))
	nc, err := nats.Connect(address, list...)
	if err != nil {
		text := err.Error()
		if address != "" { // else it is a server within the process
			text = strings.ReplaceAll(text, address, redacted(address))
		}
		return nil, fmt.Errorf("%s: %w: %s%s", redacted(address), fault.ErrInput, text, wayOut(err))
	}
	c.nats = nc
	if domain != "" {
		c.js, err = jetstream.NewWithDomain(nc, domain)
	} else {
		c.js, err = jetstream.New(nc)
	}
	if err != nil {
		nc.Close()
		return nil, fmt.Errorf("%s: %w: %w", redacted(address), fault.ErrInput, err)
	}
	return c, nil
}

// Close ends the connection, after what was said last has been sent.
func (c *Conn) Close() {
	_ = c.nats.FlushTimeout(time.Second) // it may be gone
	c.nats.Close()
}

// undated is a context that ends with another one, and has no deadline: then each question
// to the server has one of its own, and a server that went away in between is noticed.
func undated(ctx context.Context) (context.Context, context.CancelFunc) {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, cancel)
	return own, func() {
		stop()
		cancel()
	}
}

// insist does what the server is to do, again and again while it is away.
// Refusals of the server, and the end of ctx, end it: errors wrap fault.ErrInput.
func (c *Conn) insist(ctx context.Context, what string, do func(ctx context.Context) error) error {
	for {
		err := do(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%s: %w", what, ctx.Err())
		}
		if lost := c.lost(); lost != nil {
			return fmt.Errorf("%s: %w", what, lost)
		}
		var refusal jetstream.JetStreamError
		if errors.As(err, &refusal) && refusal.APIError() != nil && refusal.APIError().Code != unavailable {
			return fmt.Errorf("%s: the server refuses: %w: %w", what, fault.ErrInput, err)
		}
		if !away(err) {
			return fmt.Errorf("%s: %w: %w", what, fault.ErrInput, err)
		}
		if err := sleep(ctx, c.o.Poll); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
}

// unavailable is the code of a server that is starting, or has no leader for a stream.
const unavailable = 503

// away reports whether an error is of a server that does not answer, and may again.
func away(err error) bool {
	var refusal jetstream.JetStreamError
	if errors.As(err, &refusal) && refusal.APIError() != nil {
		return refusal.APIError().Code == unavailable
	}
	for _, kind := range []error{
		nats.ErrTimeout, nats.ErrNoResponders, nats.ErrDisconnected, nats.ErrReconnectBufExceeded, nats.ErrConnectionReconnecting, nats.ErrNoServers, nats.ErrStaleConnection,
		jetstream.ErrNoStreamResponse, jetstream.ErrServerShutdown, jetstream.ErrConsumerLeadershipChanged, jetstream.ErrNoHeartbeat, context.DeadlineExceeded,
		os.ErrDeadlineExceeded, // of reading an object
	} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// sleep waits, or returns the error of the context that ends before.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
