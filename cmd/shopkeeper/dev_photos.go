package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"path"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog/photos"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// unsent counts a store's photos that its shop does not have yet.
func (m *market) unsent(ctx context.Context, store ledger.Store, items []ledger.Item) (n int, err error) {
	err = m.books.View(ctx, store, func(tx *ledger.Tx) error {
		for _, i := range items {
			list, err := tx.Photos(i.ID)
			if err != nil {
				return err
			}
			for _, photo := range list {
				if photo.MediaID == 0 {
					n++
				}
			}
		}
		return nil
	})
	return n, err
}

// photograph takes in the photos of a store's items, each in the directory of its item.
func (m *market) photograph(ctx context.Context, store v1alpha1.ShopifyStore, files fs.FS) error {
	list, err := fs.Glob(files, path.Join(store.Name, "photos", "*", "*"))
	if err != nil || len(list) == 0 {
		return err
	}
	for _, file := range list {
		content, err := fs.ReadFile(files, file)
		if err != nil {
			return err
		}
		photo, err := m.photos.Take(ctx, storeOf(store), bytes.NewReader(content))
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		item := path.Base(path.Dir(file))
		err = m.books.Update(ctx, storeOf(store), func(tx *ledger.Tx) error {
			if _, err := photos.Add(tx, item, photo, "demo", "import"); err != nil {
				return err
			}
			return deliveries.Push(tx, []string{item})
		})
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	_, _ = fmt.Fprintf(m.out, "%s: took in %d photos\n", storeOf(store), len(list))
	return nil
}
