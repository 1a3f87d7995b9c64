package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// jobMessage is what the message of a job says, sealed.
type jobMessage struct {
	Version string `json:"version"` // of the program that asks
	Shared  string `json:"shared"`  // object that all jobs of the run share
	Input   string `json:"input"`   // object of this one
	Try     int    `json:"try"`     // that it is when it is first delivered
}

// resultMessage is what a worker says of a job, sealed: an output, or why there is none.
type resultMessage struct {
	Try    int    `json:"try"`    // deliveries that were lost or failed count
	Worker string `json:"worker"` // drawn by each
	// Refused says that this worker cannot do the job, and has taken it out of the queue:
	// it was no try.
	Refused bool `json:"refused,omitempty"`

	Output string `json:"output,omitempty"` // object
	Error  string `json:"error,omitempty"`
	Code   int    `json:"code,omitempty"` // exit code that the error would have
}

// say seals a message and publishes it.
func (c *Conn) say(ctx context.Context, p place, subject string, message any) error {
	sealed, err := c.sealed(p, message)
	if err != nil {
		return err
	}
	return c.insist(ctx, "publishing", func(ctx context.Context) error { return c.publish(ctx, subject, sealed) })
}

// sealed is a message as the server sees it.
func (c *Conn) sealed(p place, message any) ([]byte, error) {
	text, err := json.Marshal(message)
	if err != nil {
		return nil, fmt.Errorf("message: %w: %w", fault.ErrInput, err)
	}
	return c.key.seal(p, text), nil
}

// publish has the server store a message.
func (c *Conn) publish(ctx context.Context, subject string, sealed []byte) error {
	ctx, cancel := context.WithTimeout(ctx, c.o.Answer)
	defer cancel()
	_, err := c.js.Publish(ctx, subject, sealed)
	return err
}

// hear opens a message into the value that said it. Errors wrap fault.ErrMalformed.
func (c *Conn) hear(p place, sealed []byte, message any) error {
	text, err := c.key.open(p, sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, message); err != nil {
		return fmt.Errorf("message: %w: %w", fault.ErrMalformed, err)
	}
	return nil
}

// notStored is the code of the server for a message that its stream does not take: of a
// job, that there is one of its subject already. It comes with the status of a server that
// is away, and is also that of a disk that is full.
const notStored jetstream.ErrorCode = 10077

// waiting reports whether a job was not published because it waits already, or is under
// way: the stream holds one message for each subject.
func waiting(err error) bool {
	var refusal jetstream.JetStreamError
	return errors.As(err, &refusal) && refusal.APIError() != nil && refusal.APIError().ErrorCode == notStored
}

// kindOf is the kind of error that has an exit code, for those that a head hears of.
func kindOf(code int) error {
	switch code {
	case fault.ExitResources:
		return fault.ErrResources
	case fault.ExitVersion:
		return fault.ErrVersion
	}
	return fault.ErrInput
}
