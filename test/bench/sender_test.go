package bench

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
)

const (
	connections = 64
	bodyBytes   = 4 << 10
	// steadyRate is how many webhooks a second are a busy day: few enough that a
	// relay which keeps up has time to spare.
	steadyRate = 300
)

// webhook is a signed request as it goes over the wire, but for its id: to make it
// is not the relay's work, so it is made before the clock runs.
type webhook struct{ head, body string }

// sign makes the webhook of a topic to a route, with a body that is padded to the
// usual size.
func sign(to routes.Route, topic, fields string) webhook {
	body := "{" + fields + `,"note":"`
	body += strings.Repeat("x", bodyBytes-len(body)-2) + `"}`
	mac := hmac.New(sha256.New, []byte(to.Secrets[0]))
	_, _ = io.WriteString(mac, body)
	return webhook{body: body, head: fmt.Sprintf("POST %s HTTP/1.1\r\nHost: hooks.example.com\r\nUser-Agent: Shopify-Captain-Hook\r\nAccept: */*\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\nX-Shopify-Topic: %s\r\nX-Shopify-Hmac-Sha256: %s\r\nX-Shopify-Shop-Domain: %s\r\n"+
		"X-Shopify-Api-Version: 2026-07\r\nX-Shopify-Triggered-At: 2026-11-24T09:00:00.000000000Z\r\nX-Shopify-Event-Id: 98880550-7158-44d4-b7cd-2c97c8a091b5\r\nX-Shopify-Webhook-Id: ",
		to.Path(), len(body), topic, base64.StdEncoding.EncodeToString(mac.Sum(nil)), to.Shop)}
}

// wire is a connection that is kept. It is no http.Client, which would take more of
// the processor than what is measured.
type wire struct {
	conn net.Conn
	in   *bufio.Reader
	out  []byte
}

// send sends a webhook under a new id, and returns once it is answered 200.
func (w *wire) send(hook webhook) error {
	w.out = append(w.out[:0], hook.head...)
	w.out = append(w.out, uuid.NewString()...)
	w.out = append(w.out, "\r\n\r\n"...)
	w.out = append(w.out, hook.body...)
	if _, err := w.conn.Write(w.out); err != nil {
		return err
	}
	answer, err := http.ReadResponse(w.in, nil)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("a webhook was answered %s", answer.Status)
	}
	return nil
}

// measured is what senders saw.
type measured struct {
	requests  int
	perSecond float64
	p99       time.Duration
}

// flood sends as fast as all connections go.
func flood(b *testing.B, address string, hooks []webhook, spell time.Duration) measured {
	b.Helper()
	began := time.Now()
	took := onWires(b, address, func(n int, w *wire) (list []time.Duration, err error) {
		for next := n; time.Since(began) < spell; next += connections {
			sent := time.Now()
			if err := w.send(hooks[next%len(hooks)]); err != nil {
				return nil, err
			}
			list = append(list, time.Since(sent))
		}
		return list, nil
	})
	return measured{len(took), float64(len(took)) / time.Since(began).Seconds(), p99(took)}
}

// steady sends at steadyRate whether or not answers come, each of the hooks once. A
// webhook that is late because another was slow counts from when it was due.
func steady(b *testing.B, address string, hooks []webhook) measured {
	b.Helper()
	type due struct {
		at   time.Time
		hook webhook
	}
	began, queue := time.Now(), make(chan due, len(hooks))
	go func() {
		defer close(queue)
		for n, hook := range hooks {
			at := began.Add(time.Duration(n) * time.Second / steadyRate)
			<-time.After(time.Until(at))
			queue <- due{at, hook}
		}
	}()
	took := onWires(b, address, func(_ int, w *wire) (list []time.Duration, err error) {
		for d := range queue {
			if err := w.send(d.hook); err != nil {
				return nil, err
			}
			list = append(list, time.Since(d.at))
		}
		return list, nil
	})
	return measured{len(took), float64(len(took)) / time.Since(began).Seconds(), p99(took)}
}

// onWires has all connections work at the same time, and returns how long their
// requests took.
func onWires(b *testing.B, address string, work func(n int, w *wire) ([]time.Duration, error)) []time.Duration {
	b.Helper()
	lists := make([][]time.Duration, connections)
	group, ctx := errgroup.WithContext(b.Context())
	for n := range connections {
		group.Go(func() (err error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
			if err != nil {
				return err
			}
			defer func() { _ = conn.Close() }()
			lists[n], err = work(n, &wire{conn: conn, in: bufio.NewReader(conn)})
			return err
		})
	}
	must(b, group.Wait())
	return slices.Concat(lists...)
}

func p99(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)*99/100]
}

func median[T int64 | float64 | time.Duration](list []T) T {
	slices.Sort(list)
	return list[len(list)/2]
}
