package photos

import (
	"encoding/binary"
	"image"
	"image/color"
)

// riff is a WebP of chunks.
func riff(chunks ...string) []byte {
	content := "WEBP"
	for _, c := range chunks {
		content += c
	}
	return []byte("RIFF" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(content)))) + content)
}

func riffChunk(name, content string) string {
	c := name + string(binary.LittleEndian.AppendUint32(nil, uint32(len(content)))) + content
	if len(content)%2 != 0 {
		c += "\x00"
	}
	return c
}

// Flags of a VP8X.
const (
	flagAnimation = webpAnimation
	flagEXIF      = 1 << 3
	flagAlpha     = 1 << 4
)

// vp8x says what follows, and of what size it is.
func vp8x(flags byte, width, height int) string {
	size := func(n int) string { return string([]byte{byte(n - 1), byte((n - 1) >> 8), byte((n - 1) >> 16)}) }
	return riffChunk("VP8X", string([]byte{flags, 0, 0, 0})+size(width)+size(height))
}

// bitWriter writes the lowest bit first, as lossless WebP has it.
type bitWriter struct {
	out  []byte
	used int // bits of the last byte
}

func (w *bitWriter) put(value uint32, n int) {
	for i := range n {
		if w.used%8 == 0 {
			w.out, w.used = append(w.out, 0), 0
		}
		w.out[len(w.out)-1] |= byte(value>>i&1) << w.used
		w.used++
	}
}

// lossless is a chunk of an image whose channels are 0 or 255. It is the simplest
// form there is: no transformation, and a code of one bit for each channel.
func lossless(m image.Image) string {
	w := &bitWriter{}
	b := m.Bounds()
	w.put(0x2f, 8)
	w.put(uint32(b.Dx()-1), 14)
	w.put(uint32(b.Dy()-1), 14)
	w.put(1, 1)
	w.put(0, 3)
	w.pixels(m)
	return riffChunk("VP8L", string(w.out))
}

// bare is a lossless chunk that claims a size, and next to nothing more.
func bare(width, height uint32) string {
	w := &bitWriter{}
	w.put(0x2f, 8)
	w.put(width-1, 14)
	w.put(height-1, 14)
	w.put(0, 4)
	return riffChunk("VP8L", string(w.out)+"\x88\x88\x08")
}

func (w *bitWriter) pixels(m image.Image) {
	w.put(0, 3) // no transformation, cache of colours, or choice of codes
	for range 4 {
		w.put(0b111, 3) // a simple code of two symbols, the first of eight bits
		w.put(0, 8)
		w.put(255, 8)
	}
	w.put(0b001, 3) // and of one symbol, for distances, of which there are none
	w.put(0, 1)
	b := m.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
			for _, v := range []uint8{c.G, c.R, c.B, c.A} {
				w.put(uint32(v>>7), 1)
			}
		}
	}
}

// alphaChannel is a chunk that says how opaque a lossy image is, coded as lossless
// ones are.
func alphaChannel(m image.Image) string {
	w := &bitWriter{}
	w.put(1, 8) // coded, not filtered
	w.pixels(m)
	return riffChunk("ALPH", string(w.out))
}

// lossy is a chunk of a gray image: it consists of zeros, which the decoder takes for
// the likelier of two at each of its decisions.
func lossy(width, height int) string {
	const perBlock = 8 // bytes, for modes and again for coefficients: more than it reads
	part := (width+15)/16*((height+15)/16)*perBlock + 64
	first := uint32(part)<<5 | 1<<4 // a key frame that is shown
	head := []byte{byte(first), byte(first >> 8), byte(first >> 16), 0x9d, 0x01, 0x2a, byte(width), byte(width >> 8), byte(height), byte(height >> 8)}
	return riffChunk("VP8 ", string(head)+string(make([]byte, 2*part)))
}

// manyCodes is a lossless WebP of few pixels, black and clear, that has as many codes
// as may be, of as many symbols as there are.
func manyCodes() []byte {
	const (
		width, height = 240, 176
		tile          = 4 // pixels that share codes, on a side
		groups        = 2600
		cache         = 11 // bits
	)
	w := &bitWriter{}
	w.put(0x2f, 8)
	w.put(width-1, 14)
	w.put(height-1, 14)
	w.put(0, 4)
	w.put(0, 1)            // no transformation
	w.put(1|cache<<1, 1+4) // a cache of colours, which have symbols, too
	w.put(1, 1+3)          // a choice of codes, by tiles
	// The choice is an image of its own: red and green are the number of the codes.
	w.put(0, 1)
	w.code(256, 8, 280-256, 0)
	w.code(16, 4, 256-16, 0)
	w.put(0b0001_0001_0001, 12) // of one symbol, for blue, alpha and distances
	for i := range width / tile * height / tile {
		w.symbol(uint32(i%groups&0xff), 8)
		w.symbol(uint32(i%groups>>8), 4)
	}
	for range groups {
		w.code(1768, 11, 560, 12) // 280 and those of the cache
		for range 3 {
			w.code(256, 8, 0, 0)
		}
		w.code(24, 5, 16, 6)
	}
	pixels := make([]byte, width*height*(11+3*8)/8+1) // the first symbol of each
	return riff(riffChunk("VP8L", string(w.out)+string(pixels)))
}

// code is a code of so many symbols of a length in bits, and so many of another. The
// lengths come in a code as well, in which each has one bit.
func (w *bitWriter) code(n int, bits uint32, others int, otherBits uint32) {
	w.put(0, 1)
	w.put(15, 4)
	for _, length := range []uint32{17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15} {
		if length == bits || others > 0 && length == otherBits {
			w.put(1, 3)
		} else {
			w.put(0, 3)
		}
	}
	w.put(0, 1) // all of them are told
	if others == 0 {
		return // one length needs no saying
	}
	for i := range n + others {
		if (i < n) == (bits < otherBits) {
			w.put(0, 1)
		} else {
			w.put(1, 1)
		}
	}
}

// symbol is one in a code in which all have the same length.
func (w *bitWriter) symbol(value uint32, bits int) {
	for bits--; bits >= 0; bits-- {
		w.put(value>>bits&1, 1)
	}
}
