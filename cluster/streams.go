package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
)

// Names on the server, of an owner and of a run. Both are tags.
func (k *Key) jobStream() string            { return "zkaudit-" + k.owner + "-jobs" }
func (k *Key) resultStream() string         { return "zkaudit-" + k.owner + "-results" }
func (k *Key) deadStream() string           { return "zkaudit-" + k.owner + "-dead" }
func (k *Key) bucket(run string) string     { return "zkaudit-" + k.owner + "-" + run }
func (k *Key) jobs() string                 { return "zkaudit." + k.owner + ".job" }
func (k *Key) results() string              { return "zkaudit." + k.owner + ".result" }
func (k *Key) jobSubject(p place) string    { return k.jobs() + "." + p.run + "." + p.job }
func (k *Key) resultSubject(p place) string { return k.results() + "." + p.run + "." + p.job }
func headConsumer(run string) string        { return "head-" + run }
func (k *Key) resultsOf(run string) string  { return k.results() + "." + run + ".*" }
func (k *Key) jobsOf(run string) string     { return k.jobs() + "." + run + ".*" }
func (k *Key) advisory() string             { return advisories + k.jobStream() + "." + workers }
func (k *Key) objectName(p place, of []byte) string {
	return k.tag("object/"+p.kind, []byte(p.run), []byte(p.job), of)
}

const (
	// workers is the consumer that all workers of an owner pull from.
	workers = "workers"
	// advisories are told of messages that were delivered as often as allowed, by
	// stream and consumer.
	advisories = "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES."
	// maxMessage bounds what is said in a message: all that is large is an object.
	maxMessage = 1 << 16
)

// prepare makes the streams of the owner, the consumer of the workers, the bucket of a
// run, and the consumer of its head, or sees to it that they are as they should be.
func (c *Conn) prepare(ctx context.Context, run string) error {
	k := c.key
	return c.insist(ctx, "the streams of the queue", func(ctx context.Context) error {
		for _, config := range []jetstream.StreamConfig{{
			// One message for each job that waits or is under way: a second one is refused.
			Name: k.jobStream(), Subjects: []string{k.jobs() + ".*.*"}, Retention: jetstream.WorkQueuePolicy,
			MaxMsgsPerSubject: 1, Discard: jetstream.DiscardNew, DiscardNewPerSubject: true,
		}, {
			Name: k.resultStream(), Subjects: []string{k.results() + ".*.*"}, Retention: jetstream.WorkQueuePolicy,
		}, {
			Name: k.deadStream(), Subjects: []string{k.advisory()}, Retention: jetstream.LimitsPolicy,
		}} {
			config.Storage, config.MaxAge, config.MaxMsgSize = jetstream.FileStorage, Retention, maxMessage
			if _, err := c.js.CreateOrUpdateStream(ctx, config); err != nil {
				return err
			}
		}
		if _, err := c.js.CreateOrUpdateConsumer(ctx, k.jobStream(), jetstream.ConsumerConfig{
			Durable: workers, AckPolicy: jetstream.AckExplicitPolicy, AckWait: c.o.AckWait, MaxDeliver: c.o.Tries, MaxAckPending: -1,
		}); err != nil {
			return err
		}
		if _, err := c.js.CreateOrUpdateObjectStore(ctx, jetstream.ObjectStoreConfig{Bucket: k.bucket(run), TTL: Retention, Storage: jetstream.FileStorage}); err != nil {
			return err
		}
		// A new one is given all results that no head has acknowledged. One that is lost on
		// its way is given again.
		if err := c.js.DeleteConsumer(ctx, k.resultStream(), headConsumer(run)); err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
			return err
		}
		_, err := c.js.CreateConsumer(ctx, k.resultStream(), jetstream.ConsumerConfig{
			Durable: headConsumer(run), FilterSubject: k.resultsOf(run), AckPolicy: jetstream.AckExplicitPolicy, AckWait: 2 * c.o.AckWait, MaxAckPending: -1,
		})
		return err
	})
}

// clear removes all that the server holds of a run that is done.
func (c *Conn) clear(ctx context.Context, run string) error {
	k := c.key
	return c.insist(ctx, "clearing the queue", func(ctx context.Context) error {
		for stream, subject := range map[string]string{k.jobStream(): k.jobsOf(run), k.resultStream(): k.resultsOf(run)} {
			s, err := c.js.Stream(ctx, stream)
			if err != nil {
				return err
			}
			if err := s.Purge(ctx, jetstream.WithPurgeSubject(subject)); err != nil {
				return err
			}
		}
		if err := c.js.DeleteConsumer(ctx, k.resultStream(), headConsumer(run)); err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
			return err
		}
		if err := c.js.DeleteObjectStore(ctx, k.bucket(run)); err != nil && !errors.Is(err, jetstream.ErrStreamNotFound) && !errors.Is(err, jetstream.ErrBucketNotFound) {
			return err
		}
		return nil
	})
}

// put seals bytes and stores them, unless they are there already, and returns the
// name: a keyed digest of what they are.
func (c *Conn) put(ctx context.Context, p place, plain []byte) (name string, err error) {
	name = c.key.objectName(p, plain)
	var sealed []byte
	err = c.insist(ctx, "storing the "+p.kind, func(ctx context.Context) error {
		store, err := c.js.ObjectStore(ctx, c.key.bucket(p.run))
		if err != nil {
			return err
		}
		if _, err := store.GetInfo(ctx, name); !errors.Is(err, jetstream.ErrObjectNotFound) {
			return err
		}
		if sealed == nil {
			sealed = c.key.seal(p, plain)
		}
		_, err = store.Put(ctx, jetstream.ObjectMeta{Name: name}, bytes.NewReader(sealed))
		return err
	})
	return name, err
}

// slowest is how many bytes of an object a second is long enough for.
const slowest = 1 << 20

// get fetches what was put under a name, of at most limit bytes, and opens it. Errors
// wrap fault.ErrMalformed where it is gone, damaged or something else.
func (c *Conn) get(ctx context.Context, p place, name string, limit int64) ([]byte, error) {
	var sealed bytes.Buffer
	err := c.insist(ctx, "fetching the "+p.kind, func(ctx context.Context) error {
		store, err := c.js.ObjectStore(ctx, c.key.bucket(p.run))
		if err != nil {
			return err
		}
		info, err := store.GetInfo(ctx, name)
		if err != nil {
			return err
		}
		if info.Size > uint64(limit) {
			return fmt.Errorf("the %s has %s, at most %s are allowed: %w", p.kind, memory.Format(int64(min(info.Size, math.MaxInt64))), memory.Format(limit), fault.ErrMalformed)
		}
		// A server that is restarted in between leaves it hanging.
		outer := ctx
		ctx, cancel := context.WithTimeout(ctx, c.o.Answer+time.Duration(info.Size/slowest)*time.Second)
		defer cancel()
		object, err := store.Get(ctx, name)
		if err != nil {
			return err
		}
		defer object.Close()
		sealed.Reset()
		if _, err = sealed.ReadFrom(io.LimitReader(object, limit+1)); away(err) && c.lacks(outer, p.run, info) {
			return jetstream.ErrObjectNotFound
		}
		return err
	})
	for _, gone := range []error{jetstream.ErrObjectNotFound, jetstream.ErrBucketNotFound, jetstream.ErrDigestMismatch} {
		if errors.Is(err, gone) {
			return nil, fmt.Errorf("the %s is gone from the server, or damaged there: %w: %w", p.kind, fault.ErrMalformed, err)
		}
	}
	if err != nil {
		return nil, err
	}
	return c.key.open(p, sealed.Bytes())
}

// lacks reports whether the server, which says what an object is, has lost pieces of it.
// Who reads it would wait for them.
func (c *Conn) lacks(ctx context.Context, run string, info *jetstream.ObjectInfo) bool {
	stream, err := c.js.Stream(ctx, "OBJ_"+c.key.bucket(run))
	if err != nil {
		return false // the next question says what is wrong
	}
	pieces := "$O." + c.key.bucket(run) + ".C." + info.NUID
	now, err := stream.Info(ctx, jetstream.WithSubjectFilter(pieces))
	return err == nil && now.State.Subjects[pieces] < uint64(info.Chunks)
}

// drop removes an object. That it stays, where it cannot be removed, costs room until
// the run is done.
func (c *Conn) drop(ctx context.Context, p place, name string) {
	if store, err := c.js.ObjectStore(ctx, c.key.bucket(p.run)); err == nil {
		_ = store.Delete(ctx, name)
	}
}

// parse returns the tags in the subject of a job. Errors wrap fault.ErrMalformed.
func (k *Key) parse(subject string) (run, job string, err error) {
	rest, found := strings.CutPrefix(subject, k.jobs()+".")
	run, job, two := strings.Cut(rest, ".")
	if !found || !two || len(run) != 2*tagBytes || len(job) != 2*tagBytes {
		return "", "", fmt.Errorf("a job of another kind: %w", fault.ErrMalformed)
	}
	return run, job, nil
}
