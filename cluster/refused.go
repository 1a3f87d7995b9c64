package cluster

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/nats-io/nats.go"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// redacted is a list of URLs without passwords, for messages.
func redacted(address string) string {
	var list []string
	for _, one := range strings.Split(address, ",") {
		u, err := url.Parse(strings.TrimSpace(one))
		switch {
		case err != nil:
			list = append(list, "the server")
		case u.User != nil && u.Host != "":
			u.User = url.User("…")
			list = append(list, strings.ReplaceAll(u.String(), "%E2%80%A6", "…"))
		default:
			list = append(list, fault.Quote(u.String()))
		}
	}
	return strings.Join(list, ", ")
}

// wayOut is what to do about an error of connecting, where it can be told.
func wayOut(err error) string {
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	switch {
	case credentials(err):
		return ": the server does not accept the user, token, nkey, creds or certificate that the context says, or wants one"
	case errors.As(err, &authority):
		return ": name the file of the authority that the server's certificate is of by ca in the context, if it is yours"
	case errors.As(err, &name):
		return ": use one of the names that its certificate is for"
	case errors.Is(err, nats.ErrSecureConnWanted):
		return ": the URL or the context asks for TLS, and the server has none"
	case errors.Is(err, nats.ErrTLS) || strings.Contains(err.Error(), "remote error: tls"): // a type of crypto/tls alone
		return ": name a certificate of this machine that the server accepts by cert and key in the context"
	}
	return ""
}

// credentials reports whether a server does not accept who this is.
func credentials(err error) bool {
	for _, kind := range []error{nats.ErrAuthorization, nats.ErrAuthExpired, nats.ErrAuthRevoked, nats.ErrAccountAuthExpired} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// hearError keeps what the server does not let this user do: it tells that by the way, and
// leaves the question without an answer.
func (c *Conn) hearError(_ *nats.Conn, _ *nats.Subscription, err error) {
	if errors.Is(err, nats.ErrPermissionViolation) {
		c.denied.CompareAndSwap(nil, &err)
	}
}

// lost returns an error where asking the server again is of no use: it does not let this
// user do what is needed, or has ended the connection for good.
func (c *Conn) lost() error {
	if err := c.denied.Load(); err != nil {
		return fmt.Errorf("the server does not let this user do what is needed, %s: give it the permissions that docs/cluster.md lists: %w", fault.Quote((*err).Error()), fault.ErrInput)
	}
	if c.nats.IsClosed() {
		err := c.nats.LastError()
		if err == nil {
			err = nats.ErrConnectionClosed
		}
		return fmt.Errorf("the server has ended the connection: %w: %w%s", fault.ErrInput, err, wayOut(err))
	}
	return nil
}
