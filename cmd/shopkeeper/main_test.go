package main

import (
	"crypto/x509"
	"testing"

	. "github.com/onsi/gomega"
)

// They can be set once only, so that to set them again fails where main has.
func TestRootsOfTrustAreCompiledIn(t *testing.T) {
	NewWithT(t).Expect(func() { x509.SetFallbackRoots(x509.NewCertPool()) }).To(Panic())
}
