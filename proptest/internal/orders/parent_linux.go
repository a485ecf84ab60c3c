package orders

import (
	"os/exec"
	"syscall"
)

// endWithParent has a process end when this one does, also if it goes round in circles and hears nothing.
func endWithParent(p *exec.Cmd) { p.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
