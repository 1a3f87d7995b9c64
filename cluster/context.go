package cluster

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
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
}

// contextFields are those of natsContext, and those that say nothing of how to connect.
// Others would have to be used if they are said, and are not.
var contextFields = []string{
	"url", "token", "user", "password", "creds", "nkey", "cert", "key", "ca", "jetstream_domain", "inbox_prefix",
	"description", "color_scheme",
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
	if c.secret() { // others may read what holds none
		if _, err := artefact.ReadPrivateFile(path, maxContext); err != nil {
			return nil, err
		}
	}
	if field := unsupported(text); field != "" {
		return nil, fmt.Errorf("%s has %s, which is not supported here: use a context with url and creds, nkey, user and password, token, ca, cert, key: %w", path, fault.Quote(field), fault.ErrUsage)
	}
	var ways []string
	for field, said := range map[string]bool{"user": c.User != "", "token": c.Token != "", "nkey": c.NKey != "", "creds": c.Creds != ""} {
		if said {
			ways = append(ways, field)
		}
	}
	if slices.Sort(ways); len(ways) > 1 {
		return nil, fmt.Errorf("%s has %s: it is to say one of them alone, by which the server knows this user: %w", path, strings.Join(ways, " and "), fault.ErrUsage)
	}
	return c, nil
}

// secret reports whether the context itself holds a secret: seeds and credentials are in
// files of their own.
func (c *natsContext) secret() bool {
	return c.Password != "" || c.Token != "" || strings.Contains(c.URL, "@")
}

// unsupported returns a field of a context that is said and not used here, or "". The
// command nats writes those that nobody has said, too, as empty ones.
func unsupported(text []byte) string {
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(text, &fields) // a natsContext was read from it
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		said := !slices.Contains([]string{`""`, "false", "null", "[]", "{}", "0"}, string(fields[field]))
		if said && !slices.Contains(contextFields, strings.ToLower(field)) {
			return field
		}
	}
	return ""
}

// options are those that a connection by the context takes.
func (c *natsContext) options() (list []nats.Option, err error) {
	switch {
	case c.Creds != "":
		if err := checkCreds(expand(c.Creds)); err != nil {
			return nil, err
		}
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

// checkCreds looks whether a file has both a JWT and a seed, each in its frame. The library
// would take a file without frames for a JWT and send it to the server, were it a seed.
func checkCreds(path string) error {
	text, err := artefact.ReadFile(path, maxContext)
	if err != nil {
		return fmt.Errorf("NATS context: its creds: %w: %w", fault.ErrInput, err)
	}
	if !bytes.Contains(text, []byte("-----BEGIN NATS USER JWT-----")) || !bytes.Contains(text, []byte("-----BEGIN USER NKEY SEED-----")) {
		return fmt.Errorf("NATS context: its creds, %s, are no file of a user JWT and a seed, as nsc generate creds makes it; a seed alone belongs in nkey: %w", fault.Quote(path), fault.ErrMalformed)
	}
	return nil
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
