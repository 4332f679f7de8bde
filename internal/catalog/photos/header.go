package photos

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// The limits of what is taken.
const (
	// MaxBytes is the size of a file, in bytes.
	MaxBytes = 20 << 20
	// MaxSide is the width and the height, in pixels.
	MaxSide = 12_000
	// MaxPixels is width times height: a little more than the 8160 × 6144 of a phone's
	// 50 megapixels.
	MaxPixels = 52_000_000
)

// format is how a photo is encoded.
type format struct {
	name    string
	matches func(data []byte) bool
	config  func(io.Reader) (image.Config, error)
	decode  func(io.Reader) (image.Image, error)
	// exif is what the file says in EXIF about how it was taken; nil where it does not.
	exif func(data []byte) []byte
	// supported returns an error for kinds that the decoder does not read, or reads in
	// no reasonable time.
	supported func(data []byte) error
	// memory is what decoding takes at most, in bytes.
	memory func(data []byte, config image.Config) int64
}

var formats = []*format{
	{"JPEG", isJPEG, jpeg.DecodeConfig, jpeg.Decode, jpegEXIF, jpegSupported, jpegMemory},
	{"PNG", isPNG, png.DecodeConfig, png.Decode, pngEXIF, pngSupported, pngMemory},
	{"WebP", isWebP, webp.DecodeConfig, webp.Decode, webpEXIF, webpSupported, webpMemory},
}

// header is what is known of a photo before it is decoded.
type header struct {
	*format
	size        image.Point
	orientation orientation
	// memory is what making the picture takes at most, in bytes, beside the file.
	memory int64
}

// readHeader says what a file is, by its first bytes and never by its name. What is
// not taken is a *RefusedError; to find out costs next to nothing, whatever size the
// file claims to have.
func readHeader(data []byte) (header, error) {
	if len(data) == 0 {
		return header{}, refuse(Empty, "the photo is empty: send the file's content")
	}
	if len(data) > MaxBytes {
		return header{}, tooLarge()
	}
	for _, f := range formats {
		if f.matches(data) {
			return f.header(data)
		}
	}
	return header{}, refuse(UnknownFormat, "the file is neither JPEG, PNG nor WebP: save the photo as one of these (an iPhone does so with Settings > Camera > Formats > Most Compatible)")
}

func tooLarge() error {
	return refuse(TooLarge, "the photo has more than %d MiB: make it smaller", MaxBytes>>20)
}

func (f *format) header(data []byte) (header, error) {
	if err := f.supported(data); err != nil {
		return header{}, err
	}
	config, err := f.config(bytes.NewReader(data))
	if err != nil {
		return header{}, f.refusal(err)
	}
	if config.Width < 1 || config.Height < 1 {
		return header{}, f.refusal(errors.New("it has no pixels"))
	}
	// In this order: the product of two sides within the limit is a small number.
	if config.Width > MaxSide || config.Height > MaxSide || config.Width*config.Height > MaxPixels {
		return header{}, refuse(TooManyPixels, "the photo is %d × %d pixels, and at most %d on a side and %d million in all are taken: make it smaller",
			config.Width, config.Height, MaxSide, MaxPixels/1_000_000)
	}
	h := header{
		format: f, size: image.Pt(config.Width, config.Height), orientation: orientationOf(f.exif(data)),
		memory: f.memory(data, config) + pictureMemory(config),
	}
	if h.memory > maxMemory {
		return header{}, refuse(TooManyPixels, "the photo, %d × %d pixels, is saved in a way that takes too much memory to read: make it smaller, or save it as a JPEG that is not progressive",
			config.Width, config.Height)
	}
	return h, nil
}

// refusal says what to do about a file that its decoder does not take.
func (f *format) refusal(err error) error {
	_, unsupportedJPEG := errors.AsType[jpeg.UnsupportedError](err)
	_, unsupportedPNG := errors.AsType[png.UnsupportedError](err)
	if unsupportedJPEG || unsupportedPNG {
		return refuse(Unsupported, "this kind of %s is not read (%s): save the photo as a usual JPEG", f.name, err)
	}
	return refuse(Damaged, "the %s is damaged (%s): save the photo again, or take another", f.name, err)
}
