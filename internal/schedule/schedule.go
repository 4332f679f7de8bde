// Package schedule decides when a schedule of a store is due. It does no input
// or output.
//
// A slot is a time that the schedule names; it is due a little later, by an
// offset of the store's own (see [Schedule.Offset]). Where clocks are changed, a
// schedule behaves as one of cron does:
//
//   - One that runs in every hour (hour field *) goes by the time that passes: in
//     an hour that is repeated it runs again, in one that is left out it does not.
//   - One of fixed hours goes by the clock on the wall: a slot that occurs twice
//     runs the first time, and those that are left out run once, at the moment
//     when the clock goes on.
package schedule

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// parser is that of Kubernetes' CronJob, so that a schedule means the same in
// both.
var parser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

// Schedule is a schedule that was parsed.
type Schedule struct {
	// fields are evaluated in UTC, on what a clock on the wall shows.
	fields *cron.SpecSchedule
	zone   *time.Location
}

// Parse reads a schedule of five fields (minute, hour, day of month, month of
// year, day of week) or a shorthand such as @hourly, for clocks in a time zone of
// the IANA database; "" is UTC. The error says what to write instead.
func Parse(fields, timeZone string) (*Schedule, error) {
	parsed, err := parseFields(fields)
	if err != nil {
		return nil, fmt.Errorf(`schedule %q cannot be read, %w: give minute, hour, day of the month, month and day of the week (0 is Sunday), such as "*/15 * * * *", or a shorthand such as @hourly`, fields, err)
	}
	parsed.Location = time.UTC
	if parsed.Next(time.Unix(0, 0)).IsZero() {
		return nil, fmt.Errorf("schedule %q never comes: give a day that its months have", fields)
	}
	zone, err := time.LoadLocation(timeZone)
	if err != nil || timeZone == "Local" { // which is the zone of the operator's machine
		return nil, fmt.Errorf("timeZone %q is unknown: give a name of the IANA database, such as America/Toronto or UTC", timeZone)
	}
	return &Schedule{fields: parsed, zone: zone}, nil
}

func parseFields(fields string) (*cron.SpecSchedule, error) {
	if strings.Contains(fields, "TZ=") { // the parser would take it, or panic
		return nil, errors.New("the time zone goes into timeZone")
	}
	parsed, err := parser.Parse(fields)
	if err != nil {
		return nil, err
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return nil, errors.New("@every counts from the operator's start, not by the clock")
	}
	return spec, nil
}
