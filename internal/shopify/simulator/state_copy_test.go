package simulator

import (
	"encoding/json"
	"reflect"
	"testing"

	. "github.com/onsi/gomega"
)

// populate gives every field of a value something that is not zero.
func populate(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Struct:
		for _, field := range v.Fields() {
			if field.CanSet() {
				populate(field, depth)
			}
		}
	case reflect.Slice:
		if depth < 6 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			populate(v.Index(0), depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		populate(v.Elem(), depth)
	case reflect.String:
		v.SetString("a")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint64:
		v.SetUint(7)
	case reflect.Float64:
		v.SetFloat(7)
	}
}

// spoil changes whatever a value shares with others.
func spoil(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for _, field := range v.Fields() {
			if field.CanSet() {
				spoil(field)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			spoil(v.Index(i))
			v.Index(i).SetZero()
		}
	case reflect.Pointer:
		if !v.IsNil() {
			spoil(v.Elem())
			v.Elem().SetZero()
		}
	}
}

// TestCopied: a copy is alike, and nothing that is done to the one is seen in the
// other, whatever fields a shop has.
func TestCopied(t *testing.T) {
	g := NewWithT(t)
	var shop Shop
	populate(reflect.ValueOf(&shop).Elem(), 0)
	shop.indexed()
	own := copied(shop)
	before, err := json.Marshal(shop)
	g.Expect(err).NotTo(HaveOccurred())
	after, err := json.Marshal(own)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(string(after)).To(Equal(string(before)))
	g.Expect(own.index).To(BeNil(), "a copy has an index of its own")
	spoil(reflect.ValueOf(&shop).Elem())
	after, err = json.Marshal(own)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(string(after)).To(Equal(string(before)))
}
