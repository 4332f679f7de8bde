package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
)

// maxShown bounds the lines of a plan in a status.
const maxShown = 20

// Waiting describes a plan that is not carried out; nil where there is nothing
// to do. The same plan has the same hash, however often it is made.
func (p *Plan) Waiting() *v1alpha1.PlanStatus {
	if len(p.Actions) == 0 {
		return nil
	}
	status := &v1alpha1.PlanStatus{Total: int32(len(p.Actions))} //nolint:gosec // a few hundred at most
	digest := sha256.New()
	for i, a := range p.Actions {
		fmt.Fprintf(digest, "%s %s %s %s %s %q\n", a.Verb, a.Kind, a.Key, a.ID, a.Hash, a.Paths)
		if i >= maxShown {
			continue
		}
		line := a.String()
		if a.Cause == Drifted {
			line += ": changed in the store"
		}
		status.Changes = append(status.Changes, line)
	}
	status.Hash = hex.EncodeToString(digest.Sum(nil)[:8])
	return status
}
