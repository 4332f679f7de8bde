package simulator

import (
	"io"
	"net/http"
	"strconv"
)

// faultRoutes are the control API's part for faults.
func (s *Simulator) faultRoutes(handle func(string, func(*http.Request) (*reply, error))) {
	handle("GET /__sim/faults", func(*http.Request) (*reply, error) {
		return &reply{http.StatusOK, map[string]any{"faults": s.Faults()}}, nil
	})
	handle("POST /__sim/faults", s.postFault)
	handle("DELETE /__sim/faults", func(*http.Request) (*reply, error) {
		s.ClearFaults()
		return &reply{status: http.StatusNoContent}, nil
	})
	handle("DELETE /__sim/faults/{id}", func(r *http.Request) (*reply, error) {
		id, err := strconv.ParseUint(r.PathValue("id"), 10, 64)
		if err != nil || !s.RemoveFault(id) {
			return nil, notHere(r.PathValue("id"))
		}
		return &reply{status: http.StatusNoContent}, nil
	})
}

func (s *Simulator) postFault(r *http.Request) (*reply, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	f, err := patched(Fault{}, body)
	if err != nil {
		return nil, err
	}
	if f.ID, err = s.AddFault(f); err != nil {
		return nil, err
	}
	f.Matched, f.Fired = 0, 0
	return &reply{http.StatusCreated, f}, nil
}
