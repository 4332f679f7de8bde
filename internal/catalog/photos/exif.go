package photos

import "encoding/binary"

// exifPrefix is what EXIF begins with in a JPEG.
const exifPrefix = "Exif\x00\x00"

// orientation says how a picture has to be turned to stand upright, as EXIF counts:
// from 1, as it is, to 8.
type orientation int

const (
	upright       orientation = 1
	mirrored      orientation = 2 // left is right
	upsideDown    orientation = 3
	flipped       orientation = 4 // top is bottom
	transposed    orientation = 5 // rows are columns
	clockwise     orientation = 6 // to be turned by 90 degrees
	transversed   orientation = 7 // rows are columns, from the other end
	anticlockwise orientation = 8 // to be turned by 90 degrees the other way
)

// orientationOf reads the orientation from EXIF. What is missing or makes no sense is
// upright: a photo is not refused for it. It follows one offset and looks at each
// entry behind it once, so there is no loop to be caught in.
func orientationOf(exif []byte) orientation {
	const (
		header, entry  = 8, 12 // bytes
		tagOrientation = 0x0112
		typeShort      = 3
	)
	if len(exif) < header {
		return upright
	}
	var order binary.ByteOrder
	switch string(exif[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return upright
	}
	offset := int64(order.Uint32(exif[4:]))
	if offset < header || offset+2 > int64(len(exif)) {
		return upright
	}
	entries := exif[offset+2:]
	for range order.Uint16(exif[offset:]) {
		if len(entries) < entry {
			return upright
		}
		if order.Uint16(entries) == tagOrientation {
			o := orientation(order.Uint16(entries[8:]))
			if order.Uint16(entries[2:]) != typeShort || order.Uint32(entries[4:]) != 1 || o < upright || o > anticlockwise {
				return upright
			}
			return o
		}
		entries = entries[entry:]
	}
	return upright
}
