// Command pause holds the namespaces of a pod, and does nothing until it is told to
// end.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, syscall.SIGINT)
	// Where a pod's containers share one process namespace, this is the first process
	// of it, to which those fall whose parents ended.
	signal.Ignore(syscall.SIGCHLD) // the kernel takes them away
	<-end
}
