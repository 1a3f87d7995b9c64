package cluster

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"iter"
	"maps"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// authority signs certificates for tests, and keeps them as files of a folder.
type authority struct {
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// newAuthority makes one, whose own certificate is ca.crt.
func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{dir: t.TempDir()}
	a.sign(t, "ca", true)
	return a
}

// sign makes NAME.crt and NAME.key, for a server at 127.0.0.1 and for clients.
func (a *authority) sign(t *testing.T, name string, isAuthority bool) (cert, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, BasicConstraintsValid: true, IsCA: isAuthority,
	}
	if a.cert == nil {
		a.cert, a.key = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return a.write(t, name+".crt", "CERTIFICATE", der), a.write(t, name+".key", "PRIVATE KEY", encoded)
}

func (a *authority) write(t *testing.T, name, kind string, der []byte) string {
	t.Helper()
	return writeFile(t, filepath.Join(a.dir, name), string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})))
}

func writeFile(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// startConfigured starts a server over a folder by a configuration file, as nats-server -c
// does, at a free port of this machine. It keeps all that it logs, traces of the protocol included.
func startConfigured(t *testing.T, dir, config string) (*Server, *serverLog) {
	t.Helper()
	s, err := server.NewServer(configured(t, dir, config, -1))
	if err != nil {
		t.Fatal(err)
	}
	log := &serverLog{}
	s.SetLoggerV2(log, true, true, true)
	s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	if !s.ReadyForConnections(starting) {
		t.Fatalf("the server does not start: %s", log)
	}
	return &Server{server: s}, log
}

// configured reads a configuration file, which stands beside the folder of a server.
func configured(t *testing.T, dir, config string, port int) *server.Options {
	t.Helper()
	path := writeFile(t, dir+".conf", fmt.Sprintf("listen: \"127.0.0.1:%d\"\nstore_dir: %q\njetstream: enabled\n%s\n", port, dir, config))
	o, err := server.ProcessConfigFile(path)
	if err != nil {
		t.Fatal(err)
	}
	o.NoSigs = true
	return o
}

// reconfigure has a server read another configuration, as a SIGHUP does.
func (s *Server) reconfigure(t *testing.T, dir, config string) {
	t.Helper()
	if err := s.server.ReloadOptions(configured(t, dir, config, s.Port())); err != nil {
		t.Fatal(err)
	}
}

// serverLog is what a server logs.
type serverLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *serverLog) add(format string, v []any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(&l.text, format+"\n", v...)
}

func (l *serverLog) Noticef(format string, v ...any) { l.add(format, v) }
func (l *serverLog) Warnf(format string, v ...any)   { l.add(format, v) }
func (l *serverLog) Fatalf(format string, v ...any)  { l.add(format, v) }
func (l *serverLog) Errorf(format string, v ...any)  { l.add(format, v) }
func (l *serverLog) Debugf(format string, v ...any)  { l.add(format, v) }
func (l *serverLog) Tracef(format string, v ...any)  { l.add(format, v) }

func (l *serverLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// writeContext writes a context of the command nats for a server, to where a name finds
// it, and returns the name. PORT stands for the server's.
func (s *Server) writeContext(t *testing.T, name, scheme string, fields map[string]any) string {
	t.Helper()
	whole := map[string]any{ // the command writes empty ones, too
		"description": "a test", "url": fmt.Sprintf("%s://127.0.0.1:%d", scheme, s.Port()), "socks_proxy": "", "token": "", "user": "", "password": "", "creds": "", "nkey": "",
		"cert": "", "key": "", "ca": "", "nsc": "", "jetstream_domain": "", "jetstream_api_prefix": "", "jetstream_event_prefix": "", "inbox_prefix": "", "user_jwt": "",
		"color_scheme": "", "tls_first": false, "windows_cert_store": "", "windows_ca_certs_match": nil,
	}
	for field, value := range fields {
		whole[field] = value
	}
	text, err := json.MarshalIndent(whole, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(os.Getenv("XDG_CONFIG_HOME"), "nats", "context")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, name+".json"), strings.ReplaceAll(string(text), "PORT", fmt.Sprint(s.Port())))
	return name
}

// tap keeps all that passes a server, as far as its user may read: subjects, headers, and
// what is said.
type tap struct {
	mu       sync.Mutex
	subjects map[string]bool
	text     bytes.Buffer
}

// all are the subjects.
func (p *tap) all() iter.Seq[string] { return maps.Keys(p.subjects) }

func (c *Conn) tap(t *testing.T) *tap {
	t.Helper()
	p := &tap{subjects: map[string]bool{}}
	if _, err := c.nats.Subscribe(">", func(m *nats.Msg) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.subjects[m.Subject] = true
		fmt.Fprintf(&p.text, "%s %s %v %s\n", m.Subject, m.Reply, m.Header, m.Data)
	}); err != nil {
		t.Fatal(err)
	}
	if err := c.nats.Flush(); err != nil {
		t.Fatal(err)
	}
	return p
}

// assertNoSecret looks for secrets in texts, which are not to be empty.
func assertNoSecret(t *testing.T, secrets []string, texts map[string]string) {
	t.Helper()
	for what, text := range texts {
		if text == "" {
			t.Errorf("%s: nothing was said", what)
		}
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds %q", what, secret)
			}
		}
	}
}
