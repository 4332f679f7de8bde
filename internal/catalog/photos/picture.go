package photos

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"math"

	"golang.org/x/image/draw"
)

const (
	// Side is the longer side that a picture has at most, in pixels.
	Side = 2048
	// quality is what a picture is encoded with, of 100.
	quality = 85
)

// picture is what a shop shows: a JPEG, and its size in pixels.
type picture struct {
	jpeg []byte
	size image.Point
}

// picture decodes a photo and makes the picture of it. The same photo makes the same
// bytes. One that cannot be decoded is a *RefusedError.
func (h header) picture(data []byte) (picture, error) {
	decoded, err := h.decode(bytes.NewReader(data))
	if err != nil {
		return picture{}, h.refusal(err)
	}
	if decoded.Bounds().Size() != h.size {
		return picture{}, h.refusal(errors.New("its size is not the one that it begins with"))
	}
	return h.draw(decoded)
}

// draw makes a picture of pixels: no larger than Side, upright, on white, and with
// nothing else in it.
func (h header) draw(decoded image.Image) (picture, error) {
	small := turn(shrink(decoded, fit(h.size, Side)), h.orientation)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, small, &jpeg.Options{Quality: quality}); err != nil {
		return picture{}, err
	}
	return picture{jpeg: out.Bytes(), size: small.Bounds().Size()}, nil
}

// pictureMemory is what a picture takes at most, in bytes, once the photo is decoded:
// the halves on the way to it, itself, itself turned, and encoded.
func pictureMemory(config image.Config) int64 {
	const itself = Side * Side * 4
	halves := int64(config.Width) * int64(config.Height) * 3 / 2
	return halves + 4*itself
}

// fit is the size that a picture gets: the longer side at most side, never larger
// than it was, and never nothing.
func fit(size image.Point, side int) image.Point {
	longer := max(size.X, size.Y)
	if longer <= side {
		return size
	}
	scaled := func(n int) int { return max(1, int(math.Round(float64(n)*float64(side)/float64(longer)))) }
	return image.Pt(scaled(size.X), scaled(size.Y))
}

// shrink draws a picture on white, in a size that is no larger. It goes by halves as
// long as it can: a pixel is made of the four around its place, and where more than
// four fell together, fine patterns would turn into coarse ones. A sharper filter
// takes six times as long, and 16 times the memory.
func shrink(from image.Image, to image.Point) *image.RGBA {
	for size := from.Bounds().Size(); ; size = from.Bounds().Size() {
		next := image.Pt(max(to.X, size.X/2), max(to.Y, size.Y/2))
		drawn := image.NewRGBA(image.Rectangle{Max: next})
		draw.Draw(drawn, drawn.Rect, image.White, image.Point{}, draw.Src)
		draw.ApproxBiLinear.Scale(drawn, drawn.Rect, from, from.Bounds(), draw.Over, nil)
		if next == to {
			return drawn
		}
		from = drawn
	}
}

// turn stands a picture upright.
func turn(from *image.RGBA, o orientation) *image.RGBA {
	w, h := from.Rect.Dx(), from.Rect.Dy()
	// Where the pixel at the upper left comes from, and how far away its neighbours to
	// the right and below are, in pixels.
	var first, right, below int
	switch o {
	case upright:
		return from
	case mirrored:
		first, right, below = w-1, -1, w
	case upsideDown:
		first, right, below = w*h-1, -1, -w
	case flipped:
		first, right, below = w*(h-1), 1, -w
	case transposed:
		first, right, below = 0, w, 1
	case clockwise:
		first, right, below = w*(h-1), -w, 1
	case transversed:
		first, right, below = w*h-1, -w, -1
	case anticlockwise:
		first, right, below = w-1, w, -1
	}
	if o >= transposed {
		w, h = h, w
	}
	turned := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			s, d := 4*(first+x*right+y*below), 4*(y*w+x)
			copy(turned.Pix[d:d+4:d+4], from.Pix[s:s+4:s+4])
		}
	}
	return turned
}
