// Package real holds tests with what cannot be simulated: processes that are
// killed, a table of descriptors that is full, and networks between systems of
// their own that lose, delay, double and reorder packets.
//
// The processes are this package's test binary, started again in a role. They are
// no [github.com/zeroactor/zmq/internal/proctest.Process], which tells of itself on
// standard error, line by line in the order in which it is waited for, and is told
// nothing once it runs: these are talked to over standard input, also through a
// program that starts them in a namespace of their own; what each has said before
// it was killed counts, in any order and to the last whole line, and nothing of a
// line that was cut short. What the two have in common is to start a command and to
// end it.
package real
