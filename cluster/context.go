package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/nats-io/nats.go"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// Target is the NATS server to work with.
type Target struct {
	URL     string // "" where the context says it
	Context string // name of a NATS context, or the path of its file; "" is none
}

// natsContext is what `nats context` keeps of how to reach a server, as far as it is
// used here.
type natsContext struct {
	URL      string `json:"url"`
	Token    string `json:"token"`
	User     string `json:"user"`
	Password string `json:"password"`
	Creds    string `json:"creds"`
	NKey     string `json:"nkey"`
	Cert     string `json:"cert"`
	Key      string `json:"key"`
	CA       string `json:"ca"`
	Domain   string `json:"jetstream_domain"`
	Inbox    string `json:"inbox_prefix"`

	// What would have to be used if it is said, and is not.
	NSC       string `json:"nsc"`
	UserJWT   string `json:"user_jwt"`
	APIPrefix string `json:"jetstream_api_prefix"`
	Proxy     string `json:"socks_proxy"`
	First     bool   `json:"tls_first"`
}

const maxContext = 1 << 16

// contextPath returns the file of a context: a path if the name is one.
func contextPath(name string) (string, error) {
	if strings.ContainsRune(name, filepath.Separator) || filepath.Ext(name) == ".json" {
		return name, nil
	}
	dir := os.Getenv("XDG_CONFIG_HOME")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("NATS context %s: %w: %w", fault.Quote(name), fault.ErrInput, err)
		}
		dir = filepath.Join(home, ".config")
	}
	return filepath.Join(dir, "nats", "context", name+".json"), nil
}

// readContext reads a context. Errors quote nothing of it but its name.
func readContext(name string) (*natsContext, error) {
	path, err := contextPath(name)
	if err != nil {
		return nil, err
	}
	text, err := artefact.ReadFile(path, maxContext)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no NATS context %s: %s: %w", fault.Quote(name), path, fault.ErrInput)
	} else if err != nil {
		return nil, err
	}
	c := &natsContext{}
	if err := json.Unmarshal(text, c); err != nil {
		return nil, fmt.Errorf("%s: no NATS context: %w", path, fault.ErrMalformed)
	}
	for field, said := range map[string]bool{
		"nsc": c.NSC != "", "user_jwt": c.UserJWT != "", "jetstream_api_prefix": c.APIPrefix != "", "socks_proxy": c.Proxy != "", "tls_first": c.First,
	} {
		if said {
			return nil, fmt.Errorf("%s has %s, which is not supported here: use a context with url and creds, nkey, user and password, token, ca, cert, key: %w", path, field, fault.ErrUsage)
		}
	}
	return c, nil
}

// options are those that a connection by the context takes.
func (c *natsContext) options() (list []nats.Option, err error) {
	switch {
	case c.Creds != "":
		list = append(list, nats.UserCredentials(expand(c.Creds)))
	case c.NKey != "":
		o, err := nats.NkeyOptionFromSeed(expand(c.NKey))
		if err != nil {
			return nil, fmt.Errorf("NATS context: the seed of its nkey cannot be read: %w", fault.ErrInput)
		}
		list = append(list, o)
	case c.Token != "":
		list = append(list, nats.Token(c.Token))
	case c.User != "":
		list = append(list, nats.UserInfo(c.User, c.Password))
	}
	if c.CA != "" {
		list = append(list, nats.RootCAs(expand(c.CA)))
	}
	if (c.Cert == "") != (c.Key == "") {
		return nil, fmt.Errorf("NATS context: cert and key go together: %w", fault.ErrUsage)
	}
	if c.Cert != "" {
		list = append(list, nats.ClientCert(expand(c.Cert), expand(c.Key)))
	}
	if c.Inbox != "" {
		list = append(list, nats.CustomInboxPrefix(c.Inbox))
	}
	return list, nil
}

// expand replaces a leading ~ by the home directory.
func expand(path string) string {
	if rest, found := strings.CutPrefix(path, "~/"); found {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	return path
}
