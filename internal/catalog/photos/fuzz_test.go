package photos

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"testing"
)

// FuzzTake holds for any file: it is refused with a sentence, or becomes a picture
// within the limits that is nothing but pixels, in the memory that it was said to take.
func FuzzTake(f *testing.F) {
	some := quarters(24, 16, [4]color.NRGBA{red, green, none, white})
	turned := exif(binary.BigEndian, "", oriented(clockwise))
	for _, file := range [][]byte{
		encodeJPEG(f, some), withSegment(encodeJPEG(f, some), markerAPP1, exifPrefix+turned),
		flatJPEG(sof0, 0, 24, 16, 1, 255, 0, 0), flatJPEG(sof0, 2, 24, 16, 1, 100, 128, 128, 255), flatJPEG(sof2, -1, 24, 16, 3, 100, 128, 128),
		encodePNG(f, some), withChunk(encodePNG(f, some), "eXIf", turned), blackPNG(f, 24, 16, 16, pngTrueAlpha, 1), blackPNG(f, 24, 16, 4, pngGray, 0),
		riff(lossless(some)), riff(lossy(24, 16)), riff(vp8x(flagAlpha|flagEXIF, 24, 16), alphaChannel(some), lossy(24, 16), riffChunk("EXIF", turned)),
		riff(vp8x(flagAnimation, 24, 16)), []byte(pngHeader(60_000, 60_000, 8, pngTrueAlpha, 0)),
	} {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := readHeader(data)
		if err == nil && h.size.X*h.size.Y > 1<<20 {
			return // within the limits, and slow
		}
		var p picture
		if err == nil {
			if took := allocated(func() { p, err = h.picture(data) }); took > h.memory {
				t.Errorf("it took %d bytes, and was said to take %d", took, h.memory)
			}
		}
		if err != nil {
			if reasonOf(err) == "" || err.Error() == "" {
				t.Errorf("refused without a reason: %v", err)
			}
			return
		}
		config, err := jpeg.DecodeConfig(bytes.NewReader(p.jpeg))
		if size := image.Pt(config.Width, config.Height); err != nil || size != p.size || max(size.X, size.Y) > Side {
			t.Errorf("the picture is %v, and said to be %v: %v", size, p.size, err)
		}
		barePicture(t, p)
		if again, err := h.picture(data); err != nil || !bytes.Equal(again.jpeg, p.jpeg) {
			t.Errorf("once more, and it is another: %v", err)
		}
	})
}

// FuzzOrientation holds that EXIF of any form is one of eight.
func FuzzOrientation(f *testing.F) {
	f.Add([]byte(exif(binary.LittleEndian, "", oriented(clockwise))))
	f.Add([]byte(exif(binary.BigEndian, "more", entry{tag: 0x8825, kind: 4, count: 1, value: 8}, oriented(mirrored))))
	f.Fuzz(func(t *testing.T, data []byte) {
		if o := orientationOf(data); o < upright || o > anticlockwise {
			t.Errorf("orientation %d", o)
		}
	})
}
