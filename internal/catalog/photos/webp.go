package photos

import (
	"bytes"
	"encoding/binary"
	"image"
	"iter"
)

// Where a WebP says what it is: "RIFF", a length, "WEBP", and then chunks of a name, a
// length and content. The first is VP8 (lossy), VP8L (lossless) or VP8X (what follows
// is told by the flags that it begins with).
const (
	webpForm      = 8
	webpFirst     = 12
	webpFlags     = 20
	webpAnimation = 1 << 1
)

func isWebP(data []byte) bool {
	return bytes.HasPrefix(data, []byte("RIFF")) && len(data) >= webpFirst && string(data[webpForm:webpFirst]) == "WEBP"
}

func webpSupported(data []byte) error {
	if bytes.HasPrefix(data[webpFirst:], []byte("VP8X")) && len(data) > webpFlags && data[webpFlags]&webpAnimation != 0 {
		return refuse(Unsupported, "the photo is an animation: save one picture of it")
	}
	return nil
}

// webpChunks are a WebP's, by name. The content of the last may be cut off.
func webpChunks(data []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for rest := data[webpFirst:]; len(rest) >= 8; {
			n, there := int64(binary.LittleEndian.Uint32(rest[4:])), int64(len(rest)-8)
			if !yield(string(rest[:4]), rest[8:8+min(n, there)]) {
				return
			}
			rest = rest[8+min(n+n%2, there):] // lengths are even
		}
	}
}

func webpEXIF(data []byte) []byte {
	for name, content := range webpChunks(data) {
		if name == "EXIF" {
			// Some write it as a JPEG has it.
			return bytes.TrimPrefix(content, []byte(exifPrefix))
		}
	}
	return nil
}

// webpMemory: lossy is the planes alone. Lossless is the pixels twice, the tables of
// their transformations, and trees of codes, which depend on the file and not on the
// pixels; an alpha channel is coded as lossless, too, on top of lossy.
func webpMemory(data []byte, config image.Config) int64 {
	const unit = 16
	pixels := roundUp(config.Width, unit) * roundUp(config.Height, unit)
	for name := range webpChunks(data) {
		if name == "VP8L" || name == "ALPH" {
			const trees = 224 << 20
			return 12*pixels + trees
		}
	}
	return 2 * pixels
}
