package jobs

import (
	"math"
	"slices"
	"strings"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
)

// Report is what steps came to. A step's own is added to that of the steps before only
// once the step has succeeded, so that one which is made again counts once.
type Report struct {
	// Expected is how many records there are in all, as far as is known; nil where the
	// step did not learn of it.
	Expected *int64
	// Done is how many were handled. Changed, Skipped and Failed are among them.
	Done, Changed, Skipped, Failed int64
	// DoneInAll is how many were handled by all steps so far, where a step knows; nil
	// where Done is to be added.
	DoneInAll *int64
	// Fraction is how far the job has come, from 0 to 1, where that does not follow from
	// Done and Expected; nil where it does.
	Fraction *float64
	Findings []Finding
}

// Finding is something that a job met.
type Finding struct {
	// Kind is such as PriceDiffers, Subject what it is about, Message what was met.
	Kind, Subject, Message string
}

func (r *Report) find(kind, subject, message string) {
	r.Findings = append(r.Findings, Finding{Kind: kind, Subject: subject, Message: message})
}

func (r *Report) expect(n int64) { r.Expected = &n }

// add adds what a part of the step came to.
func (r *Report) add(part Report) {
	r.Done += part.Done
	r.Changed += part.Changed
	r.Skipped += part.Skipped
	r.Failed += part.Failed
	r.Findings = append(r.Findings, part.Findings...)
}

// Bounds of the CRD.
const (
	maxFirst   = 20
	maxKinds   = 50
	maxKind    = 63
	maxSubject = 253
	maxMessage = 512
)

// AddTo adds a report to what the status says of progress and findings.
func (r *Report) AddTo(status *v1alpha1.SyncJobStatus) {
	if status.Progress == nil {
		status.Progress = &v1alpha1.SyncJobProgress{}
	}
	p := status.Progress
	if p.Done += r.Done; r.DoneInAll != nil {
		p.Done = *r.DoneInAll
	}
	p.Changed += r.Changed
	p.Skipped += r.Skipped
	p.Failed += r.Failed
	if r.Expected != nil {
		p.Expected = *r.Expected
	}
	p.Expected = max(p.Expected, p.Done) // records that came meanwhile
	switch {
	case r.Fraction != nil:
		p.Percent = percent(*r.Fraction)
	case p.Expected > 0:
		p.Percent = percent(float64(p.Done) / float64(p.Expected))
	}
	for _, f := range r.Findings {
		f.addTo(status)
	}
}

// percent is rounded down, so that only what is done is at 100.
func percent(fraction float64) int32 { return int32(math.Floor(100 * min(max(fraction, 0), 1))) }

func (f Finding) addTo(status *v1alpha1.SyncJobStatus) {
	if status.Findings == nil {
		status.Findings = &v1alpha1.SyncJobFindings{}
	}
	all := status.Findings
	all.Total++
	kind := shortened(f.Kind, maxKind)
	i, found := slices.BinarySearchFunc(all.Kinds, kind, func(c v1alpha1.FindingCount, kind string) int { return strings.Compare(c.Kind, kind) })
	switch {
	case found:
		all.Kinds[i].Count++
	case len(all.Kinds) < maxKinds:
		all.Kinds = slices.Insert(all.Kinds, i, v1alpha1.FindingCount{Kind: kind, Count: 1})
	}
	if len(all.First) < maxFirst {
		all.First = append(all.First, v1alpha1.SyncJobFinding{Kind: kind, Subject: shortened(f.Subject, maxSubject), Message: shortened(f.Message, maxMessage)})
	}
}

// shortened is a text of at most as many bytes, cut between two characters.
func shortened(text string, most int) string {
	if len(text) <= most {
		return text
	}
	const mark = "…"
	cut := most - len(mark)
	for cut > 0 && text[cut]&0xC0 == 0x80 {
		cut--
	}
	return text[:cut] + mark
}
