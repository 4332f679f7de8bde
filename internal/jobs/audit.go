package jobs

import (
	"context"
	"slices"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/audits"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// LedgerInconsistent is an item or an account in which the ledger contradicts itself.
const LedgerInconsistent = audits.LedgerInconsistent

// audit compares the shop with the ledger, and the ledger with itself. What it finds stands
// in the ledger as well, until another audit, or what mends it, sees it in order.
type audit struct {
	*Run
	parts []auditPart
	// kinds are those of the findings about products that were asked for.
	kinds []string
	// standing are the findings of audits that stood when the step began.
	standing map[finding]bool
}

// finding is what a finding is known by.
type finding struct{ kind, subject string }

// auditPart is a part of an audit; it has a cursor of its own, as a Task has.
type auditPart func(ctx context.Context, cursor string, enough func() bool, r *Report) (next string, err error)

func newAudit(r *Run) *audit {
	t := &audit{Run: r}
	for _, c := range r.Spec.Audit.Checks {
		switch c {
		case v1alpha1.AuditStock:
			t.kinds = append(t.kinds, StockDiffers)
		case v1alpha1.AuditPrice:
			t.kinds = append(t.kinds, PriceDiffers)
		case v1alpha1.AuditStatus:
			t.kinds = append(t.kinds, StatusDiffers)
		case v1alpha1.AuditOrders, v1alpha1.AuditIntegrity:
		}
	}
	checks := func(c v1alpha1.AuditCheck) bool { return slices.Contains(r.Spec.Audit.Checks, c) }
	switch {
	case len(t.kinds) > 0 && r.named():
		t.parts = append(t.parts, (&namedItems{Run: r, handle: t.compare}).Step)
	case len(t.kinds) > 0:
		t.parts = append(t.parts, t.products)
		if checks(v1alpha1.AuditStatus) {
			t.parts = append(t.parts, t.listed)
		}
	}
	if checks(v1alpha1.AuditOrders) {
		t.parts = append(t.parts, t.orders)
	}
	if checks(v1alpha1.AuditIntegrity) {
		t.parts = append(t.parts, t.claimed)
		if !r.named() {
			t.parts = append(t.parts, t.accounts)
		}
	}
	return t
}

// repairs says whether what can do no harm is mended.
func (t *audit) repairs() bool {
	return t.Spec.Audit.Repair == v1alpha1.AuditRepairSafe && !t.Spec.DryRun
}

// auditAt is where the audit has come to.
type auditAt struct {
	// Part is the part that it is at, Cursor that part's, Done and Expected its records.
	Part     int    `json:"part,omitempty"`
	Cursor   string `json:"cursor,omitempty"`
	Done     int64  `json:"done,omitempty"`
	Expected int64  `json:"expected,omitempty"`
	// Before is how many records the parts before had.
	Before int64 `json:"before,omitempty"`
}

// Step makes a step of the part that the audit is at.
func (t *audit) Step(ctx context.Context, cursor string, enough func() bool, r *Report) (string, error) {
	at, err := read[auditAt](cursor)
	if err != nil {
		return "", err
	}
	if err := t.recall(ctx); err != nil {
		return "", err
	}
	var step Report
	next, err := t.parts[at.Part](ctx, at.Cursor, enough, &step)
	if err != nil {
		return "", err
	}
	r.add(step)
	if at.Done += step.Done; step.Expected != nil {
		at.Expected = *step.Expected
	}
	at.Expected = max(at.Expected, at.Done)
	r.expect(at.Before + at.Expected)
	fraction := 1.0
	if at.Cursor = next; next == "" {
		at = auditAt{Part: at.Part + 1, Before: at.Before + at.Done}
		fraction = 0
	} else if at.Expected > 0 {
		fraction = float64(at.Done) / float64(at.Expected)
	}
	fraction = (float64(at.Part) + fraction) / float64(len(t.parts))
	r.Fraction = &fraction
	if at.Part == len(t.parts) {
		return "", nil
	}
	return write(at)
}

// recall reads which findings stand, so that nothing is written where all is as it was.
func (t *audit) recall(ctx context.Context) error {
	return t.Ledger.View(ctx, t.Store, func(tx *ledger.Tx) error {
		all, err := tx.Findings()
		t.standing = map[finding]bool{}
		for _, f := range all {
			t.standing[finding{f.Kind, f.Subject}] = true
		}
		return err
	})
}

// standingOf are the subjects of the findings of a kind that stand.
func (t *audit) standingOf(kind string) (subjects []string) {
	for f := range t.standing {
		if f.kind == kind {
			subjects = append(subjects, f.subject)
		}
	}
	slices.Sort(subjects)
	return subjects
}

// judged is a finding, and whether it stands.
type judged struct {
	ledger.Finding
	stands bool
}

// judge keeps findings that stand in the ledger, and resolves those that do not any more.
func (t *audit) judge(ctx context.Context, list []judged) error {
	list = slices.DeleteFunc(list, func(j judged) bool { return !j.stands && !t.standing[finding{j.Kind, j.Subject}] })
	if len(list) == 0 {
		return nil
	}
	var found []ledger.Finding
	err := t.Ledger.Update(ctx, t.Store, func(tx *ledger.Tx) error {
		found = nil
		for _, j := range list {
			if !j.stands {
				if err := tx.Resolve(j.Kind, j.Subject); err != nil {
					return err
				}
				continue
			}
			fresh, err := tx.Find(j.Finding)
			if err != nil {
				return err
			}
			if fresh {
				found = append(found, j.Finding)
			}
		}
		return nil
	})
	if err == nil {
		t.Queue.Found(t.Store, found)
	}
	return err
}
