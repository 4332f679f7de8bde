package intake

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	idForm    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)
	priceForm = regexp.MustCompile(`^[0-9]{1,7}(\.[0-9]{1,2})?$`)
)

// maxText is how long a name or a title may be, in characters: a product's title
// in Shopify is no longer.
const maxText = 255

// maxPriceCents is the highest price: as much as priceForm takes.
const maxPriceCents = 999_999_999

// shown is a cell as it is quoted in an error.
func shown(cell string) string {
	if runes := []rune(cell); len(runes) > 40 {
		cell = string(runes[:40]) + "…"
	}
	return strconv.Quote(cell)
}

func parseID(cell string) (string, error) {
	if !idForm.MatchString(cell) {
		return "", fmt.Errorf("%s is no id: give up to 63 letters, digits, dots, - and _, with a letter or digit first", shown(cell))
	}
	return cell, nil
}

func parseText(cell string) (string, error) {
	switch {
	case cell == "":
		return "", fmt.Errorf("is empty: give a text of up to %d characters", maxText)
	case utf8.RuneCountInString(cell) > maxText:
		return "", fmt.Errorf("%s is longer than %d characters: shorten it", shown(cell), maxText)
	case strings.ContainsFunc(cell, unicode.IsControl):
		return "", fmt.Errorf("%s holds a line break or another control character: remove it", shown(cell))
	}
	return cell, nil
}

func parseClass(cell string) (string, error) {
	switch cell {
	case "", "regular":
		return "Regular", nil
	case "super":
		return "Super", nil
	}
	return "", fmt.Errorf("%s is no class: give regular or super", shown(cell))
}

func parseTruth(cell string) (bool, error) {
	switch strings.ToLower(cell) { // spreadsheets write TRUE
	case "true", "yes":
		return true, nil
	case "", "false", "no":
		return false, nil
	}
	return false, fmt.Errorf("%s is neither yes nor no: give true, yes, false or no", shown(cell))
}

// parsePrice reads an amount in cents, exactly.
func parsePrice(cell string) (int64, error) {
	units, decimals, _ := strings.Cut(cell, ".")
	cents, err := strconv.ParseInt(units+(decimals + "00")[:2], 10, 64)
	if !priceForm.MatchString(cell) || err != nil {
		return 0, fmt.Errorf("%s is no price: give a number below 10 million with at most two decimals, such as 12.50", shown(cell))
	}
	return cents, nil
}
