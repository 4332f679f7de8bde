package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

var productList = stateList[Product]{
	name: "products",
	of:   func(s *Shop) *[]Product { return &s.Products },
	id:   func(p *Product) *uint64 { return &p.ID },
}

var orderList = stateList[Order]{
	name: "orders",
	of:   func(s *Shop) *[]Order { return &s.Orders },
	id:   func(o *Order) *uint64 { return &o.ID },
}

// salesRoutes are what customers and merchants do.
func (s *Simulator) salesRoutes(handle func(string, func(*http.Request) (*reply, error))) {
	productList.readRoutes(s, handle)
	handle("PATCH "+productList.path()+"/{id}", func(r *http.Request) (*reply, error) { return productList.patch(s, r) })
	handle("POST "+productList.path(), func(r *http.Request) (*reply, error) {
		in, err := bodyAs[NewProduct](r)
		if err != nil {
			return nil, err
		}
		return created(s.AddProduct(r.PathValue("domain"), in))
	})
	handle("DELETE "+productList.path()+"/{id}", func(r *http.Request) (*reply, error) {
		id, err := numberInPath(r)
		if err != nil {
			return nil, err
		}
		if err := s.DeleteProduct(r.PathValue("domain"), id); err != nil {
			return nil, err
		}
		return &reply{status: http.StatusNoContent}, nil
	})
	orderList.readRoutes(s, handle)
	handle("POST /__sim/shops/{domain}/checkouts", func(r *http.Request) (*reply, error) {
		in, err := bodyAs[Checkout](r)
		if err != nil {
			return nil, err
		}
		return created(s.Checkout(r.PathValue("domain"), in))
	})
	type payment struct {
		Amount Cents `json:"amountCents"`
	}
	handle("POST "+orderList.path()+"/{id}/payments", onOrder(func(domain string, id uint64, p payment) (Order, error) {
		return s.Pay(domain, id, p.Amount)
	}))
	handle("POST "+orderList.path()+"/{id}/edits", onOrder(s.EditOrder))
	handle("POST "+orderList.path()+"/{id}/refunds", onOrder(s.RefundOrder))
	handle("POST "+orderList.path()+"/{id}/cancellation", onOrder(s.CancelOrder))
}

// onOrder serves an act on an order; its body may be empty.
func onOrder[T any](act func(domain string, id uint64, in T) (Order, error)) func(*http.Request) (*reply, error) {
	return func(r *http.Request) (*reply, error) {
		id, err := numberInPath(r)
		if err != nil {
			return nil, err
		}
		in, err := bodyAs[T](r)
		if err != nil {
			return nil, err
		}
		return created(act(r.PathValue("domain"), id, in))
	}
}

func created[T any](made T, err error) (*reply, error) {
	if err != nil {
		return nil, err
	}
	return &reply{http.StatusCreated, made}, nil
}

// bodyAs reads a body that has no members but those of its type; the zero value
// where there is none.
func bodyAs[T any](r *http.Request) (T, error) {
	var in T
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil && !errors.Is(err, io.EOF) {
		return in, fmt.Errorf("the body does not fit: %w", err)
	}
	return in, nil
}
