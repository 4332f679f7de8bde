package photos

import (
	"bytes"
	"image"
	"image/color"
	"testing"
)

func TestKinds(t *testing.T) {
	const width, height = 64, 64
	colours := [4]color.NRGBA{red, green, blue, white}
	some := quarters(width, height, colours)
	holes := quarters(width, height, [4]color.NRGBA{red, none, blue, {A: 128}})
	onWhite := [4]color.NRGBA{red, white, blue, {R: 127, G: 127, B: 127, A: 255}}
	flat := func(c color.NRGBA) [4]color.NRGBA { return [4]color.NRGBA{c, c, c, c} }
	gray := color.NRGBA{R: 100, G: 100, B: 100, A: 255}
	for name, c := range map[string]struct {
		reason string
		file   []byte
		want   [4]color.NRGBA
	}{
		"JPEG":             {"what most phones make", encodeJPEG(t, some), colours},
		"gray JPEG":        {"a scan", encodeJPEG(t, drawn(image.NewGray(some.Rect), quarters(width, height, flat(gray)))), flat(gray)},
		"progressive JPEG": {"what photo programs save for the web", flatJPEG(sof2, -1, width, height, 1, 100, 128, 128), flat(gray)},
		"RGB JPEG":         {"what some cameras make", flatJPEG(sof0, 0, width, height, 1, 255, 0, 0), flat(red)},
		"CMYK JPEG":        {"what is made for print", flatJPEG(sof0, 0, width, height, 1, 255, 0, 0, 255), flat(red)},
		"YCCK JPEG":        {"the same, as Adobe has it", flatJPEG(sof0, 2, width, height, 1, 155, 128, 128, 255), flat(gray)},
		"PNG":              {"a picture of a screen", encodePNG(t, some), colours},
		"PNG of 16 bits":   {"what scanners make", encodePNG(t, drawn(image.NewNRGBA64(some.Rect), some)), colours},
		"gray of 16 bits":  {"the same", encodePNG(t, drawn(image.NewGray16(some.Rect), quarters(width, height, flat(gray)))), flat(gray)},
		"palette":          {"few colours", encodePNG(t, drawn(image.NewPaletted(some.Rect, color.Palette{red, green, blue, white}), some)), colours},
		"interlaced":       {"it comes in passes", blackPNG(t, width, height, 8, pngTrueAlpha, 1), flat(white)},
		"transparent":      {"there is no such thing in a JPEG: on white", encodePNG(t, holes), onWhite},
		"16 bits of it":    {"the same", encodePNG(t, drawn(image.NewNRGBA64(some.Rect), holes)), onWhite},
		"in a palette":     {"the same", encodePNG(t, drawn(image.NewPaletted(some.Rect, color.Palette{red, none, blue, color.NRGBA{A: 128}}), holes)), onWhite},
		"lossless":         {"a WebP", riff(lossless(some)), colours},
		"of it in WebP":    {"the same", riff(lossless(quarters(width, height, [4]color.NRGBA{red, none, blue, black}))), [4]color.NRGBA{red, white, blue, black}},
		"lossy":            {"a WebP from a browser", riff(lossy(width, height)), flat(color.NRGBA{R: 128, G: 128, B: 128, A: 255})},
	} {
		t.Run(name, func(t *testing.T) {
			p, m := made(t, c.file)
			if p.size != image.Pt(width, height) {
				t.Errorf("it is %v", p.size)
			}
			shows(t, m, c.want)
			if t.Failed() {
				t.Error(c.reason)
			}
			if again, _ := made(t, c.file); !bytes.Equal(p.jpeg, again.jpeg) {
				t.Error("once more, and it is another")
			}
		})
	}
}

// drawn is an image of another kind.
func drawn[I interface {
	image.Image
	Set(x, y int, c color.Color)
}](m I, from image.Image,
) I {
	for y := range from.Bounds().Dy() {
		for x := range from.Bounds().Dx() {
			m.Set(x, y, from.At(x, y))
		}
	}
	return m
}

func TestSizes(t *testing.T) {
	for name, c := range map[string]struct {
		reason string
		size   image.Point
		want   image.Point
	}{
		"one pixel":  {"never larger than it was", image.Pt(1, 1), image.Pt(1, 1)},
		"as large":   {"nothing to do", image.Pt(Side, 3), image.Pt(Side, 3)},
		"one more":   {"the longer side decides", image.Pt(Side+1, 100), image.Pt(Side, 100)},
		"upright":    {"the height is a side, too", image.Pt(300, 4096), image.Pt(150, Side)},
		"by halves":  {"it is more than twice as large", image.Pt(9000, 90), image.Pt(Side, 20)},
		"a line":     {"something of it stays", image.Pt(MaxSide, 1), image.Pt(Side, 1)},
		"a phone's":  {"12 megapixels", image.Pt(4032, 3024), image.Pt(Side, 1536)},
		"a square's": {"both sides", image.Pt(3000, 3000), image.Pt(Side, Side)},
	} {
		t.Run(name, func(t *testing.T) {
			if got := fit(c.size, Side); got != c.want {
				t.Fatalf("%s: %v, want %v", c.reason, got, c.want)
			}
			// 1 in 16 is enough to see that drawing keeps to it.
			if c.size.X*c.size.Y > 1<<20 {
				return
			}
			p, m := made(t, encodePNG(t, quarters(c.size.X, c.size.Y, [4]color.NRGBA{red, red, red, red})))
			if p.size != c.want {
				t.Errorf("%s: %v, want %v", c.reason, p.size, c.want)
			}
			shows(t, m, [4]color.NRGBA{red, red, red, red})
		})
	}
}

// TestFinePatterns holds that lines too fine to be shown turn gray, and not into
// broader ones that are not there.
func TestFinePatterns(t *testing.T) {
	const width, height = 8 * Side / 2, 64
	m := image.NewGray(image.Rect(0, 0, width, height))
	for i := range m.Pix {
		m.Pix[i] = uint8(i%2) * 255
	}
	small := shrink(m, fit(m.Rect.Size(), Side))
	for i, v := range small.Pix {
		if i%4 != 3 && (v < 126 || v > 129) {
			t.Fatalf("pixel %d is %d, want the middle between black and white", i/4, v)
		}
	}
}
