package controllers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/trail"
)

// AnchorsKey is the key of the ConfigMap under which the anchors stand.
const AnchorsKey = "anchors.json"

// anchorInterval is how often the audit trails are looked at, and how often at most an
// anchor moves.
const anchorInterval = time.Hour

// Permission is for one ConfigMap in the namespace that the manager runs in, out of the
// reach of those who have the database, and of the clients.
// +kubebuilder:rbac:groups="",namespace=shopkeeper-system,resources=configmaps,verbs=create
// +kubebuilder:rbac:groups="",namespace=shopkeeper-system,resources=configmaps,resourceNames=shopkeeper-trail-anchors,verbs=get;update

// TrailAnchors keeps the heads of the audit trails of all stores in a ConfigMap, so that
// not even who owns the database can rewrite unseen what they cover. What came since is
// verified each time; an anchor that no longer fits its trail stays as it is, and an
// alert tells.
type TrailAnchors struct {
	client client.Client
	// live reads past the cache, which holds no ConfigMaps.
	live      client.Reader
	configMap client.ObjectKey
	ledger    *ledger.Ledger
	stores    func(context.Context) ([]ledger.Store, error)
	broken    *prometheus.GaugeVec
	now       func() time.Time

	// looked are the stores that were looked at last.
	looked []ledger.Store
}

// NewTrailAnchors returns what keeps the anchors of the stores that shops knows in a
// ConfigMap. It writes by the client, and reads by live.
func NewTrailAnchors(writer client.Client, live client.Reader, configMap client.ObjectKey, books *ledger.Ledger, shops Shops, registerer prometheus.Registerer) (*TrailAnchors, error) {
	a := &TrailAnchors{
		client: writer, live: live, configMap: configMap, ledger: books, stores: shops.Stores, now: time.Now,
		broken: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "shopkeeper_trail_broken",
			Help: "Whether a store's audit trail is another than was written and anchored (1) or not (0)."}, []string{"namespace", "name"}),
	}
	if err := registerer.Register(a.broken); err != nil {
		return nil, fmt.Errorf("registering the metrics of audit trails: %w", err)
	}
	return a, nil
}

// Start keeps the anchors until the context ends.
func (a *TrailAnchors) Start(ctx context.Context) error {
	tick := time.NewTicker(anchorInterval)
	defer tick.Stop()
	for {
		if err := a.keep(ctx); err != nil && ctx.Err() == nil {
			ctrl.LoggerFrom(ctx).Error(err, "the anchors of audit trails could not be kept")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// NeedLeaderElection has one process keep them.
func (*TrailAnchors) NeedLeaderElection() bool { return true }

// keep moves the anchors of all stores whose trail has grown.
func (a *TrailAnchors) keep(ctx context.Context) error {
	stores, err := a.stores(ctx)
	if err != nil {
		return err
	}
	for _, store := range a.looked {
		if !slices.Contains(stores, store) {
			a.broken.DeleteLabelValues(store.Tenant, store.Name) // it is gone, and nobody could end its alert
		}
	}
	a.looked = stores
	held := &corev1.ConfigMap{}
	held.Namespace, held.Name = a.configMap.Namespace, a.configMap.Name
	if err := a.live.Get(ctx, a.configMap, held); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("reading ConfigMap %s: %w", a.configMap, err)
	}
	// What cannot be read is not overwritten: it may be all that tells what was.
	anchors, err := trail.Parse(held.Data[AnchorsKey])
	if err != nil {
		return fmt.Errorf("ConfigMap %s, key %s: %w", a.configMap, AnchorsKey, err)
	}
	moved := false
	var problems []error
	for _, store := range stores {
		next, err := a.look(ctx, store, anchors.Of(store))
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", store, err))
			continue
		}
		if next != anchors.Of(store) {
			anchors[store.String()], moved = next, true
		}
	}
	if moved {
		problems = append(problems, a.write(ctx, held, anchors))
	}
	return errors.Join(problems...)
}

// look verifies a store's trail since an anchor, and returns where the anchor is to be.
func (a *TrailAnchors) look(ctx context.Context, store ledger.Store, kept trail.Anchor) (trail.Anchor, error) {
	var head ledger.TrailHead
	err := a.ledger.View(ctx, store, func(tx *ledger.Tx) (err error) {
		head, err = tx.VerifyTrailSince(kept.TrailHead)
		return err
	})
	if _, isBroken := errors.AsType[*ledger.BrokenTrailError](err); isBroken {
		a.broken.WithLabelValues(store.Tenant, store.Name).Set(1)
		return kept, err
	}
	if err != nil {
		return kept, err
	}
	a.broken.WithLabelValues(store.Tenant, store.Name).Set(0)
	now := a.now().UTC().Truncate(time.Second)
	if head == kept.TrailHead || now.Sub(kept.At) < anchorInterval {
		return kept, nil
	}
	return trail.Anchor{TrailHead: head, At: now}, nil
}

func (a *TrailAnchors) write(ctx context.Context, held *corev1.ConfigMap, anchors trail.Anchors) error {
	text, err := trail.Format(anchors)
	if err != nil {
		return err
	}
	if held.Data == nil {
		held.Data = map[string]string{}
	}
	held.Data[AnchorsKey] = text
	if held.ResourceVersion == "" {
		err = a.client.Create(ctx, held)
	} else {
		err = a.client.Update(ctx, held) // refused where somebody wrote it since it was read
	}
	if err != nil {
		return fmt.Errorf("writing ConfigMap %s: %w", a.configMap, err)
	}
	return nil
}
