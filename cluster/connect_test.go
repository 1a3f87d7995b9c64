package cluster

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// TestKeyFile: a key is written once, for its owner alone, and read again; nothing prints
// it.
func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cluster.key")
	secret := bytes.Repeat([]byte{7}, keyBytes)
	if err := WriteKey(path, bytes.NewReader(secret)); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	k, err := ReadKey(path)
	if err != nil {
		t.Fatal(err)
	}
	if k.owner != keyOf(t, 7).owner || k.owner == keyOf(t, 8).owner {
		t.Error("another key is read than was written")
	}
	if text := fmt.Sprintf("%v %+v %#v %s", k, k, k, k); strings.Count(text, "[key of a cluster]") != 4 {
		t.Errorf("printed as %q", text)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadKey(path); !errors.Is(err, fault.ErrInput) {
		t.Errorf("others can read it: %v", err)
	}
	if err := WriteKey(path, bytes.NewReader(nil)); !errors.Is(err, fault.ErrResources) {
		t.Errorf("without randomness: %v", err)
	}
	for _, text := range []string{"", "secret", keyPrefix, keyPrefix + "00", keyPrefix + strings.Repeat("0", 66), "X" + keyPrefix + strings.Repeat("0", 64)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadKey(path); !errors.Is(err, fault.ErrMalformed) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestContexts: contexts are found by name and by path, say how to connect, and are
// refused where they ask for what is not supported. Errors hold no secret.
func TestContexts(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", dir)
	folder := filepath.Join(dir, "nats", "context")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		text, want string // "" connects
		kind       error
	}{
		"good":        {`{"url": "URL", "token": "hidden-token", "description": "x", "user": ""}`, "", nil},
		"no-token":    {`{"url": "URL"}`, "Authorization", fault.ErrInput},
		"other-token": {`{"url": "URL", "token": "hidden-other"}`, "Authorization", fault.ErrInput},
		"user":        {`{"url": "URL", "user": "u", "password": "hidden"}`, "Authorization", fault.ErrInput},
		"in-url":      {`{"url": "nats://u:hidden@127.0.0.1:1"}`, "u", fault.ErrInput},
		"no-url":      {`{"token": "hidden"}`, "no server to work with", fault.ErrUsage},
		"nsc":         {`{"url": "URL", "nsc": "nsc://a/b/c"}`, "nsc", fault.ErrUsage},
		"unused":      {`{"url": "URL", "token": "hidden-token", "description": "x", "color_scheme": "y", "nsc": "", "tls_first": false, "windows_ca_certs_match": null}`, "", nil},
		"seed":        {`{"url": "URL", "user_jwt": "", "user_seed": "hidden"}`, "has \"user_seed\", which is not supported", fault.ErrUsage},
		"tls-first":   {`{"url": "URL", "tls_first": true}`, "tls_first", fault.ErrUsage},
		"proxy":       {`{"url": "URL", "socks_proxy": "socks5://u:hidden@h"}`, "socks_proxy", fault.ErrUsage},
		"events":      {`{"url": "URL", "jetstream_event_prefix": "x"}`, "jetstream_event_prefix", fault.ErrUsage},
		"store":       {`{"url": "URL", "windows_ca_certs_match": ["x"]}`, "windows_ca_certs_match", fault.ErrUsage},
		"newer":       {`{"url": "URL", "a_field_of_tomorrow": 1}`, "a_field_of_tomorrow", fault.ErrUsage},
		"two-ways":    {`{"url": "URL", "token": "hidden", "creds": "x"}`, "has creds and token", fault.ErrUsage},
		"half":        {`{"url": "URL", "cert": "c.pem"}`, "cert and key", fault.ErrUsage},
		"no-creds":    {`{"url": "URL", "creds": "~/none.creds"}`, "none.creds", fault.ErrInput},
		"no-ca":       {`{"url": "URL", "ca": "/none/ca.pem"}`, "ca.pem", fault.ErrInput},
		"no-seed":     {`{"url": "URL", "nkey": "/none/seed"}`, "nkey", fault.ErrInput},
		"no-json":     {`token: hidden`, "no NATS context", fault.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := StartServer(t.TempDir(), 0, "hidden-token")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(s.Stop)
			path := filepath.Join(folder, name+".json")
			if err := os.WriteFile(path, []byte(strings.ReplaceAll(test.text, "URL", s.server.ClientURL())), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, by := range []string{name, path} {
				c, err := Dial(Target{Context: by}, keyOf(t, 1), quick())
				if test.want == "" {
					if err != nil {
						t.Fatal(err)
					}
					c.Close()
				} else if !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "hidden") {
					t.Errorf("%v", err)
				}
			}
		})
	}
	for name, test := range map[string]struct {
		text string
		open bool // may others read it?
	}{
		"password": {`{"url": "nats://127.0.0.1:1", "user": "u", "password": "hidden"}`, false},
		"token":    {`{"url": "nats://127.0.0.1:1", "token": "hidden"}`, false},
		"within":   {`{"url": "nats://u:hidden@127.0.0.1:1"}`, false},
		"public":   {`{"url": "nats://127.0.0.1:1", "user": "", "creds": ""}`, true},
	} {
		path := filepath.Join(folder, name+".json")
		if err := errors.Join(os.WriteFile(path, []byte(test.text), 0o600), os.Chmod(path, 0o644)); err != nil {
			t.Fatal(err)
		}
		_, err := readContext(name)
		if refused := err != nil; refused == test.open || refused && (!errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), "has mode 0644, want 0600") || strings.Contains(err.Error(), "hidden")) {
			t.Errorf("a context with %s that others may read: %v", name, err)
		}
	}
	if _, err := Dial(Target{Context: "none"}, keyOf(t, 1), quick()); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), `no NATS context "none"`) {
		t.Errorf("%v", err)
	}
	if _, err := Dial(Target{}, keyOf(t, 1), quick()); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("nothing said: %v", err)
	}
}
