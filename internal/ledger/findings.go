package ledger

import "time"

// Finding is something that a person has to look at.
type Finding struct {
	// Kind is a word such as DoubleSale, Subject what it is about.
	Kind, Subject string
	// Severity is Warning or Critical.
	Severity, Detail        string
	FirstSeenAt, LastSeenAt time.Time
	// ResolvedAt is zero while it stands.
	ResolvedAt time.Time
}

const findingColumns = "kind, subject, severity, detail, first_seen_at, last_seen_at, resolved_at"

func (f *Finding) columns() []any {
	return []any{&f.Kind, &f.Subject, &f.Severity, &f.Detail, at{&f.FirstSeenAt}, at{&f.LastSeenAt}, at{&f.ResolvedAt}}
}

// Find records a finding, or that it still stands. It tells whether it is new, or
// stands again.
func (t *Tx) Find(f Finding) (bool, error) {
	n, err := t.exec(`INSERT INTO findings (tenant, store, `+findingColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 0)
ON CONFLICT (tenant, store, kind, subject) DO UPDATE SET severity = excluded.severity, detail = excluded.detail,
first_seen_at = excluded.first_seen_at, last_seen_at = excluded.last_seen_at, resolved_at = 0 WHERE findings.resolved_at <> 0`,
		f.Kind, f.Subject, f.Severity, f.Detail, micros(t.now))
	if err != nil || n == 1 {
		return n == 1, err
	}
	_, err = t.exec("UPDATE findings SET severity = $5, detail = $6, last_seen_at = $7 WHERE tenant = $1 AND store = $2 AND kind = $3 AND subject = $4",
		f.Kind, f.Subject, f.Severity, f.Detail, micros(t.now))
	return false, err
}

// FindOnce records a finding whose cause cannot go, such as money that was given
// back: it stands until a person resolves it, and does not stand again. It tells
// whether it is new.
func (t *Tx) FindOnce(f Finding) (bool, error) {
	n, err := t.exec("INSERT INTO findings (tenant, store, "+findingColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 0) ON CONFLICT DO NOTHING",
		f.Kind, f.Subject, f.Severity, f.Detail, micros(t.now))
	return n == 1, err
}

// Resolve says that a finding no longer stands.
func (t *Tx) Resolve(kind, subject string) error {
	_, err := t.exec("UPDATE findings SET resolved_at = $5 WHERE tenant = $1 AND store = $2 AND kind = $3 AND subject = $4 AND resolved_at = 0", kind, subject, micros(t.now))
	return err
}

// Stands says whether a finding stands.
func (t *Tx) Stands(kind, subject string) (bool, error) {
	found, err := collect(t, (*Finding).columns, "SELECT "+findingColumns+" FROM findings WHERE tenant = $1 AND store = $2 AND kind = $3 AND subject = $4 AND resolved_at = 0", kind, subject)
	return len(found) > 0, err
}

// Met says whether a finding stands, or ever stood.
func (t *Tx) Met(kind, subject string) (bool, error) {
	found, err := collect(t, (*Finding).columns, "SELECT "+findingColumns+" FROM findings WHERE tenant = $1 AND store = $2 AND kind = $3 AND subject = $4", kind, subject)
	return len(found) > 0, err
}

// Findings reads those that stand, by kind and subject.
func (t *Tx) Findings() ([]Finding, error) {
	return collect(t, (*Finding).columns, "SELECT "+findingColumns+" FROM findings WHERE tenant = $1 AND store = $2 AND resolved_at = 0 ORDER BY kind, subject")
}
