package webhookrelay

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
)

// vector is a signature that was not made by Go.
type vector struct {
	Secret    string `json:"secret"`
	Body      string `json:"body"`
	Signature string `json:"signature"`
}

func vectors(t *testing.T) []vector {
	t.Helper()
	text, err := os.ReadFile("testdata/signatures.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Vectors []vector `json:"vectors"`
	}
	if err := json.Unmarshal(text, &file); err != nil || len(file.Vectors) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	return file.Vectors
}

func TestSignaturesOfOthersAreAccepted(t *testing.T) {
	for _, v := range vectors(t) {
		g := NewWithT(t)
		by := func(secrets ...string) []byte {
			s := newSigners(secrets)
			return s.signed([]byte(v.Body), v.Signature)
		}
		g.Expect(by(v.Secret)).To(BeEquivalentTo(v.Secret))
		g.Expect(by(v.Secret, "other")).To(BeEquivalentTo(v.Secret), "the current secret")
		g.Expect(by("other", v.Secret)).To(BeEquivalentTo(v.Secret), "the previous secret")
		g.Expect(by("other", "another")).To(BeNil())
	}
}

func TestSigned(t *testing.T) {
	v := vectors(t)[0]
	// With an empty key over the same body, by Python's hmac: openssl refuses to.
	const byNobody = "pYbUVsF8uJohgC+SBofgYE0GVtvDkR6NSmc2tFNhd1s="
	cases := map[string]struct {
		reason    string
		secrets   []string
		body      string
		signature string
		want      bool
	}{
		"fits":                {"what Shopify signs is taken", []string{v.Secret}, v.Body, v.Signature, true},
		"no signature":        {"nobody signed it", []string{v.Secret}, v.Body, "", false},
		"another body":        {"it was changed on the way", []string{v.Secret}, v.Body + " ", v.Signature, false},
		"one letter":          {"near is not enough", []string{v.Secret}, v.Body, "F" + v.Signature[1:], false},
		"cut off":             {"nor is the beginning", []string{v.Secret}, v.Body, v.Signature[:22], false},
		"continued":           {"nor is more", []string{v.Secret}, v.Body, v.Signature + "A", false},
		"white space":         {"there is one spelling", []string{v.Secret}, v.Body, " " + v.Signature, false},
		"other padding bits":  {"which decoders take for the same", []string{v.Secret}, v.Body, strings.Replace(v.Signature, "S4=", "S5=", 1), false},
		"no secrets":          {"a store that is not there", nil, v.Body, v.Signature, false},
		"empty secret":        {"everybody could sign", []string{""}, v.Body, byNobody, false},
		"empty secrets":       {"the same, twice", []string{"", ""}, v.Body, byNobody, false},
		"empty previous":      {"the same beside a good one", []string{v.Secret, ""}, v.Body, byNobody, false},
		"empty before a good": {"which counts all the same", []string{"", v.Secret}, v.Body, v.Signature, true},
		"third":               {"a secret that was given up stays given up", []string{"a", "b", v.Secret}, v.Body, v.Signature, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := newSigners(tc.secrets)
			NewWithT(t).Expect(s.signed([]byte(tc.body), tc.signature) != nil).To(Equal(tc.want), tc.reason)
		})
	}
	var zero signers
	NewWithT(t).Expect(zero.signed([]byte(v.Body), byNobody)).To(BeNil(), "a route that was forgotten to be made takes nothing")
}
