// Package photos takes in photos of items: it reads what a phone or a camera made,
// makes of it the picture that a shop shows, and keeps that in a bucket under the
// hash of its bytes. What is kept was drawn anew from the pixels alone: nothing else
// that was in the file, such as where it was taken, is in it.
//
// A photo comes from strangers. Nothing is believed of it but its bytes, its size is
// held against limits before it is decoded, and what a process has in hand at a time
// is bounded, however many come at once. docs/intake.md tells the limits.
package photos
