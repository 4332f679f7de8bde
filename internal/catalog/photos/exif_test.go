package photos

import (
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"
)

var (
	red   = color.NRGBA{R: 255, A: 255}
	green = color.NRGBA{G: 255, A: 255}
	blue  = color.NRGBA{B: 255, A: 255}
	white = color.NRGBA{R: 255, G: 255, B: 255, A: 255}
	black = color.NRGBA{A: 255}
	none  = color.NRGBA{}
)

// quarters is a picture of four colours: at the upper left, the upper right, the
// lower left and the lower right.
func quarters(width, height int, colours [4]color.NRGBA) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.SetNRGBA(x, y, colours[2*(2*y/height)+2*x/width])
		}
	}
	return m
}

// made is the picture of a photo, which has to be taken.
func made(tb testing.TB, data []byte) (picture, image.Image) {
	tb.Helper()
	h, err := readHeader(data)
	if err != nil {
		tb.Fatal(err)
	}
	p, err := h.picture(data)
	if err != nil {
		tb.Fatal(err)
	}
	m, err := jpeg.Decode(strings.NewReader(string(p.jpeg)))
	if err != nil {
		tb.Fatal("what was made is no JPEG:", err)
	}
	if m.Bounds().Size() != p.size {
		tb.Fatalf("it is %v, and said to be %v", m.Bounds().Size(), p.size)
	}
	return p, m
}

// shows checks the colours in the middle of the quarters of a picture.
func shows(tb testing.TB, m image.Image, want [4]color.NRGBA) {
	tb.Helper()
	size := m.Bounds().Size()
	for i, w := range want {
		at := image.Pt(size.X*(1+2*(i%2))/4, size.Y*(1+2*(i/2))/4)
		if got := color.NRGBAModel.Convert(m.At(at.X, at.Y)).(color.NRGBA); !near(got, w) {
			tb.Errorf("at %v it is %v, want %v", at, got, w)
		}
	}
}

func near(a, b color.NRGBA) bool {
	const most = 12 // JPEG loses a little
	d := func(x, y uint8) bool { return max(x, y)-min(x, y) <= most }
	return d(a.R, b.R) && d(a.G, b.G) && d(a.B, b.B)
}

// TestOrientation holds all eight against the standard's words: which side of what is
// stored is at the top, and which at the left.
func TestOrientation(t *testing.T) {
	const width, height = 96, 64
	stored := quarters(width, height, [4]color.NRGBA{red, green, blue, white})
	files := map[string]func(o orientation) []byte{
		"JPEG, little-endian": func(o orientation) []byte {
			return withSegment(encodeJPEG(t, stored), markerAPP1, exifPrefix+exif(binary.LittleEndian, "", oriented(o)))
		},
		"JPEG, big-endian, behind others": func(o orientation) []byte {
			return withSegment(withSegment(withSegment(encodeJPEG(t, stored), markerAPP1, exifPrefix+exif(binary.BigEndian, "", entry{tag: 0x010f, kind: 4}, oriented(o))),
				markerAPP1, "http://ns.adobe.com/xap/1.0/\x00"), 0xfe, "a comment")
		},
		"JPEG with fill bytes": func(o orientation) []byte {
			file := withSegment(encodeJPEG(t, stored), markerAPP1, exifPrefix+exif(binary.LittleEndian, "", oriented(o)))
			return []byte("\xff\xd8\xff\xff" + string(file[2:]))
		},
		"PNG": func(o orientation) []byte {
			return withChunk(encodePNG(t, stored), "eXIf", exif(binary.BigEndian, "", oriented(o)))
		},
		"WebP": func(o orientation) []byte {
			return riff(vp8x(flagEXIF, width, height), lossless(stored), riffChunk("EXIF", exif(binary.LittleEndian, "", oriented(o))))
		},
		"WebP, as a JPEG has it, behind an odd length": func(o orientation) []byte {
			return riff(vp8x(flagEXIF, width, height), riffChunk("ICCP", "odd"), lossless(stored), riffChunk("EXIF", exifPrefix+exif(binary.LittleEndian, "", oriented(o))))
		},
	}
	for o, c := range map[orientation]struct {
		reason string
		want   [4]color.NRGBA
	}{
		upright:       {"the first row is the top, the first column the left", [4]color.NRGBA{red, green, blue, white}},
		mirrored:      {"the first row is the top, the first column the right", [4]color.NRGBA{green, red, white, blue}},
		upsideDown:    {"the first row is the bottom, the first column the right", [4]color.NRGBA{white, blue, green, red}},
		flipped:       {"the first row is the bottom, the first column the left", [4]color.NRGBA{blue, white, red, green}},
		transposed:    {"the first row is the left, the first column the top", [4]color.NRGBA{red, blue, green, white}},
		clockwise:     {"the first row is the right, the first column the top", [4]color.NRGBA{blue, red, white, green}},
		transversed:   {"the first row is the right, the first column the bottom", [4]color.NRGBA{white, green, blue, red}},
		anticlockwise: {"the first row is the left, the first column the bottom", [4]color.NRGBA{green, white, red, blue}},
	} {
		for name, file := range files {
			p, m := made(t, file(o))
			if size := image.Pt(width, height); o < transposed && p.size != size || o >= transposed && p.size != image.Pt(height, width) {
				t.Errorf("%d in a %s: it is %v", o, name, p.size)
			}
			shows(t, m, c.want)
			if t.Failed() {
				t.Fatalf("orientation %d in a %s: %s", o, name, c.reason)
			}
		}
	}
}

func TestOrientationOf(t *testing.T) {
	good := exif(binary.LittleEndian, "", oriented(clockwise))
	loop := exif(binary.LittleEndian, "", entry{tag: 0x8769, kind: 4, count: 1, value: 8}, entry{tag: 0x014a, kind: 4, count: 1, value: 8}, oriented(clockwise))
	for name, c := range map[string]struct {
		reason, exif string
		want         orientation
	}{
		"good":              {"the usual", good, clockwise},
		"nothing":           {"most PNGs", "", upright},
		"zero":              {"no orientation", exif(binary.BigEndian, "", oriented(0)), upright},
		"nine":              {"no orientation", exif(binary.BigEndian, "", oriented(9)), upright},
		"long":              {"another type than it has", exif(binary.BigEndian, "", entry{tag: 0x0112, kind: 4, count: 1, value: 6}), upright},
		"many":              {"more than one", exif(binary.BigEndian, "", entry{tag: 0x0112, kind: 3, count: 2, value: 6}), upright},
		"no order":          {"neither of two", "XX*\x00" + good[4:], upright},
		"other magic":       {"BigTIFF is something else", "II+\x00" + good[4:], upright},
		"cut":               {"the entry has no end", good[:18], upright},
		"offset outside":    {"there is nothing", good[:4] + "\xff\xff\xff\xff" + good[8:], upright},
		"offset at the end": {"half a number", good[:4] + string([]byte{byte(len(good) - 1), 0, 0, 0}) + good[8:], upright},
		"offset on itself":  {"the header is no list", good[:4] + "\x00\x00\x00\x00" + good[8:], upright},
		"too many entries":  {"fewer are there than it says", good[:8] + "\xff\xff\x00\x00" + strings.Repeat("\x00", 64), upright},
		"loop":              {"an entry that leads back is not followed", loop, clockwise},
	} {
		t.Run(name, func(t *testing.T) {
			if got := orientationOf([]byte(c.exif)); got != c.want {
				t.Errorf("%s: %d, want %d", c.reason, got, c.want)
			}
		})
	}
}
