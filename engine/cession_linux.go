package engine

import "syscall"

const canCede = true

// cede lets other programs have the processor, if one is ready to run. The runtime is not told of the call: it
// would give what the goroutine holds of it to another thread, which has no other processor to run on.
func cede() { syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0) }
