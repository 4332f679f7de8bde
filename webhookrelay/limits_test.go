package webhookrelay

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

// served runs a handler behind the server that the relay has, with everything
// that a real connection does, and returns its address.
func served(t *testing.T, h *Handler) string {
	t.Helper()
	s := &Server{options: Options{Limits: h.limits, Log: h.log}, handler: h}
	front, listener := s.front(), listen(t)
	done := make(chan error, 1)
	go func() { done <- front.Serve(listener) }()
	t.Cleanup(func() {
		_ = front.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}

// raw sends bytes over a connection that stays open, and returns the answer.
func raw(t *testing.T, address, text string) *http.Response {
	t.Helper()
	g := NewWithT(t)
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", address)
	g.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(func() { _ = conn.Close() })
	_, err = io.WriteString(conn, text)
	g.Expect(err).NotTo(HaveOccurred())
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	g.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

func head(more string) string {
	return "POST " + maple().Path() + " HTTP/1.1\r\nHost: relay\r\n" + more + "\r\n"
}

func TestLimitsOfARequest(t *testing.T) {
	const most = 1000
	short := func(l *Limits) {
		l.BodyBytes, l.HeaderBytes, l.BodyTime = most, 2048, 100*time.Millisecond
	}
	chunks := func(bytes int, end string) string {
		return head("Transfer-Encoding: chunked\r\n") + fmt.Sprintf("%x\r\n%s\r\n", bytes, strings.Repeat("x", bytes)) + end
	}
	cases := map[string]struct {
		reason string
		send   string
		status int
	}{
		"announced too large": {"it is refused before it comes", head("Content-Length: 1001\r\n"), 413},
		"too large in chunks": {"it is refused once it is too large", chunks(most+1, ""), 413},
		"large enough":        {"the limit itself is allowed", chunks(most, "0\r\n\r\n"), 401},
		"slow body":           {"a sender that stops holds nothing for long", head("Content-Length: 10\r\n") + "123", 408},
		"slow chunks":         {"nor where it says no length", chunks(5, ""), 408},
		"broken chunks":       {"what is no HTTP is no body", head("Transfer-Encoding: chunked\r\n") + "zz\r\n", 400},
		"large headers":       {"headers take memory too", head("X-Large: " + strings.Repeat("x", 8<<10) + "\r\n"), 431},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			inbox := &recorder{}
			h := newTestHandler(inbox, short)
			resp := raw(t, served(t, h), tc.send)
			g.Expect(resp.StatusCode).To(Equal(tc.status), tc.reason)
			g.Expect(inbox.stored()).To(BeEmpty())
			g.Eventually(h.buffered.used.Load).Should(BeZero())
		})
	}
}

func TestSlowHeadersEndTheConnection(t *testing.T) {
	g := NewWithT(t)
	h := newTestHandler(&recorder{}, func(l *Limits) { l.HeaderTime = 50 * time.Millisecond })
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", served(t, h))
	g.Expect(err).NotTo(HaveOccurred())
	defer conn.Close()
	_, err = io.WriteString(conn, "POST /webhooks/a/b HTTP/1.1\r\nHost:")
	g.Expect(err).NotTo(HaveOccurred())
	_, err = io.Copy(io.Discard, conn) // until the relay hangs up
	g.Expect(err).NotTo(HaveOccurred())
}

func TestABodyOfAnySizeArrivesWhole(t *testing.T) {
	g := NewWithT(t)
	inbox := &recorder{}
	address := "http://" + served(t, newTestHandler(inbox, nil))
	for _, size := range []int{0, 1, firstRead - 1, firstRead, firstRead + 1, 3 * firstRead, 5 << 20} {
		for _, length := range []int64{0, -1} { // -1 is of no announced length
			inbox.got = nil
			body := strings.Repeat("x", size)
			r := over(address, webhook(maple(), currentSecret, body))
			if length < 0 {
				r.ContentLength, r.Body = -1, io.NopCloser(strings.NewReader(body))
			}
			resp, err := (&http.Client{}).Do(r)
			g.Expect(err).NotTo(HaveOccurred())
			_ = resp.Body.Close()
			g.Expect(resp.StatusCode).To(Equal(200), "%d bytes", size)
			g.Expect(bytes.Equal(inbox.stored()[0].Body, []byte(body))).To(BeTrue(), "%d bytes", size)
		}
	}
}

// held is an inbox whose deliveries wait until release is closed.
func held() (inbox *recorder, waiting, release chan struct{}) {
	waiting, release = make(chan struct{}, 100), make(chan struct{})
	inbox = &recorder{put: func(ctx context.Context) error {
		waiting <- struct{}{}
		select {
		case <-release:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}}
	return inbox, waiting, release
}

func TestTooManyRequestsAtATime(t *testing.T) {
	g := NewWithT(t)
	inbox, waiting, release := held()
	h := newTestHandler(inbox, func(l *Limits) { l.Requests = 2 })
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() { g.Expect(ask(h, webhook(maple(), currentSecret, orderBody)).StatusCode).To(Equal(200)) })
	}
	<-waiting
	<-waiting
	resp := ask(h, webhook(maple(), currentSecret, orderBody))
	g.Expect(resp.StatusCode).To(Equal(503))
	g.Expect(resp.Header.Get("Retry-After")).NotTo(BeEmpty())
	close(release)
	all.Wait()
	g.Expect(inbox.stored()).To(HaveLen(2))
	g.Expect(ask(h, webhook(maple(), currentSecret, orderBody)).StatusCode).To(Equal(200), "there is room again")
}

func TestTooManyBytesAtATime(t *testing.T) {
	g := NewWithT(t)
	inbox, waiting, release := held()
	h := newTestHandler(inbox, func(l *Limits) { l.BodyBytes, l.BufferedBytes = 40<<10, 64<<10 })
	large := strings.Repeat("x", 40<<10)
	var all sync.WaitGroup
	all.Go(func() { g.Expect(ask(h, webhook(maple(), currentSecret, large)).StatusCode).To(Equal(200)) })
	<-waiting
	g.Expect(h.buffered.used.Load()).To(BeNumerically(">=", len(large)))
	g.Expect(ask(h, webhook(maple(), currentSecret, large)).StatusCode).To(Equal(503), "it has no room beside the other")
	all.Go(func() { g.Expect(ask(h, webhook(maple(), currentSecret, orderBody)).StatusCode).To(Equal(200)) })
	<-waiting // a small one has
	close(release)
	all.Wait()
	g.Expect(h.buffered.used.Load()).To(BeZero())
}

func TestAnAnnouncedBodyTakesNoRoom(t *testing.T) {
	g := NewWithT(t)
	h := newTestHandler(&recorder{}, nil)
	address := served(t, h)
	var d net.Dialer
	for range 20 {
		conn, err := d.DialContext(t.Context(), "tcp", address)
		g.Expect(err).NotTo(HaveOccurred())
		t.Cleanup(func() { _ = conn.Close() })
		_, err = io.WriteString(conn, head(fmt.Sprintf("Content-Length: %d\r\n", 5<<20)))
		g.Expect(err).NotTo(HaveOccurred())
	}
	g.Eventually(h.requests.used.Load).Should(BeEquivalentTo(20))
	g.Eventually(h.buffered.used.Load).Should(BeEquivalentTo(20 * firstRead))
}

func TestLimitsThatCannotBe(t *testing.T) {
	g := NewWithT(t)
	g.Expect(DefaultLimits().Validate()).To(Succeed())
	for want, change := range map[string]func(*Limits){
		"connections": func(l *Limits) { l.Connections = 0 },
		"requests":    func(l *Limits) { l.Requests = -1 },
		"answer time": func(l *Limits) { l.AnswerTime = 0 },
		"all bodies":  func(l *Limits) { l.BufferedBytes = l.BodyBytes },
	} {
		l := DefaultLimits()
		change(&l)
		g.Expect(l.Validate()).To(MatchError(ContainSubstring(want)))
	}
}
