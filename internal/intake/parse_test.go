package intake

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

const itemHeading = "item_id,consignor_id,event_id,title,price,markdown_eligible\n"

func values[T any](list []parsed[T]) (values []T) {
	for _, p := range list {
		values = append(values, p.value)
	}
	return values
}

func TestParse(t *testing.T) {
	boots := []ledger.Item{{ID: "i1", ConsignorID: "c1", EventID: "spring", Title: "Boots", PriceCents: 1250, State: "ready"}}
	marked := []ledger.Item{boots[0]}
	marked[0].MarkdownEligible = true
	quoted := []ledger.Item{boots[0]}
	quoted[0].Title = `Boots, "as new", 12"`
	cases := map[string]struct {
		reason, items string
		want          []ledger.Item
		problems      []string
	}{
		"plain":           {"the usual file", itemHeading + "i1,c1,spring,Boots,12.50,no\n", boots, nil},
		"byte order mark": {"Excel's CSV UTF-8 has one", "\uFEFF" + itemHeading + "i1,c1,spring,Boots,12.50,no\n", boots, nil},
		"CRLF":            {"Windows ends lines so", strings.ReplaceAll(itemHeading+"i1,c1,spring,Boots,12.50,no\n", "\n", "\r\n"), boots, nil},
		"no last newline": {"nor does everybody end the last", itemHeading + "i1,c1,spring,Boots,12.50,no", boots, nil},
		"any order":       {"columns are found by name", "price,title,markdown_eligible,event_id,item_id,consignor_id\n12.5,Boots,,spring,i1,c1\n", boots, nil},
		"space":           {"around a cell says nothing", " item_id , consignor_id,event_id,title,price,markdown_eligible\n i1 ,c1, spring,Boots , 12.50,\n", boots, nil},
		"marked down":     {"spreadsheets write TRUE", itemHeading + "i1,c1,spring,Boots,12.50,TRUE\n", marked, nil},
		"quoted":          {"commas and quotes are text within quotes", itemHeading + `i1,c1,spring,"Boots, ""as new"", 12""",12.50,no` + "\n", quoted, nil},
		"empty rows":      {"spreadsheets leave them behind", itemHeading + "\ni1,c1,spring,Boots,12.50,no\n,,,,,\n \n", boots, nil},
		"heading alone":   {"no items are not wrong", itemHeading, nil, nil},
		"empty": {"not even a heading", "", nil, []string{
			"items.csv: is empty: the first row has to name the columns item_id, consignor_id, event_id, title, price, markdown_eligible"}},
		"columns": {"a column that was forgotten would reset what it holds", "item_id,item_id,event_id,title,prize,markdown_eligible\nx,x,x,x,x,x\n", nil, []string{
			"items.csv:1: has the column item_id twice: the columns are item_id, consignor_id, event_id, title, price, markdown_eligible, separated by commas",
			`items.csv:1: has an unknown column "prize": the columns are item_id, consignor_id, event_id, title, price, markdown_eligible, separated by commas`,
			"items.csv:1: lacks the column consignor_id: the columns are item_id, consignor_id, event_id, title, price, markdown_eligible, separated by commas",
			"items.csv:1: lacks the column price: the columns are item_id, consignor_id, event_id, title, price, markdown_eligible, separated by commas"}},
		"encoding":  {"é would become another letter", itemHeading + "i1,c1,spring,caf\xe9,12.50,no\n", nil, []string{"items.csv:2: is no UTF-8: save the file as CSV UTF-8"}},
		"too large": {"somebody chose the wrong file", strings.Repeat(" ", MaxBytes+1), nil, []string{"items.csv: is larger than 16 MiB: split it"}},
		"quote": {"who knows where the cell ends", itemHeading + "i1,c1,spring,12\" boots,1,no\ni2,c1,spring,Boots,1,no\n", nil, []string{
			`items.csv:2: cannot be read from here on (bare " in non-quoted-field): within a quoted cell, write a quote twice`}},
		"cells": {"a comma was not quoted", itemHeading + "i1,c1,spring,Boots, red,12.50,no\ni2,c1\n", nil, []string{
			"items.csv:2: has 7 cells where the heading has 6: put quotes around a cell that holds a comma",
			"items.csv:3: has 2 cells where the heading has 6: put quotes around a cell that holds a comma"}},
		"twice": {"which of the two is meant", itemHeading + "i1,c1,spring,Boots,12.50,no\ni1,c1,spring,Shoes,12.50,no\n", boots, []string{
			`items.csv:3: item_id: "i1" is on line 2 already: remove one of the two`}},
		"every cell": {"each is told of", itemHeading + "-1,c 1,,,\"12,50\",maybe\n", nil, []string{
			`items.csv:2: item_id: "-1" is no id: give up to 63 letters, digits, dots, - and _, with a letter or digit first`,
			`items.csv:2: consignor_id: "c 1" is no id: give up to 63 letters, digits, dots, - and _, with a letter or digit first`,
			`items.csv:2: event_id: "" is no id: give up to 63 letters, digits, dots, - and _, with a letter or digit first`,
			"items.csv:2: title: is empty: give a text of up to 255 characters",
			`items.csv:2: price: "12,50" is no price: give a number below 10 million with at most two decimals, such as 12.50`,
			`items.csv:2: markdown_eligible: "maybe" is neither yes nor no: give true, yes, false or no`}},
		"title": {"neither database nor shop takes these", itemHeading + "i1,c1,spring,a\x00b,1,\ni2,c1,spring,\"a\nb\",1,\ni3,c1,spring," + strings.Repeat("é", 256) + ",1,\n", nil, []string{
			`items.csv:2: title: "a\x00b" holds a line break or another control character: remove it`,
			`items.csv:3: title: "a\nb" holds a line break or another control character: remove it`,
			`items.csv:5: title: "` + strings.Repeat("é", 40) + `…" is longer than 255 characters: shorten it`}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			p := &problems{files: []string{"items.csv"}}
			b := parse(Files{Items: &File{Name: "items.csv", Content: []byte(tc.items)}}, p)
			var told []string
			for _, problem := range p.list {
				told = append(told, problem.String())
			}
			if !reflect.DeepEqual(told, tc.problems) {
				t.Errorf("%s: problems\n%s\nwant\n%s", tc.reason, strings.Join(told, "\n"), strings.Join(tc.problems, "\n"))
			}
			if got := values(b.items); !reflect.DeepEqual(got, tc.want) {
				t.Errorf("%s: got %+v, want %+v", tc.reason, got, tc.want)
			}
		})
	}
}

func TestTooManyRows(t *testing.T) {
	var text strings.Builder
	text.WriteString(itemHeading)
	for i := range MaxRows + 1 {
		fmt.Fprintf(&text, "i%d,c1,spring,Boots,1,no\n", i)
	}
	p := &problems{}
	b := parse(Files{Items: &File{Name: "items.csv", Content: []byte(text.String())}}, p)
	if want := "items.csv:50002: is one row more than the 50000 that a file may have: split it"; len(p.list) != 1 || p.list[0].String() != want || len(b.items) != MaxRows {
		t.Errorf("%d items, problems %v, want %s", len(b.items), p.list, want)
	}
}

func TestParsePrice(t *testing.T) {
	for cell, want := range map[string]int64{
		"0": 0, "12": 1200, "12.5": 1250, "12.50": 1250, "0.29": 29, "007": 700, "9999999.99": 999999999,
		"": -1, ".5": -1, "5.": -1, "12.505": -1, "-1": -1, "+1": -1, "1e3": -1, "$5": -1, "1,000": -1, "10000000": -1, "٣": -1, "NaN": -1,
	} {
		got, err := parsePrice(cell)
		if (err != nil) != (want < 0) || err == nil && got != want {
			t.Errorf("%q: got %d, %v, want %d", cell, got, err, want)
		}
	}
}

func TestProblemsAreShownInOrderAndCapped(t *testing.T) {
	p := &problems{files: []string{"consignors.csv", "items.csv"}}
	for line := 150; line > 0; line-- {
		p.addf("items.csv", line, "price", "no")
	}
	p.addf("consignors.csv", 7, "", "no")
	err, ok := p.err().(*ProblemsError) //nolint:errorlint // it is not wrapped
	if !ok || err.Count != 151 || len(err.Problems) != 100 || err.Problems[0].File != "consignors.csv" || err.Problems[99].Line != 99 {
		t.Errorf("got %v", err)
	}
	text := err.Error()
	if !strings.HasPrefix(text, "consignors.csv:7: no\nitems.csv:1: price: no\n") || !strings.HasSuffix(text, "\nand 51 more\nnothing was imported: correct the files and import them again") {
		t.Error(text)
	}
}

// FuzzParse holds that whatever a file is, it is read in full or there is a
// problem, and what is read can be written and read again.
func FuzzParse(f *testing.F) {
	f.Add(itemHeading + "i1,c1,spring,\"Boots, red\",12.50,yes\n")
	f.Add("\uFEFF" + itemHeading + "i1,c1,spring,=1+1,12,\r\n\r\n,,,,,\r\n")
	f.Add("item_id;price\n\"")
	f.Add(itemHeading + "i1,c1,spring,\xff,1,\n")
	f.Fuzz(func(t *testing.T, text string) {
		p := &problems{}
		b := parse(Files{Items: &File{Name: "items.csv", Content: []byte(text)}}, p)
		var again strings.Builder
		again.WriteString(itemHeading)
		for _, i := range values(b.items) {
			if !idForm.MatchString(i.ID) || !idForm.MatchString(i.ConsignorID) || !idForm.MatchString(i.EventID) || i.Title == "" || i.PriceCents < 0 {
				t.Fatalf("%q was read as %+v", text, i)
			}
			fmt.Fprintf(&again, "%s,%s,%s,\"%s\",%s,%t\n", i.ID, i.ConsignorID, i.EventID, strings.ReplaceAll(i.Title, `"`, `""`), price(i.PriceCents), i.MarkdownEligible)
		}
		p = &problems{}
		if c := parse(Files{Items: &File{Name: "items.csv", Content: []byte(again.String())}}, p); !reflect.DeepEqual(values(c.items), values(b.items)) || len(p.list) > 0 {
			t.Fatalf("%q was read as %+v, and that as %+v, %v", text, values(b.items), values(c.items), p.list)
		}
	})
}
