package photos

import "fmt"

// Reason is why a photo is not taken.
type Reason string

// The reasons, with the status that HTTP has for each.
const (
	Empty         Reason = "Empty"         // no bytes: 400
	TooLarge      Reason = "TooLarge"      // more than MaxBytes: 413
	UnknownFormat Reason = "UnknownFormat" // neither JPEG, PNG nor WebP: 415
	Unsupported   Reason = "Unsupported"   // one of these, of a kind that is not read, such as an animation: 415
	TooManyPixels Reason = "TooManyPixels" // more than MaxPixels or MaxSide, or than memory allows: 422
	Damaged       Reason = "Damaged"       // it cannot be decoded: 422
)

// RefusedError says why a photo is not taken, and what to do.
type RefusedError struct {
	Reason Reason
	// Text is a sentence for whoever brought the photo.
	Text string
}

func (e *RefusedError) Error() string { return e.Text }

func refuse(reason Reason, format string, args ...any) error {
	return &RefusedError{Reason: reason, Text: fmt.Sprintf(format, args...)}
}
