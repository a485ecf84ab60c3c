//go:build !race

#include "textflag.h"

// func store(p *uint64, v uint64)
//
// The processor keeps stores in the order of the program, and after earlier loads.
TEXT ·store(SB), NOSPLIT, $0-16
	MOVQ p+0(FP), AX
	MOVQ v+8(FP), BX
	MOVQ BX, (AX)
	RET
