package intake

import (
	"cmp"
	"fmt"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// newItem is the state of an item that was just taken in, complete as it is.
const newItem = string(catalog.Ready)

// File is a CSV file: its name for people, and its content.
type File struct {
	Name    string
	Content []byte
}

// Files are imported together; one that is nil is not imported.
type Files struct {
	Consignors, Shifts, Items *File
	// By is who imports them, for the audit trail; intake where empty.
	By string
}

// Count says what became of the rows of a file.
type Count struct{ New, Changed, Unchanged int }

// Counts say what became of the rows of all files.
type Counts struct{ Consignors, Shifts, Items Count }

// Result is what an import came to.
type Result struct {
	Counts
	// Push are the items whose products have to follow: those that are new or another
	// than before, and those whose sales changed with them.
	Push []string
}

// Import brings consignors, shifts and items into the ledger. Where anything is
// wrong with any row of any file it is a *ProblemsError, and the transaction must
// not be committed. Rows that say what the ledger has change nothing, so files may
// be imported again; what the files do not name stays as it is. A store without a
// sale event is an error: nobody brings items to one.
func Import(tx *ledger.Tx, files Files) (Result, error) {
	p := &problems{}
	for _, f := range []*File{files.Consignors, files.Shifts, files.Items} {
		if f != nil {
			p.files = append(p.files, f.Name)
		}
	}
	return bring(tx, parse(files, p), p, origin{actor: cmp.Or(files.By, "intake"), reason: "import"})
}

// origin says where rows come from.
type origin struct {
	// actor is who brings them, and reason why, both for the audit trail.
	actor, reason string
	// tellNew has the trail tell of each row that is new as well. A file's are too many
	// for that: it tells how many there were.
	tellNew bool
}

// bring holds what was read against the ledger, and writes it where nothing is wrong.
func bring(tx *ledger.Tx, b batch, p *problems, from origin) (Result, error) {
	k, err := newKnown(tx, b)
	if err != nil {
		return Result{}, err
	}
	c, err := k.compare(b, p)
	if err != nil {
		return Result{}, err
	}
	if err := p.err(); err != nil {
		return Result{}, err
	}
	push, err := c.write(tx, from)
	if err != nil {
		return Result{}, err
	}
	counts := c.counts()
	return Result{Counts: counts, Push: push}, counts.tell(tx, from)
}

// tell says in the audit trail how much is new, where it does not say of each row.
func (c Counts) tell(tx *ledger.Tx, from origin) error {
	if from.tellNew || c.Consignors.New+c.Shifts.New+c.Items.New == 0 {
		return nil
	}
	return tx.Record(ledger.TrailEntry{
		Actor: from.actor, Action: "Import", Subject: "import", Reason: from.reason,
		After: fmt.Sprintf("new: %d consignors, %d shifts, %d items", c.Consignors.New, c.Shifts.New, c.Items.New),
	})
}

// change is what a row makes of what the ledger has; before is nil where that is
// nothing.
type change[T comparable] struct {
	before *T
	after  T
}

// differs says whether there is anything to write.
func (c change[T]) differs() bool { return c.before == nil || *c.before != c.after }

func consignorID(c ledger.Consignor) string { return c.ID }
func shiftID(s ledger.Shift) string         { return s.ID }
func itemID(i ledger.Item) string           { return i.ID }

// changes are all of the files'.
type changes struct {
	consignors []change[ledger.Consignor]
	shifts     []change[ledger.Shift]
	items      []change[ledger.Item]
}

func (c changes) counts() Counts {
	return Counts{Consignors: count(c.consignors), Shifts: count(c.shifts), Items: count(c.items)}
}

func count[T comparable](list []change[T]) (n Count) {
	for _, c := range list {
		switch {
		case c.before == nil:
			n.New++
		case c.differs():
			n.Changed++
		default:
			n.Unchanged++
		}
	}
	return n
}
