// Package serving runs HTTP servers so that nothing is lost when they start, reload
// and stop: a certificate that is replaced is taken over, and before the end requests
// are taken until others know, and then finished. The relay and the console are such
// servers.
package serving
