package photos

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image/color"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// take makes the picture of a file.
func take(data []byte) (picture, error) {
	h, err := readHeader(data)
	if err != nil {
		return picture{}, err
	}
	return h.picture(data)
}

// allocated is how many bytes f takes, all together: never less than it has in use.
func allocated(f func()) int64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc)
}

// small is what it may cost to refuse a photo, in bytes, whatever it claims to be.
const small = 256 << 10

// reasonOf is why a photo is refused; empty where it is not, or for another error.
func reasonOf(err error) Reason {
	if refused, ok := errors.AsType[*RefusedError](err); ok {
		return refused.Reason
	}
	return ""
}

func TestRefused(t *testing.T) {
	some := quarters(16, 16, [4]color.NRGBA{red, green, blue, white})
	usual := string(encodeJPEG(t, some))
	for name, c := range map[string]struct {
		reason string
		file   []byte
		want   Reason
	}{
		"nothing": {"a form without a file", nil, Empty},
		"heavy":   {"it is more than it may be", append([]byte(usual), make([]byte, MaxBytes)...), TooLarge},

		"text":       {"no photo", []byte("a photo of boots"), UnknownFormat},
		"page":       {"no photo, whatever it is called", []byte("<!doctype html><script>alert(1)</script>"), UnknownFormat},
		"drawing":    {"SVG is a program", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), UnknownFormat},
		"GIF":        {"another format", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), UnknownFormat},
		"HEIC":       {"an iPhone's own", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), UnknownFormat},
		"archive":    {"no photo", []byte("PK\x03\x04" + usual), UnknownFormat},
		"sound":      {"another file of the same frame", []byte("RIFF\x24\x00\x00\x00WAVEfmt "), UnknownFormat},
		"two bytes":  {"too short to tell", []byte("\xff\xd8"), UnknownFormat},
		"eight":      {"too short to tell", []byte("RIFF\x00\x00\x00\x00"), UnknownFormat},
		"a PNG late": {"what comes first counts", []byte(" " + string(encodePNG(t, some))), UnknownFormat},

		"animation":   {"a shop shows photos", riff(vp8x(flagAnimation, 16, 16), riffChunk("ANIM", "\x00\x00\x00\x00\x00\x00"), lossless(some)), Unsupported},
		"twelve bits": {"no phone makes it", []byte(strings.Replace(usual, "\xff\xc0\x00\x11\x08", "\xff\xc0\x00\x11\x0c", 1)), Unsupported},
		"no loss":     {"a JPEG of another kind", []byte(strings.Replace(usual, "\xff\xc0", "\xff\xc3", 1)), Unsupported},
		"many scans":  {"each goes over all the pixels, for a few bytes", flatJPEG(sof2, -1, 256, 256, maxScans+1, 128, 128, 128), Unsupported},

		"PNG bomb":            {"a header and next to nothing", []byte(pngHeader(60_000, 60_000, 8, pngTrueAlpha, 0) + pngChunk("IDAT", "x")), TooManyPixels},
		"PNG, a side":         {"one side is too long", []byte(pngHeader(MaxSide+1, 1, 8, pngTrueAlpha, 0)), TooManyPixels},
		"PNG, both sides":     {"each is short enough", []byte(pngHeader(MaxSide, MaxSide, 8, pngGray, 0)), TooManyPixels},
		"PNG, deep":           {"few enough pixels, of 16 bytes", []byte(pngHeader(7200, 7200, 16, pngTrueAlpha, 1)), TooManyPixels},
		"PNG, below zero":     {"a size that is none", []byte(pngHeader(0xffff_ffff, 1, 8, pngTrueAlpha, 0)), Damaged},
		"JPEG bomb":           {"the most that a header can say", sized([]byte(usual), 0xc0, 65_535, 65_535), TooManyPixels},
		"JPEG, progressive":   {"few enough pixels, of 15 bytes", sized(flatJPEG(sof2, -1, 16, 16, 1, 128, 128, 128), sof2, 8160, 6144), TooManyPixels},
		"JPEG of no height":   {"it is told later, or never", sized([]byte(usual), 0xc0, 16, 0), Damaged},
		"lossless bomb":       {"28 bytes", riff(bare(16_384, 16_384)), TooManyPixels},
		"lossy bomb":          {"the most that a header can say", riff(lossy(1, 1)[:14] + "\xff\x3f\xff\x3f" + lossy(1, 1)[18:]), TooManyPixels},
		"extended bomb":       {"the sides fit a number, the product does not", riff(vp8x(0, 1<<24, 1<<24)), Damaged},
		"extended":            {"the product fits as well", riff(vp8x(0, 20_000, 20_000)), TooManyPixels},
		"lossless in small":   {"it begins with another size", riff(vp8x(0, 16, 16), bare(11_000, 4000)), Damaged},
		"lossy in small":      {"the same", riff(vp8x(0, 16, 16), lossy(64, 64)), Damaged},
		"alpha, then nothing": {"as large as the size allows, and not there", riff(vp8x(flagAlpha, 16, 16), riffChunk("ALPH", "\x00")), Damaged},
	} {
		t.Run(name, func(t *testing.T) {
			var err error
			cost := allocated(func() { _, err = take(c.file) })
			if reasonOf(err) != c.want {
				t.Errorf("%s: %v, want %s", c.reason, err, c.want)
			}
			if cost > small {
				t.Errorf("%s, and it took %d bytes to find out", c.reason, cost)
			}
		})
	}
}

// TestTruncated cuts a file of each format anywhere.
func TestTruncated(t *testing.T) {
	some := quarters(64, 64, [4]color.NRGBA{red, green, blue, white})
	const all, half = 1, 2
	for name, c := range map[string]struct {
		// needed is all of the file, or half where the sample is longer than the decoder reads.
		needed int
		file   []byte
	}{
		"JPEG":             {all, encodeJPEG(t, some)},
		"progressive JPEG": {all, flatJPEG(sof2, -1, 64, 64, 1, 128, 128, 128)},
		"PNG":              {all, encodePNG(t, some)},
		"interlaced PNG":   {all, blackPNG(t, 64, 64, 16, pngTrueAlpha, 1)},
		"lossless WebP":    {all, riff(lossless(some))},
		"lossy WebP":       {half, riff(lossy(64, 64))},
		"WebP with alpha":  {half, riff(vp8x(flagAlpha, 64, 64), alphaChannel(some), lossy(64, 64))},
	} {
		if _, err := take(c.file); err != nil {
			t.Errorf("%s as a whole: %v", name, err)
		}
		const known = 12 // bytes that tell the format
		for cut := range len(c.file) / c.needed {
			_, err := take(c.file[:cut])
			if reason := reasonOf(err); reason == "" || cut >= known && reason != Damaged {
				t.Fatalf("%s without what follows %d bytes: %v", name, cut, err)
			}
		}
	}
}

// TestNothingButPixels holds that what else was in a file is not in the picture, wherever
// it was hidden.
func TestNothingButPixels(t *testing.T) {
	const (
		page    = "<html><script>fetch('//evil.example')</script></html>"
		archive = "PK\x03\x04 a file in an archive PK\x05\x06"
		place   = "43.6532N 79.3832W"
	)
	some := quarters(64, 64, [4]color.NRGBA{red, green, blue, white})
	gps := exif(binary.LittleEndian, place, entry{tag: 0x010e, kind: 2, count: uint32(len(place)), value: 8 + 2 + 3*12 + 4}, entry{tag: 0x8825, kind: 4, count: 1, value: 8}, oriented(upright))
	for name, c := range map[string]struct {
		reason string
		file   []byte
	}{
		"comment":        {"a browser that sniffs would run it", withSegment(encodeJPEG(t, some), 0xfe, page)},
		"application":    {"any program may hide its own", withSegment(encodeJPEG(t, some), 0xed, page)},
		"profile":        {"colours are not worth the risk", withSegment(encodeJPEG(t, some), 0xe2, "ICC_PROFILE\x00\x01\x01"+page)},
		"behind a JPEG":  {"an archive is read from its end", append(encodeJPEG(t, some), archive...)},
		"where it was":   {"it tells where its consignor lives", withSegment(encodeJPEG(t, some), markerAPP1, exifPrefix+gps)},
		"text of a PNG":  {"the same in another place", withChunk(encodePNG(t, some), "tEXt", "Comment\x00"+page)},
		"where, in PNG":  {"a PNG has it, too", withChunk(encodePNG(t, some), "eXIf", gps)},
		"behind a PNG":   {"the same", append(encodePNG(t, some), archive+page...)},
		"where, in WebP": {"and a WebP", riff(vp8x(flagEXIF, 64, 64), lossless(some), riffChunk("EXIF", gps), riffChunk("XMP ", page))},
		"behind a WebP":  {"the same", append(riff(lossless(some)), archive+page...)},
	} {
		t.Run(name, func(t *testing.T) {
			p, m := made(t, c.file)
			shows(t, m, [4]color.NRGBA{red, green, blue, white})
			for _, hidden := range []string{page[:9], "evil", "PK", place[:8], "Exif", "ICC", "Comment"} {
				if bytes.Contains(p.jpeg, []byte(hidden)) {
					t.Errorf("%s: %q is in the picture", c.reason, hidden)
				}
			}
			barePicture(t, p)
		})
	}
}

// barePicture checks that there is nothing in a JPEG but what decoding it takes.
func barePicture(tb testing.TB, p picture) {
	tb.Helper()
	markers := map[byte]bool{}
	for marker := range segments(p.jpeg) {
		markers[marker] = true
	}
	if got := slices.Sorted(maps.Keys(markers)); !slices.Equal(got, []byte{0xc0, 0xc4, 0xdb}) {
		tb.Errorf("the picture has segments %x", got)
	}
	if bytes.Count(p.jpeg, []byte("\xff\xd8")) != 1 || bytes.Index(p.jpeg, []byte("\xff\xd9")) != len(p.jpeg)-2 {
		tb.Error("the picture goes on behind its end")
	}
}
