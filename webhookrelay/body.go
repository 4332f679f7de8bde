package webhookrelay

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

// firstRead is how much memory a body gets before anything of it has arrived.
const firstRead = 8 << 10

// body is a request's body in memory.
type body struct {
	bytes []byte
	taken int64 // of the room
}

// readBody reads a body within the limits. The outcome is empty where that
// worked; in any case the caller gives back what the body took of the room.
func (h *Handler) readBody(w http.ResponseWriter, r *http.Request) (body, Outcome) {
	most := h.limits.BodyBytes
	if r.ContentLength > most {
		return body{}, BodyTooLarge
	}
	if r.ContentLength >= 0 {
		most = r.ContentLength
	}
	// A recorder in a test cannot; every real connection can.
	deadline := http.NewResponseController(w)
	_ = deadline.SetReadDeadline(time.Now().Add(h.limits.BodyTime))
	b, outcome := h.fill(r.Body, most)
	if outcome == "" {
		// The server goes on reading to notice when the sender leaves, and would take
		// the deadline for that.
		_ = deadline.SetReadDeadline(time.Time{})
	}
	return b, outcome
}

// fill reads until the end, growing with what arrives, to most bytes and the one
// more that tells that there are too many.
func (h *Handler) fill(from io.Reader, most int64) (b body, outcome Outcome) {
	for {
		if len(b.bytes) == cap(b.bytes) {
			grow := min(max(firstRead, 2*int64(cap(b.bytes))), most+1) - b.taken
			if !h.buffered.take(grow) {
				return b, Busy
			}
			b.taken += grow
			b.bytes = append(make([]byte, 0, b.taken), b.bytes...)
		}
		n, err := from.Read(b.bytes[len(b.bytes):cap(b.bytes)])
		b.bytes = b.bytes[:len(b.bytes)+n]
		switch {
		case int64(len(b.bytes)) > most:
			return b, BodyTooLarge
		case errors.Is(err, io.EOF):
			return b, ""
		case errors.Is(err, os.ErrDeadlineExceeded):
			return b, BodyTooSlow
		case err != nil:
			return b, BodyBroken
		}
	}
}
