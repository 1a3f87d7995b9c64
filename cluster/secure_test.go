package cluster

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// wrong is a context that a server is to refuse, with words of the refusal.
type wrong struct {
	scheme string // "" is that of the right one
	fields map[string]any
	want   string
	kind   error
}

// demand is a server that wants to know who comes, or shows who it is, and contexts.
type demand struct {
	config  string
	scheme  string
	fields  map[string]any
	wrong   map[string]wrong
	secrets []string
}

// notAccepted is what is said of credentials that a server does not accept.
const notAccepted = "the server does not accept the user, token, nkey, creds or certificate that the context says"

// TestSecured: each way of a context to reach a server that demands it has jobs done; the
// wrong counterpart is refused, and no secret is in anything that is said.
func TestSecured(t *testing.T) {
	for name, demands := range map[string]func(*testing.T) demand{
		"tls": demandTLS, "mutual-tls": demandMutualTLS, "user": demandUser, "token": demandToken, "nkey": demandNKey, "creds": demandCreds, "domain": demandDomain,
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("XDG_CONFIG_HOME", t.TempDir())
			d, dir, k := demands(t), t.TempDir(), keyOf(t, 1)
			s, log := startConfigured(t, dir, d.config)
			right := s.writeContext(t, "right", d.scheme, d.fields)
			tapped := dialed(t, right, k).tap(t)
			ctx, cancel := context.WithCancel(context.Background())
			ended, w := make(chan error, 1), honest()
			var said strings.Builder
			worker := dialed(t, right, k)
			go func() { ended <- worker.Work(ctx, w) }()
			r := newNumbers(3)
			r.refuse[1] = 1 // so that there is a note
			if err := dialed(t, right, k).Do(timeout(t), &r.Run); err != nil {
				t.Fatal(err)
			}
			r.check(t)
			cancel()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("the worker ended with %v", err)
			}
			for name, w := range d.wrong {
				if w.scheme == "" {
					w.scheme = d.scheme
				}
				c, err := Dial(Target{Context: s.writeContext(t, "wrong", w.scheme, w.fields)}, k, quick())
				if err == nil {
					c.Close()
				}
				if !errors.Is(err, w.kind) || fault.ExitCode(err) != fault.ExitCode(w.kind) || !strings.Contains(fmt.Sprint(err), w.want) {
					t.Errorf("%s: %v", name, err)
				}
				fmt.Fprintln(&said, err)
			}
			tapped.mu.Lock()
			defer tapped.mu.Unlock()
			assertSealed(t, dir)
			assertNoSecret(t, d.secrets, map[string]string{"the server's log": log.String(), "messages": tapped.text.String(), "notes": strings.Join(r.notes, "\n"), "errors": said.String()})
			assertNoSecret(t, []string{"nobody may see", "output of", "job 1"}, map[string]string{"messages": tapped.text.String()})
		})
	}
}

// dialed connects by a context.
func dialed(t *testing.T, name string, k *Key) *Conn {
	t.Helper()
	c, err := Dial(Target{Context: name}, k, quick())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func demandTLS(t *testing.T) demand {
	own, other := newAuthority(t), newAuthority(t)
	cert, key := own.sign(t, "server", false)
	ca := filepath.Join(own.dir, "ca.crt")
	return demand{
		config: fmt.Sprintf("tls { cert_file: %q, key_file: %q }", cert, key), scheme: "tls", fields: map[string]any{"ca": ca},
		wrong: map[string]wrong{
			"no authority":      {"", nil, "name the file of the authority that the server's certificate is of by ca", fault.ErrInput},
			"another authority": {"", map[string]any{"ca": filepath.Join(other.dir, "ca.crt")}, "certificate signed by unknown authority", fault.ErrInput},
			"another name":      {"", map[string]any{"ca": ca, "url": "tls://localhost:PORT"}, "use one of the names that its certificate is for", fault.ErrInput},
			"no TLS asked for":  {"nats", nil, "certificate signed by unknown authority", fault.ErrInput},
		},
	}
}

func demandMutualTLS(t *testing.T) demand {
	own, other := newAuthority(t), newAuthority(t)
	cert, key := own.sign(t, "server", false)
	ca := filepath.Join(own.dir, "ca.crt")
	mine, mineKey := own.sign(t, "worker", false)
	strange, strangeKey := other.sign(t, "worker", false)
	return demand{
		config: fmt.Sprintf("tls { cert_file: %q, key_file: %q, ca_file: %q, verify: true }", cert, key, ca), scheme: "tls",
		fields: map[string]any{"ca": ca, "cert": mine, "key": mineKey},
		wrong: map[string]wrong{
			"no certificate":    {"", map[string]any{"ca": ca}, "name a certificate of this machine that the server accepts by cert and key", fault.ErrInput},
			"of somebody else":  {"", map[string]any{"ca": ca, "cert": strange, "key": strangeKey}, "name a certificate of this machine that the server accepts by cert and key", fault.ErrInput},
			"key of another":    {"", map[string]any{"ca": ca, "cert": mine, "key": strangeKey}, "private key does not match public key", fault.ErrInput},
			"half of what goes": {"", map[string]any{"ca": ca, "cert": mine}, "cert and key go together", fault.ErrUsage},
		},
	}
}

func demandUser(*testing.T) demand {
	return demand{
		config: `accounts { PROVING { jetstream: enabled, users: [ { user: owner, password: "hidden-right" } ] } }`, scheme: "nats",
		fields: map[string]any{"user": "owner", "password": "hidden-right"},
		wrong: map[string]wrong{
			"password": {"", map[string]any{"user": "owner", "password": "hidden-wrong"}, notAccepted, fault.ErrInput},
			"user":     {"", map[string]any{"user": "other", "password": "hidden-right"}, notAccepted, fault.ErrInput},
			"none":     {"", nil, notAccepted, fault.ErrInput},
			"no TLS":   {"tls", map[string]any{"user": "owner", "password": "hidden-right"}, "the URL or the context asks for TLS, and the server has none", fault.ErrInput},
			"two ways": {"", map[string]any{"user": "owner", "password": "hidden-right", "token": "hidden-right"}, "has token and user: it is to say one of them", fault.ErrUsage},
		},
		secrets: []string{"hidden"},
	}
}

func demandToken(*testing.T) demand {
	return demand{
		config: `authorization { token: "hidden-right" }`, scheme: "nats", fields: map[string]any{"token": "hidden-right"},
		wrong: map[string]wrong{
			"token": {"", map[string]any{"token": "hidden-wrong"}, notAccepted, fault.ErrInput},
			"none":  {"", nil, notAccepted, fault.ErrInput},
		},
		secrets: []string{"hidden"},
	}
}

// pair returns a key pair, its public key and its seed, as a text and in a file.
func pair(t *testing.T, create func() (nkeys.KeyPair, error)) (keys nkeys.KeyPair, public, seed, file string) {
	t.Helper()
	keys, err := create()
	if err != nil {
		t.Fatal(err)
	}
	if public, err = keys.PublicKey(); err != nil {
		t.Fatal(err)
	}
	text, err := keys.Seed()
	if err != nil {
		t.Fatal(err)
	}
	return keys, public, string(text), writeFile(t, filepath.Join(t.TempDir(), "seed.nk"), string(text)+"\n")
}

func demandNKey(t *testing.T) demand {
	_, public, seed, file := pair(t, nkeys.CreateUser)
	_, _, otherSeed, other := pair(t, nkeys.CreateUser)
	return demand{
		config: fmt.Sprintf("accounts { PROVING { jetstream: enabled, users: [ { nkey: %s } ] } }", public), scheme: "nats", fields: map[string]any{"nkey": file},
		wrong: map[string]wrong{
			"another seed":   {"", map[string]any{"nkey": other}, notAccepted, fault.ErrInput},
			"none":           {"", nil, notAccepted, fault.ErrInput},
			"no file":        {"", map[string]any{"nkey": seed}, "the seed of its nkey cannot be read", fault.ErrInput},
			"no file of one": {"", map[string]any{"nkey": filepath.Dir(file)}, "the seed of its nkey cannot be read", fault.ErrInput},
		},
		secrets: []string{seed, otherSeed},
	}
}

// issued is a user's credentials, signed by an account, in a file.
func issued(t *testing.T, account nkeys.KeyPair, expires time.Time) (file, seed string) {
	t.Helper()
	_, public, seed, _ := pair(t, nkeys.CreateUser)
	claims := jwt.NewUserClaims(public)
	claims.Expires = expires.Unix()
	token, err := claims.Encode(account)
	if err != nil {
		t.Fatal(err)
	}
	text, err := jwt.FormatUserConfig(token, []byte(seed))
	if err != nil {
		t.Fatal(err)
	}
	return writeFile(t, filepath.Join(t.TempDir(), "user.creds"), string(text)), seed
}

func demandCreds(t *testing.T) demand {
	operator, operatorID, operatorSeed, _ := pair(t, nkeys.CreateOperator)
	_, systemID, _, _ := pair(t, nkeys.CreateAccount)
	account, accountID, accountSeed, _ := pair(t, nkeys.CreateAccount)
	stranger, _, _, _ := pair(t, nkeys.CreateAccount)
	encode := func(c jwt.Claims) string {
		token, err := c.Encode(operator)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	op := jwt.NewOperatorClaims(operatorID)
	op.SystemAccount = systemID
	proving := jwt.NewAccountClaims(accountID)
	proving.Limits.JetStreamLimits = jwt.JetStreamLimits{DiskStorage: 1 << 30, MemoryStorage: 1 << 20, Streams: -1, Consumer: -1}
	hour := time.Now().Add(time.Hour)
	file, seed := issued(t, account, hour)
	strange, strangeSeed := issued(t, stranger, hour)
	expired, expiredSeed := issued(t, account, time.Now().Add(-time.Hour))
	bare := writeFile(t, filepath.Join(t.TempDir(), "bare.creds"), seed)
	return demand{
		config: fmt.Sprintf("operator: %s\nresolver: MEMORY\nsystem_account: %s\nresolver_preload { %s: %s, %s: %s }", encode(op), systemID, systemID, encode(jwt.NewAccountClaims(systemID)), accountID, encode(proving)),
		scheme: "nats", fields: map[string]any{"creds": file},
		wrong: map[string]wrong{
			"of another account": {"", map[string]any{"creds": strange}, notAccepted, fault.ErrInput},
			"expired":            {"", map[string]any{"creds": expired}, notAccepted, fault.ErrInput},
			"none":               {"", nil, notAccepted, fault.ErrInput},
			"a seed alone":       {"", map[string]any{"creds": bare}, "are no file of a user JWT and a seed", fault.ErrMalformed},
		},
		secrets: []string{seed, strangeSeed, expiredSeed, operatorSeed, accountSeed},
	}
}

func demandDomain(*testing.T) demand {
	return demand{
		config: "jetstream { domain: hub }\nauthorization { token: \"hidden-right\" }", scheme: "nats", fields: map[string]any{"token": "hidden-right", "jetstream_domain": "hub", "inbox_prefix": "_INBOX_own"},
		wrong:   map[string]wrong{"none": {"", map[string]any{"jetstream_domain": "hub"}, notAccepted, fault.ErrInput}},
		secrets: []string{"hidden"},
	}
}
