package photos

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"testing"
)

// encodeJPEG is a JPEG as image/jpeg writes it.
func encodeJPEG(tb testing.TB, m image.Image) []byte {
	tb.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: 95}); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// segment is one of a JPEG.
func segment(marker byte, content string) string {
	return "\xff" + octet(marker) + string(binary.BigEndian.AppendUint16(nil, uint16(len(content)+2))) + content
}

func octet(b byte) string { return string([]byte{b}) }

// withSegment puts a segment first into a JPEG.
func withSegment(jpeg []byte, marker byte, content string) []byte {
	return []byte(string(jpeg[:2]) + segment(marker, content) + string(jpeg[2:]))
}

// sized is a JPEG that claims another size than it has.
func sized(jpeg []byte, frame byte, width, height uint16) []byte {
	jpeg = bytes.Clone(jpeg)
	at := bytes.Index(jpeg, []byte{0xff, frame}) + 5
	binary.BigEndian.PutUint16(jpeg[at:], height)
	binary.BigEndian.PutUint16(jpeg[at+2:], width)
	return jpeg
}

// Markers that flatJPEG begins a frame with.
const (
	sof0 = 0xc0
	sof2 = markerSOF2
)

// flatJPEG is a JPEG of one colour, such as image/jpeg does not write: progressive,
// RGB or CMYK. adobe says which of these, as Adobe's segment does; negative for none.
// Its scan comes as often as is said.
func flatJPEG(sof byte, adobe, width, height, scans int, values ...byte) []byte {
	out := "\xff\xd8"
	if adobe >= 0 {
		out += segment(0xee, "Adobe\x00\x64\x00\x00\x00\x00"+octet(byte(adobe)))
	}
	frame := []byte{8, byte(height >> 8), byte(height), byte(width >> 8), byte(width), byte(len(values))}
	scan := []byte{byte(len(values))}
	for i := range values {
		frame = append(frame, byte(i+1), 0x11, 0)
		scan = append(scan, byte(i+1), 0)
	}
	spectral := byte(63)
	if sof == sof2 {
		spectral = 0
	}
	out += segment(0xdb, "\x00"+string(bytes.Repeat([]byte{1}, 64)))
	// Codes of four bits for the sizes from 0 to 11, and of one bit for no more of a block.
	out += segment(0xc4, "\x00"+"\x00\x00\x00\x0c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"+"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b")
	out += segment(0xc4, "\x10"+"\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"+"\x00")
	out += segment(sof, string(frame))
	entropy := flatScan(sof, (width+7)/8*((height+7)/8), values)
	for range scans {
		out += segment(markerSOS, string(append(scan, 0, spectral, 0))) + entropy
	}
	return []byte(out + "\xff\xd9")
}

// flatScan codes the blocks: the first of each component says how bright it is, the
// others that they are no different.
func flatScan(sof byte, blocks int, values []byte) string {
	var bits []byte
	put := func(value, n int) {
		for n--; n >= 0; n-- {
			bits = append(bits, byte(value>>n&1))
		}
	}
	for block := range blocks {
		for _, v := range values {
			size, diff := 0, 0
			if block == 0 {
				diff = (int(v) - 128) * 8
			}
			for n := max(diff, -diff); n > 0; n /= 2 {
				size++
			}
			put(size, 4)
			if diff < 0 {
				diff += 1<<size - 1
			}
			put(diff, size)
			if sof != sof2 {
				put(0, 1)
			}
		}
	}
	for len(bits)%8 != 0 {
		bits = append(bits, 1)
	}
	packed := make([]byte, 0, len(bits)/8)
	for i := 0; i < len(bits); i += 8 {
		var b byte
		for _, bit := range bits[i : i+8] {
			b = b<<1 | bit
		}
		if packed = append(packed, b); b == 0xff {
			packed = append(packed, 0)
		}
	}
	return string(packed)
}
