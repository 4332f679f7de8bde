package ledgertest

import (
	"os/exec"
	"runtime"
	"syscall"
)

// Spawn starts a process that gets a signal when the tests are killed, and returns
// how it will end. To the system, the parent whose death that tells of is a thread,
// and Go ends threads. So a thread of its own starts the process and lives as long.
func Spawn(cmd *exec.Cmd, when syscall.Signal) (ended <-chan error, err error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = when
	started, exited := make(chan error), make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			exited <- cmd.Wait()
		}
	}()
	return exited, <-started
}
