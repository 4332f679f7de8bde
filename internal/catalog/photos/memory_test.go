package photos

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// TestMemory holds that no photo takes more than it is said to before it is decoded:
// all that is allocated is counted, so what is in use at any time is less.
func TestMemory(t *testing.T) {
	const width, height = 640, 450
	some := quarters(width, height, [4]color.NRGBA{red, green, blue, white})
	holes := quarters(width, height, [4]color.NRGBA{red, green, none, white})
	for name, file := range map[string][]byte{
		"JPEG":                  encodeJPEG(t, some),
		"gray JPEG":             encodeJPEG(t, image.NewGray(some.Rect)),
		"RGB JPEG":              flatJPEG(sof0, 0, width, height, 1, 255, 0, 0),
		"CMYK JPEG":             flatJPEG(sof0, 0, width, height, 1, 255, 0, 0, 255),
		"YCCK JPEG":             flatJPEG(sof0, 2, width, height, 1, 100, 128, 128, 255),
		"progressive JPEG":      flatJPEG(sof2, -1, width, height, 1, 128, 128, 128),
		"progressive gray JPEG": flatJPEG(sof2, -1, width, height, 1, 128),
		"progressive CMYK JPEG": flatJPEG(sof2, 0, width, height, maxScans, 128, 128, 128, 128),
		"a turned JPEG":         withSegment(encodeJPEG(t, some), markerAPP1, exifPrefix+exif(binary.LittleEndian, "", oriented(clockwise))),
		"PNG":                   encodePNG(t, some),
		"transparent PNG":       encodePNG(t, holes),
		"PNG of 16 bits":        encodePNG(t, drawn(image.NewNRGBA64(some.Rect), holes)),
		"palette":               encodePNG(t, drawn(image.NewPaletted(some.Rect, color.Palette{red, green, blue, white}), some)),
		"transparent gray":      blackPNG(t, width, height, 8, pngGray, 0),
		"the same of 16 bits":   blackPNG(t, width, height, 16, pngGray, 0),
		"interlaced":            blackPNG(t, width, height, 16, pngTrueAlpha, 1),
		"interlaced gray":       blackPNG(t, width, height, 8, pngGray, 1),
		"lossless":              riff(lossless(some)),
		"lossless, many codes":  manyCodes(),
		"lossy":                 riff(lossy(width, height)),
		"lossy with alpha":      riff(vp8x(flagAlpha, width, height), alphaChannel(holes), lossy(width, height)),
	} {
		t.Run(name, func(t *testing.T) {
			h, err := readHeader(file)
			if err != nil {
				t.Fatal(err)
			}
			config, err := h.config(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			var decoded image.Image
			took, most := allocated(func() { decoded, err = h.decode(bytes.NewReader(file)) }), h.format.memory(file, config)
			if err != nil || took > most+small {
				t.Errorf("decoding took %d bytes, and was said to take %d: %v", took, most, err)
			}
			took, most = allocated(func() { _, err = h.draw(decoded) }), pictureMemory(config)
			if err != nil || took > most {
				t.Errorf("drawing took %d bytes, and was said to take %d: %v", took, most, err)
			}
		})
	}
}

// TestWhatMemoryAllows holds what docs/intake.md promises of sizes.
func TestWhatMemoryAllows(t *testing.T) {
	usual := encodeJPEG(t, quarters(16, 16, [4]color.NRGBA{red, green, blue, white}))
	progressive := func(adobe int, values ...byte) []byte {
		return sized(flatJPEG(sof2, adobe, 16, 16, 1, values...), sof2, 6000, 4000)
	}
	for name, file := range map[string][]byte{
		"a phone's 50 megapixels": sized(usual, sof0, 8160, 6144),
		"the most of a JPEG":      sized(usual, sof0, 8000, MaxPixels/8000),
		"for print":               sized(flatJPEG(sof0, 0, 16, 16, 1, 255, 0, 0, 255), sof0, 8000, MaxPixels/8000),
		"the most of a PNG":       []byte(pngHeader(8000, MaxPixels/8000, 16, pngTrueAlpha, 0)),
		"the most of a WebP":      riff(vp8x(0, 8000, MaxPixels/8000), lossy(16, 16)),
		"as wide as may be":       sized(usual, sof0, MaxSide, 1),
		"as high as may be":       sized(usual, sof0, 1, MaxSide),
		"progressive":             progressive(-1, 128, 128, 128),
		"progressive, for print":  progressive(0, 128, 128, 128, 128),
		"interlaced":              []byte(pngHeader(6000, 4000, 16, pngTrueAlpha, 1)),
		"lossless":                riff(bare(6000, 4000)),
		"with alpha":              riff(vp8x(flagAlpha, 6000, 4000), riffChunk("ALPH", ""), lossy(16, 16)),
	} {
		if _, err := readHeader(file); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestHands holds that no more is in use than may be, and that who waits can stop.
func TestHands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHands()
		var inUse, ended atomic.Int64
		var seen sync.Mutex
		most := int64(0)
		next := make(chan struct{})
		work := func(ctx context.Context, memory int64) {
			go func() {
				err := h.work(ctx, memory, func() error {
					used := inUse.Add(memory)
					seen.Lock()
					most = max(most, used)
					seen.Unlock()
					<-next
					inUse.Add(-memory)
					return nil
				})
				if !errors.Is(err, ctx.Err()) {
					t.Errorf("%v, want %v", err, ctx.Err())
				}
				ended.Add(1)
			}()
			synctest.Wait()
		}
		const third = maxMemory / 3
		work(t.Context(), third)
		work(t.Context(), third)
		ctx, stop := context.WithCancel(t.Context())
		work(ctx, maxMemory) // the largest there is; all else waits behind it
		work(t.Context(), third)
		if inUse.Load() != 2*third {
			t.Errorf("%d bytes are in use, want two thirds", inUse.Load())
		}
		stop()
		synctest.Wait()
		if inUse.Load() != 3*third || ended.Load() != 1 {
			t.Errorf("%d bytes are in use, and %d have ended: the one that no longer waits keeps nobody waiting", inUse.Load(), ended.Load())
		}
		for range 20 {
			work(t.Context(), third)
		}
		work(t.Context(), maxMemory)
		close(next)
		synctest.Wait()
		if most > maxMemory || ended.Load() != 25 || inUse.Load() != 0 {
			t.Errorf("%d bytes were in use, and %d of 25 have ended", most, ended.Load())
		}
	})
}
