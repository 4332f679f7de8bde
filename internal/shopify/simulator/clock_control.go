package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// clockState is the JSON of the control API.
type clockState struct {
	Now time.Time `json:"now"`
	// Simulated clocks move by the control API only.
	Simulated bool `json:"simulated"`
	// Due is when a simulated clock's next timer fires; nil for none.
	Due *time.Time `json:"due,omitempty"`
	// Fired is how many timers the request made fire.
	Fired int `json:"fired,omitempty"`
}

func (s *Simulator) clockRoutes(handle func(string, func(*http.Request) (*reply, error))) {
	handle("GET /__sim/clock", func(*http.Request) (*reply, error) {
		return &reply{http.StatusOK, s.clockState(0)}, nil
	})
	handle("POST /__sim/clock", s.postClock)
}

func (s *Simulator) clockState(fired int) clockState {
	state := clockState{Now: s.now(), Simulated: s.simulated != nil, Fired: fired}
	if s.simulated != nil {
		if due, there := s.simulated.Due(); there {
			state.Due = &due
		}
	}
	return state
}

// postClock moves the clock and answers once all that fell due is done.
func (s *Simulator) postClock(r *http.Request) (*reply, error) {
	var move struct {
		Advance *Duration `json:"advance"`
	}
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&move)
	if s.simulated == nil {
		return &reply{http.StatusConflict, map[string]string{"error": "the simulator runs on the real clock, which nobody moves; start it with a simulated one"}}, nil
	}
	if err != nil {
		return nil, fmt.Errorf(`the body is not of the form {"advance": "4h"}: %w`, err)
	}
	if move.Advance == nil || *move.Advance < 0 {
		return nil, fmt.Errorf(`advance: want how far to move, such as "4h"; a clock does not go back`)
	}
	return &reply{http.StatusOK, s.clockState(s.simulated.Advance(time.Duration(*move.Advance)))}, nil
}
