package cluster

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// A server that is stopped in the middle of a request may come back; one that refuses
// says so for good.
func TestAway(t *testing.T) {
	for _, err := range []error{nats.ErrTimeout, nats.ErrNoResponders, jetstream.ErrServerShutdown, jetstream.ErrConsumerLeadershipChanged, jetstream.ErrNoHeartbeat, os.ErrDeadlineExceeded} {
		if !away(fmt.Errorf("reading results: %w", err)) {
			t.Errorf("%v: the server is given up", err)
		}
	}
	for _, err := range []error{jetstream.ErrStreamNotFound, nats.ErrAuthorization, errors.New("another")} {
		if away(err) {
			t.Errorf("%v: the server is waited for", err)
		}
	}
}
