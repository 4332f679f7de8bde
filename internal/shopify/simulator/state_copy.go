package simulator

import (
	"fmt"
	"reflect"
	"sync"
	"time"
)

// copied is a value that shares nothing with the one it is of. It is what clone
// is without the way through JSON, which takes too long for a write to a shop of
// 10,000 products; it completes nothing.
func copied(shop Shop) Shop {
	out := shop
	out.index = nil
	unshare(reflect.ValueOf(&out).Elem())
	return out
}

// unshare gives a value that was copied as it is slices, maps and pointers of its own.
func unshare(v reflect.Value) {
	switch {
	case v.Kind() == reflect.Struct:
		for _, i := range referring(v.Type()) {
			unshare(v.Field(i))
		}
	case v.Kind() == reflect.Slice && !v.IsNil():
		own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(own, v)
		if refers(v.Type().Elem()) {
			for i := range own.Len() {
				unshare(own.Index(i))
			}
		}
		v.Set(own)
	case v.Kind() == reflect.Pointer && !v.IsNil():
		own := reflect.New(v.Type().Elem())
		own.Elem().Set(v.Elem())
		unshare(own.Elem())
		v.Set(own)
	case v.Kind() == reflect.Map && !v.IsNil():
		own := reflect.MakeMapWithSize(v.Type(), v.Len())
		for key, value := range v.Seq2() {
			mine := reflect.New(v.Type().Elem()).Elem()
			mine.Set(value)
			unshare(mine)
			own.SetMapIndex(key, mine)
		}
		v.Set(own)
	}
}

// referrers remembers what referring found.
var referrers sync.Map // reflect.Type → []int

// referring are the fields of a struct that can share something with their copies.
// A time shares only what never changes.
func referring(t reflect.Type) []int {
	if known, ok := referrers.Load(t); ok {
		return known.([]int)
	}
	var all []int
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() && t != reflect.TypeFor[time.Time]() && refers(f.Type) {
			all = append(all, i)
		}
	}
	referrers.Store(t, all)
	return all
}

// refers says whether values of a type can share something with their copies.
func refers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Slice, reflect.Pointer, reflect.Map:
		return true
	case reflect.Struct:
		return len(referring(t)) > 0
	case reflect.Interface, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		panic(fmt.Sprintf("simulator: the state holds a %s, which cannot be copied", t))
	default:
		return false
	}
}
