package cluster

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// Server is a NATS server within this process. It listens on this machine alone, to
// those who have its token, and keeps its streams in a folder, from where it goes on.
type Server struct {
	server *server.Server
	token  string
}

// starting is how long a server may take to start, which reads what it has.
const starting = time.Minute

// StartServer starts one, over a folder that is made when needed; port 0 is any that is
// free, and token "" a new one. Errors wrap fault.ErrInput.
func StartServer(dir string, port int, token string) (*Server, error) {
	if token == "" {
		var secret [16]byte
		rand.Read(secret[:]) // never fails
		token = hex.EncodeToString(secret[:])
	}
	if port == 0 {
		port = server.RANDOM_PORT
	}
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: port, Authorization: token, JetStream: true, StoreDir: dir,
		NoLog: true, NoSigs: true, DisableJetStreamBanner: true,
	})
	if err != nil {
		return nil, fmt.Errorf("the server of the queue: %w: %w", fault.ErrInput, err)
	}
	s.Start()
	if !s.ReadyForConnections(starting) {
		s.Shutdown()
		return nil, fmt.Errorf("the server of the queue does not start within %s, in %s: %w", starting, fault.Quote(dir), fault.ErrInput)
	}
	return &Server{server: s, token: token}, nil
}

// Stop ends the server, which goes on from its folder when it is started again.
func (s *Server) Stop() {
	s.server.Shutdown()
	s.server.WaitForShutdown()
}

// Dial connects within the process.
func (s *Server) Dial(key *Key, o Options) (*Conn, error) {
	return dial("", "", key, o, nats.InProcessServer(s.server), nats.Token(s.token))
}

// WriteContext writes a NATS context by which others on this machine reach the server. It
// holds the token, and is readable by its owner alone.
func (s *Server) WriteContext(path string) error {
	text, err := json.Marshal(natsContext{URL: s.server.ClientURL(), Token: s.token})
	if err != nil {
		return fmt.Errorf("%s: %w: %w", path, fault.ErrInput, err)
	}
	return artefact.WriteFile(path, append(text, '\n'), artefact.PrivateMode)
}

// Port is where the server listens, so that it can be started there again.
func (s *Server) Port() int { return s.server.Addr().(*net.TCPAddr).Port }
