package simulator

import (
	"fmt"
	"slices"
	"time"
)

// Publication is a place that a shop sells in.
type Publication struct {
	ID   uint64 `json:"id"`
	Name string `json:"name"`
	// AutoPublish says that products which merchants add are published there.
	AutoPublish bool `json:"autoPublish,omitempty"`
	// OnlineStore is true of the one that customers check out from, which alone can
	// publish later.
	OnlineStore bool `json:"onlineStore,omitempty"`
}

// Publishing is a product's place in a publication.
type Publishing struct {
	PublicationID uint64 `json:"publicationID"`
	// At is zero for one that Shopify does not date.
	At time.Time `json:"at,omitzero"`
}

// publicationTypes are publications and what is published, to read.
var publicationTypes = merge(connectionFields("Publication"), connectionFields("ResourcePublicationV2"), map[string]fields{
	"QueryRoot": {"publications": root(func(r *request, args arguments) (any, error) {
		all := pointers(r.shop.Publications)
		if kind := args.text("catalogType"); kind != "" && kind != "APP" {
			all = nil
		}
		return page(all, func(p *Publication) position { return position{ID: p.ID} }, args)
	}, append(pageArguments, "catalogType")...)},
	"Publication": {
		"id":                       idOf("Publication", func(p *Publication) uint64 { return p.ID }),
		"name":                     show(func(p *Publication) any { return p.Name }),
		"autoPublish":              show(func(p *Publication) any { return p.AutoPublish }),
		"supportsFuturePublishing": show(func(p *Publication) any { return p.OnlineStore }),
		"catalog": show(func(p *Publication) any {
			return typed{"AppCatalog", record{"id": gid("AppCatalog", p.ID), "title": p.Name, "status": "ACTIVE"}}
		}),
	},
	"Product": {
		"publishedAt": ask(func(r *request, p *Product, _ arguments) (any, error) {
			if at := p.publishedAt(r.shop); !at.IsZero() {
				return dateTime(at), nil
			}
			return nil, nil
		}),
		// That one which is not active is published all the same is a guess (?).
		"publishedOnPublication": ask(func(r *request, p *Product, args arguments) (any, error) {
			id, _, err := args.id("publicationId", "Publication")
			return slices.ContainsFunc(p.published(r.now), func(p Publishing) bool { return p.PublicationID == id }), err
		}, "publicationId"),
		"resourcePublicationsCount": ask(func(r *request, p *Product, args arguments) (any, error) {
			return record{"count": len(p.placed(r.now, args)), "precision": "EXACT"}, nil
		}, "onlyPublished"),
		"resourcePublicationsV2": ask(func(r *request, p *Product, args arguments) (any, error) {
			return page(p.placed(r.now, args), func(in Publishing) position { return position{ID: in.PublicationID} }, args)
		}, append(pageArguments, "onlyPublished")...),
	},
	"ResourcePublicationV2": {
		"isPublished": ask(func(r *request, p Publishing, _ arguments) (any, error) { return !p.At.After(r.now), nil }),
		"publication": ask(func(r *request, p Publishing, _ arguments) (any, error) {
			return publicationByID(r.shop, p.PublicationID), nil
		}),
		"publishDate": show(func(p Publishing) any {
			if p.At.IsZero() {
				return nil
			}
			return dateTime(p.At)
		}),
	},
})

// placed are the product's publications, those yet to come only where onlyPublished is false.
func (p *Product) placed(now time.Time, args arguments) []Publishing {
	if args["onlyPublished"] == false {
		return p.Publishings
	}
	return p.published(now)
}

// published are the publications that the product is on by a time.
func (p *Product) published(now time.Time) []Publishing {
	return slices.DeleteFunc(slices.Clone(p.Publishings), func(in Publishing) bool { return in.At.After(now) })
}

// publishedAt is when the product came to the online store; zero where it has not,
// or where Shopify does not date it.
func (p *Product) publishedAt(shop *Shop) time.Time {
	for _, in := range p.Publishings {
		if publicationByID(shop, in.PublicationID).OnlineStore {
			return in.At
		}
	}
	return time.Time{}
}

// offSale says why customers cannot buy the product online at a time; empty where
// they can. In a shop without an online store they can buy all that is active.
func (p *Product) offSale(shop *Shop, now time.Time) string {
	if p.Status != "ACTIVE" && p.Status != "UNLISTED" {
		return p.Status
	}
	published := slices.ContainsFunc(p.published(now), func(in Publishing) bool { return publicationByID(shop, in.PublicationID).OnlineStore })
	if !published && slices.ContainsFunc(shop.Publications, func(p Publication) bool { return p.OnlineStore }) {
		return "not published to the online store"
	}
	return ""
}

// publish puts the product on a publication from a time on, and says whether that
// changes anything. What is published keeps its date unless another is given.
func (p *Product) publish(id uint64, at, now time.Time) bool {
	i := slices.IndexFunc(p.Publishings, func(in Publishing) bool { return in.PublicationID == id })
	switch {
	case i < 0:
		p.Publishings = append(slices.Clone(p.Publishings), Publishing{id, at})
		return true
	case at.Equal(now) && !p.Publishings[i].At.After(now) && !p.Publishings[i].At.IsZero():
		return false
	case p.Publishings[i].At.Equal(at):
		return false
	}
	p.Publishings = slices.Clone(p.Publishings)
	p.Publishings[i].At = at
	return true
}

// autoPublish puts a new product where all new ones come by themselves.
func (p *Product) autoPublish(shop *Shop, at time.Time) {
	for _, place := range shop.Publications {
		if place.AutoPublish {
			p.publish(place.ID, at, at)
		}
	}
}

func publicationByID(shop *Shop, id uint64) *Publication {
	i := slices.IndexFunc(shop.Publications, func(p Publication) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return &shop.Publications[i]
}

func findPublication(r *request, id uint64) (any, error) {
	if p := publicationByID(r.shop, id); p != nil {
		return p, nil
	}
	return nil, nil
}

func checkPublications(shop *Shop) error {
	ids := map[uint64]bool{}
	for _, p := range shop.Publications {
		if p.Name == "" || p.ID != 0 && ids[p.ID] {
			return fmt.Errorf("publications: the id %d is there twice, or one has no name", p.ID)
		}
		ids[p.ID] = true
	}
	for _, p := range shop.Products {
		for _, in := range p.Publishings {
			if !ids[in.PublicationID] {
				return fmt.Errorf("products: publishings: the shop has no publication %d", in.PublicationID)
			}
		}
	}
	return nil
}
