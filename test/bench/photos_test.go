package bench

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	_ "gocloud.dev/blob/memblob" // mem://

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog/photos"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// photoRounds is how often the ways take turns, for what else runs on a machine comes
// and goes.
const photoRounds = 8

// BenchmarkPhotos takes in photos of 12 megapixels on one core, and compares that with
// the least that would drop what is in a file beside its pixels: to decode it, and to
// encode it again in its own size.
func BenchmarkPhotos(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	bucket, err := photos.Open(b.Context(), "mem://")
	must(b, err)
	defer func() { must(b, bucket.Close()) }()
	store := ledger.Store{Tenant: "client-maple-kids", Name: "maple-kids"}
	file := snapshot(b, 4032, 3024)
	ours := func() {
		_, err := bucket.Take(b.Context(), store, bytes.NewReader(file))
		must(b, err)
	}
	plain := func() {
		m, err := jpeg.Decode(bytes.NewReader(file))
		must(b, err)
		must(b, jpeg.Encode(&bytes.Buffer{}, m, &jpeg.Options{Quality: 85}))
	}
	ours()
	var spent, least time.Duration
	var before, after runtime.MemStats
	n, allocated := 0, uint64(0)
	for b.Loop() {
		for range photoRounds {
			runtime.ReadMemStats(&before)
			spent += timed(ours)
			runtime.ReadMemStats(&after)
			allocated += after.TotalAlloc - before.TotalAlloc
			least += timed(plain)
			n++
		}
	}
	b.ReportMetric(float64(n)/spent.Seconds(), "photos/s")
	b.ReportMetric(float64(n)/least.Seconds(), "decoded-and-encoded/s")
	b.ReportMetric(spent.Seconds()/least.Seconds(), "of-decode-and-encode")
	b.ReportMetric(float64(allocated)/float64(n)/(1<<20), "MiB/photo")
}

func timed(f func()) time.Duration {
	started := time.Now()
	f()
	return time.Since(started)
}

// snapshot is a JPEG with as much in it as a phone's: colours that run into each
// other, edges, and a sensor's noise, the same each time.
func snapshot(b *testing.B, width, height int) []byte {
	b.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			p := m.Pix[m.PixOffset(x, y):]
			wave := 60 * math.Sin(float64(x)/70) * math.Cos(float64(y)/110)
			edge := float64((x/200 + y/150) % 2 * 40)
			for c := range 3 {
				p[c] = uint8(90 + wave + edge*float64(c) + float64(random.IntN(14)))
			}
			p[3] = 255
		}
	}
	var out bytes.Buffer
	must(b, jpeg.Encode(&out, m, &jpeg.Options{Quality: 90}))
	return out.Bytes()
}
