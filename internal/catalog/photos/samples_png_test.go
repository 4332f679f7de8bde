package photos

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"testing"
)

// encodePNG is a PNG as image/png writes it.
func encodePNG(tb testing.TB, m image.Image) []byte {
	tb.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// pngChunk is one of a PNG.
func pngChunk(name, content string) string {
	sum := crc32.ChecksumIEEE([]byte(name + content))
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(content)))) + name + content + string(binary.BigEndian.AppendUint32(nil, sum))
}

// withChunk puts a chunk behind a PNG's header.
func withChunk(png []byte, name, content string) []byte {
	const header = len(pngSignature) + 25
	return []byte(string(png[:header]) + pngChunk(name, content) + string(png[header:]))
}

// Colours of a PNG, as its header has them.
const (
	pngGray      = 0
	pngTrueAlpha = 6
)

// pngHeader is the beginning of a PNG, which may claim any size.
func pngHeader(width, height uint32, depth, colour, interlace byte) string {
	size := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	return pngSignature + pngChunk("IHDR", string(append(size, depth, colour, 0, 0, interlace)))
}

// blackPNG is a PNG of zeros, such as image/png does not write: interlaced, or with a
// transparent gray.
func blackPNG(tb testing.TB, width, height int, depth, colour, interlace byte) []byte {
	tb.Helper()
	bits := int(depth)
	if colour == pngTrueAlpha {
		bits *= 4
	}
	// Where the passes begin, and how far apart their pixels are.
	passes := [][4]int{{0, 0, 1, 1}}
	if interlace != 0 {
		passes = [][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}
	}
	length := 0
	for _, p := range passes {
		w, h := (width-p[0]+p[2]-1)/p[2], (height-p[1]+p[3]-1)/p[3]
		if w > 0 && h > 0 {
			length += h * (1 + (w*bits+7)/8)
		}
	}
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	if _, err := w.Write(make([]byte, length)); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	transparent := ""
	if colour == pngGray {
		transparent = pngChunk("tRNS", "\x00\x01")
	}
	return []byte(pngHeader(uint32(width), uint32(height), depth, colour, interlace) + transparent + pngChunk("IDAT", packed.String()) + pngChunk("IEND", ""))
}
