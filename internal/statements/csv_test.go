package statements

import "testing"

func TestHarmless(t *testing.T) {
	for cell, want := range map[string]string{
		"": "", "Boots": "Boots", "-12.50": "-12.50", "12": "12", "a=b": "a=b",
		"=1+1": "'=1+1", "+1": "'+1", "-1+1": "'-1+1", "@SUM(A1)": "'@SUM(A1)", "\tx": "'\tx", "\rx": "'\rx", "-": "'-", "-1.": "'-1.", "-1\n=2": "'-1\n=2",
	} {
		if got := harmless(cell); got != want {
			t.Errorf("%q: got %q, want %q", cell, got, want)
		}
	}
}
