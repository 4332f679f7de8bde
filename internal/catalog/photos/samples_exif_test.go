package photos

import "encoding/binary"

// entry is one of EXIF. Its value is at hand, or an offset.
type entry struct {
	tag, kind    uint16
	count, value uint32
}

// oriented is the entry of an orientation.
func oriented(o orientation) entry {
	return entry{tag: 0x0112, kind: 3, count: 1, value: uint32(o)}
}

type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// exif is EXIF of entries, and of what they point to, which follows them.
func exif(order byteOrder, behind string, entries ...entry) string {
	out := []byte("II*\x00")
	if order == byteOrder(binary.BigEndian) {
		out = []byte("MM\x00*")
	}
	out = order.AppendUint16(order.AppendUint32(out, 8), uint16(len(entries)))
	for _, e := range entries {
		out = order.AppendUint32(order.AppendUint16(order.AppendUint16(out, e.tag), e.kind), e.count)
		if e.kind == 3 {
			out = order.AppendUint16(order.AppendUint16(out, uint16(e.value)), 0)
		} else {
			out = order.AppendUint32(out, e.value)
		}
	}
	return string(order.AppendUint32(out, 0)) + behind
}
