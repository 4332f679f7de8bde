// Package faults kills what takes webhooks in and works them off, under load, and
// counts at the end: every delivery that was acknowledged is in the inbox once and
// had its effect once.
package faults

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"golang.org/x/sync/errgroup"

	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/webhookrelay"
)

// The environment of a process that this program starts of itself.
const (
	roleVariable     = "FAULTS_ROLE"
	ledgerVariable   = "FAULTS_LEDGER"
	routesVariable   = "FAULTS_ROUTES"
	listenVariable   = "FAULTS_LISTEN"
	endpointVariable = "FAULTS_ENDPOINT"
)

// What a process does.
const (
	relays  = "relays"
	manages = "manages"
	both    = "relays and manages"
)

// stores are those of all tests.
var stores = []deliverytest.Store{deliverytest.NewStore("maple-kids"), deliverytest.NewStore("thrifty-bees")}

func TestMain(m *testing.M) {
	role := os.Getenv(roleVariable)
	if role == "" {
		ledgertest.Main(m)
		return
	}
	if err := play(context.Background(), role); err != nil {
		fmt.Fprintln(os.Stderr, role+":", err)
		os.Exit(1)
	}
}

// rescueAfter is short, so that tests are, and long enough for an attempt on a busy
// machine.
const rescueAfter = 8 * time.Second

// play does what a role does until the process is killed, and says when it begins.
func play(ctx context.Context, role string) error {
	l, err := ledger.Open(ctx, ledger.Options{URL: os.Getenv(ledgerVariable)})
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	if role != manages {
		if err := takeIn(ctx, group, l, os.Getenv(routesVariable), os.Getenv(listenVariable)); err != nil {
			return err
		}
	}
	if role != relays {
		if err := workOff(ctx, group, l, os.Getenv(endpointVariable)); err != nil {
			return err
		}
	}
	if _, err := os.Stdout.WriteString("ready\n"); err != nil {
		return err
	}
	return group.Wait()
}

// takeIn runs a relay.
func takeIn(ctx context.Context, group *errgroup.Group, l *ledger.Ledger, routes, address string) error {
	relay, err := webhookrelay.New(ctx, webhookrelay.Options{
		Inbox: deliveries.NewInbox(l), Routes: routes, DrainTime: 30 * time.Second, ReloadInterval: time.Minute, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	var listen net.ListenConfig
	webhooks, err := listen.Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	operations, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	group.Go(func() error { return relay.Run(ctx, webhooks, operations) })
	return nil
}

// workOff runs a manager's queue.
func workOff(ctx context.Context, group *errgroup.Group, l *ledger.Ledger, endpoint string) error {
	shops, err := deliverytest.NewShops(endpoint, stores)
	if err != nil {
		return err
	}
	queue, err := deliveries.New(deliveries.Options{Ledger: l, Shops: shops, RescueAfter: rescueAfter})
	if err != nil {
		return err
	}
	group.Go(func() error { return queue.Start(ctx) })
	return nil
}

// process is another one of this program.
type process struct {
	cmd *exec.Cmd
	// killed says that it is to end, and ended that it has.
	killed atomic.Bool
	ended  chan struct{}
}

// start starts a process and waits until it is ready. It goes on until it is killed.
func (w *world) start(role string) *process {
	w.t.Helper()
	p := &process{cmd: exec.Command(os.Args[0]), ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), roleVariable+"="+role, routesVariable+"="+w.routes, listenVariable+"="+w.relay, endpointVariable+"="+w.endpoint,
		ledgerVariable+"="+map[string]string{relays: w.place.Relay, manages: w.place.Manager, both: w.place.Manager}[role])
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	w.Expect(err).NotTo(HaveOccurred())
	exited, err := ledgertest.Spawn(p.cmd, syscall.SIGKILL)
	w.Expect(err).NotTo(HaveOccurred())
	go func() {
		defer close(p.ended)
		if err := <-exited; !p.killed.Load() {
			w.t.Errorf("a process that %s ended by itself: %v", role, err)
		}
	}()
	w.t.Cleanup(p.kill)
	line, err := bufio.NewReader(out).ReadString('\n') // it writes nothing more
	w.Expect(err).NotTo(HaveOccurred(), role)
	w.Expect(strings.TrimSpace(line)).To(Equal("ready"))
	return p
}

// kill ends a process at once, if it has not ended.
func (p *process) kill() {
	p.killed.Store(true)
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		panic(err)
	}
	<-p.ended
}
