package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// documented is the account in the configuration that docs/cluster.md shows, with
// passwords for head and worker, and one more user who may do anything.
func documented(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../docs/cluster.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile(`(?s)\naccounts \{ PROVING .*?\n` + "```").FindString(string(text))
	block = strings.TrimSuffix(block, "```")
	for _, password := range []string{"hidden-head", "hidden-worker"} {
		block = strings.Replace(block, `"$2a$11$…"`, `"`+password+`"`, 1)
	}
	return strings.Replace(block, "users: [", `users: [ { user: all, password: "hidden-all" }`, 1)
}

// users are the contexts of those of documented, whose names end alike.
func (s *Server) users(t *testing.T, end string) {
	t.Helper()
	for _, user := range []string{"head", "worker", "all"} {
		s.writeContext(t, user+end, "nats", map[string]any{"user": user, "password": "hidden-" + user})
	}
}

// working has a worker by a context work until the test ends, and returns how it ended.
func working(t *testing.T, name string, k *Key, w *Worker) chan error {
	t.Helper()
	c := dialed(t, name, k)
	ctx, cancel := context.WithCancel(context.Background())
	ended, done := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(done)
		ended <- c.Work(ctx, w)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return ended
}

// TestLeastPermissions: with the permissions that are documented, jobs are done, refused,
// failed and asked for again, and both users need each of them.
func TestLeastPermissions(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	config, k := documented(t), keyOf(t, 1)
	s, log := startConfigured(t, t.TempDir(), config)
	s.users(t, "")
	tapped := dialed(t, "all", k).tap(t)
	said := map[string]int{}
	worker := working(t, "worker", k, doing(func(_ context.Context, input []byte) ([]byte, error) {
		said[string(input)]++
		switch n := said[string(input)]; {
		case strings.HasSuffix(string(input), " 1") && n == 1:
			return nil, fmt.Errorf("too large for now: %w", fault.ErrResources)
		case strings.HasSuffix(string(input), " 2"):
			return nil, fmt.Errorf("no: %w", fault.ErrInput)
		}
		return outputOf(input), nil
	}))
	r := newNumbers(6)
	r.refuse[3] = 1
	if err := dialed(t, "head", k).Do(timeout(t), &r.Run); !errors.Is(err, fault.ErrInput) || !strings.HasPrefix(fmt.Sprint(err), "job 2 was tried 3 times") {
		t.Errorf("%v", err)
	}
	if slices.Sort(r.accepted); !slices.Equal(r.accepted, []int{0, 1, 3, 4, 5}) {
		t.Errorf("accepted %v", r.accepted)
	}
	again := newNumbers(2) // of the same run, which is cleared then
	if err := dialed(t, "head", k).Do(timeout(t), &again.Run); err != nil {
		t.Error(err)
	}
	select {
	case err := <-worker:
		t.Errorf("the worker ended: %v", err)
	default:
	}
	if strings.Contains(log.String(), "Permissions Violation") {
		t.Errorf("%s", regexp.MustCompile(".*Permissions Violation.*").FindString(log.String()))
	}
	tapped.mu.Lock()
	defer tapped.mu.Unlock()
	patterns := regexp.MustCompile(`"([$z][^"]*)"`).FindAllStringSubmatch(config, -1)
	if len(patterns) < 10 {
		t.Fatalf("permissions %q", patterns)
	}
	for _, p := range patterns {
		if !slices.ContainsFunc(slices.Collect(tapped.all()), func(subject string) bool { return server.SubjectsCollide(subject, p[1]) }) {
			t.Errorf("nobody needed %s", p[1])
		}
	}
}

// TestDenied: where a user may not do what is needed, head and worker end and name it, and
// neither waits for a server that does not answer.
func TestDenied(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	n := 0
	for denied, who := range map[string]string{
		`"$JS.API.CONSUMER.INFO.*.workers", `: "worker", `"$JS.API.CONSUMER.MSG.NEXT.*.workers", `: "worker", `"$JS.ACK.*.workers.>" `: "worker",
		`"$JS.API.STREAM.INFO.*", `: "worker", `"$JS.API.DIRECT.GET.*.$O.*.M.*" `: "worker", `"$JS.API.CONSUMER.CREATE.*.*.$O.*.C.*", `: "worker", `"$JS.API.CONSUMER.DELETE.*.*" `: "worker",
		`"$O.*.C.*", "$O.*.M.*", "zkaudit.*.result.*.*" `: "worker", `"zkaudit.*.result.*.*" `: "worker",
		`"$JS.API.>", `: "head", `, "zkaudit.*.job.*.*"`: "head", `"$O.*.C.*", "$O.*.M.*", "zkaudit.*.job.*.*"`: "head", `"$JS.ACK.*.*.>", `: "head",
	} {
		n++
		end := fmt.Sprintf("-%d", n)
		t.Run(strings.Trim(denied, `", `), func(t *testing.T) {
			t.Parallel()
			config, k := documented(t), keyOf(t, 1)
			if !strings.Contains(config, denied) {
				t.Fatalf("%s is not documented", denied)
			}
			s, _ := startConfigured(t, t.TempDir(), strings.Replace(config, denied, " ", 1))
			s.users(t, end)
			head, worker := "head"+end, "worker"+end
			if who == "head" {
				worker = "all" + end
			}
			ended := working(t, worker, k, honest())
			r := newNumbers(2)
			done := make(chan error, 1)
			ctx, cancel := context.WithCancel(timeout(t))
			c := dialed(t, head, k)
			go func() { done <- c.Do(ctx, &r.Run) }()
			var err error
			if who == "head" {
				err = <-done
			} else {
				err = <-ended
				cancel()
				<-done
			}
			cancel()
			if !errors.Is(err, fault.ErrInput) || !strings.Contains(fmt.Sprint(err), "does not let this user do what is needed") || !strings.Contains(strings.ToLower(fmt.Sprint(err)), "permissions violation for publish") || strings.Contains(fmt.Sprint(err), "hidden") {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestRemovedUser: a worker whose user the server no longer knows ends and says so; it
// does not ask in vain for ever.
func TestRemovedUser(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	k, dir := keyOf(t, 1), t.TempDir()
	config := `accounts { PROVING { jetstream: enabled, users: [ { user: owner, password: "PASSWORD" } ] } }`
	s, _ := startConfigured(t, dir, strings.Replace(config, "PASSWORD", "hidden-before", 1))
	s.writeContext(t, "worker", "nats", map[string]any{"user": "owner", "password": "hidden-before"})
	ended := working(t, "worker", k, honest())
	s.reconfigure(t, dir, strings.Replace(config, "PASSWORD", "hidden-after", 1))
	if err := <-ended; !errors.Is(err, fault.ErrInput) || !strings.Contains(fmt.Sprint(err), "has ended the connection") || !strings.Contains(fmt.Sprint(err), notAccepted) || strings.Contains(fmt.Sprint(err), "hidden") {
		t.Errorf("%v", err)
	}
}
