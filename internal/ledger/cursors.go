package ledger

// Cursor reads how far the jobs of a name have come; ErrNotFound before the first.
func (t *Tx) Cursor(name string) (position string, err error) {
	err = t.row("SELECT position FROM sync_cursors WHERE tenant = $1 AND store = $2 AND cursor_name = $3", []any{name}, &position)
	return position, err
}

// PutCursor records how far the jobs of a name have come.
func (t *Tx) PutCursor(name, position string) error {
	_, err := t.exec(`INSERT INTO sync_cursors (tenant, store, cursor_name, position, moved_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tenant, store, cursor_name) DO UPDATE SET position = excluded.position, moved_at = excluded.moved_at`, name, position, micros(t.now))
	return err
}
