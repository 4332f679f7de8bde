// Package jobs turns a SyncJob into steps: bounded pieces of work, each of which ends at
// a cursor that the next one begins at, in this process or in another. A step that is
// made twice comes to the same as one that is made once.
//
// What a step does to an order or an item is what a webhook or a push would do
// (internal/orders, internal/catalog); what is a job's own is where to look and what to
// report.
package jobs
