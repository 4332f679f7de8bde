package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"syscall"
)

// lowestPort and highestPort bound what Port tries: above what services have, and
// below what Linux hands out unless it is told otherwise.
const lowestPort, highestPort = 16384, 32767

// Port is a free TCP port of this machine for a server that is killed and started
// again. It is none that the system hands out: one of those is soon had by somebody
// who connects to somewhere, or to this very port while nobody listens on it, and
// the server could not have it back.
func Port(ctx context.Context) (int, error) {
	highest := min(highestPort, firstHandedOut()-1)
	if highest < lowestPort {
		return freePort(ctx, 0) // there are none but those
	}
	for {
		port, err := freePort(ctx, lowestPort+rand.IntN(highest-lowestPort+1)) //nolint:gosec // nobody is to be kept from guessing it
		if !errors.Is(err, syscall.EADDRINUSE) {
			return port, err
		}
	}
}

// firstHandedOut is the lowest port that the system hands out.
func firstHandedOut() int {
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	var first int
	if err != nil {
		return highestPort + 1
	}
	if _, err := fmt.Sscan(string(text), &first); err != nil {
		return highestPort + 1
	}
	return first
}

// freePort is a port if nobody has it, or any where it is 0.
func freePort(ctx context.Context, port int) (int, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}
