package photos

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
)

const (
	pngSignature = "\x89PNG\r\n\x1a\n"
	// pngInterlace is where a PNG says whether its rows are in order: the first chunk
	// is the header, and that its last byte.
	pngInterlace = len(pngSignature) + 8 + 12
)

func isPNG(data []byte) bool { return bytes.HasPrefix(data, []byte(pngSignature)) }

func pngSupported([]byte) error { return nil }

func pngEXIF(data []byte) []byte {
	// Length, name, content, checksum.
	for rest := data[len(pngSignature):]; len(rest) >= 12; {
		n := int64(binary.BigEndian.Uint32(rest))
		if n > int64(len(rest)-12) {
			return nil
		}
		if string(rest[4:8]) == "eXIf" {
			return rest[8 : 8+n]
		}
		rest = rest[12+n:]
	}
	return nil
}

// pngMemory: the pixels, and again where they come in seven passes.
func pngMemory(data []byte, config image.Config) int64 {
	// Gray is as wide as colour: what is transparent is told after the header.
	perPixel := int64(4)
	switch config.ColorModel {
	case color.Gray16Model, color.RGBA64Model, color.NRGBA64Model:
		perPixel = 8
	}
	if len(data) > pngInterlace && data[pngInterlace] != 0 {
		perPixel *= 2
	}
	return int64(config.Width) * int64(config.Height) * perPixel
}
