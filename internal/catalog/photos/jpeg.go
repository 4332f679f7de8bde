package photos

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"iter"
)

// Markers of a JPEG's segments.
const (
	markerSOF2 = 0xc2 // the frame of a progressive JPEG
	markerRST0 = 0xd0
	markerRST7 = 0xd7
	markerEOI  = 0xd9 // the end
	markerSOS  = 0xda // a scan
	markerAPP1 = 0xe1 // EXIF and others
)

// maxScans is how often a progressive JPEG may go over its pixels. Ten times is
// usual; a few bytes are enough to ask for one more time.
const maxScans = 50

func isJPEG(data []byte) bool { return bytes.HasPrefix(data, []byte{0xff, 0xd8, 0xff}) }

// segments are those before the first scan, by marker. It finds them as image/jpeg
// does, so that both see the same file.
func segments(data []byte) iter.Seq2[byte, []byte] {
	return func(yield func(byte, []byte) bool) {
		for at := 2; at+1 < len(data); {
			if data[at] != 0xff {
				at++
				continue
			}
			marker := data[at+1]
			if marker == 0xff { // fills
				at++
				continue
			}
			at += 2
			if marker == 0 || markerRST0 <= marker && marker <= markerRST7 {
				continue
			}
			if marker == markerEOI || marker == markerSOS || at+2 > len(data) {
				return
			}
			end := at + int(binary.BigEndian.Uint16(data[at:]))
			if end < at+2 || end > len(data) || !yield(marker, data[at+2:end]) {
				return
			}
			at = end
		}
	}
}

func jpegEXIF(data []byte) []byte {
	for marker, segment := range segments(data) {
		if exif, ok := bytes.CutPrefix(segment, []byte(exifPrefix)); ok && marker == markerAPP1 {
			return exif
		}
	}
	return nil
}

func progressive(data []byte) bool {
	for marker := range segments(data) {
		if marker == markerSOF2 {
			return true
		}
	}
	return false
}

func jpegSupported(data []byte) error {
	// Within a scan, 0xff is followed by zero, so no scan is overlooked.
	if progressive(data) && bytes.Count(data, []byte{0xff, markerSOS}) > maxScans {
		return refuse(Unsupported, "the photo is a progressive JPEG of more than %d scans: save it as a usual JPEG", maxScans)
	}
	return nil
}

// jpegMemory: the planes, a copy where they are not YCbCr, and the coefficients where
// they come a few at a time.
func jpegMemory(data []byte, config image.Config) int64 {
	const unit = 32 // pixels that are decoded together, on a side, at most
	pixels := roundUp(config.Width, unit) * roundUp(config.Height, unit)
	components, perPixel := int64(3), int64(3+4)
	switch config.ColorModel {
	case color.GrayModel:
		components, perPixel = 1, 1
	case color.CMYKModel:
		components, perPixel = 4, 4+4
	}
	if progressive(data) {
		perPixel += 4 * components
	}
	return pixels * perPixel
}

// roundUp is the next multiple.
func roundUp(n, unit int) int64 { return int64((n + unit - 1) / unit * unit) }
