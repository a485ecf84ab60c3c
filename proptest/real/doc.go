// Package real holds tests with what cannot be simulated: processes that are
// killed, a table of descriptors that is full, and the suite of package proptest over
// a network between systems of their own, which loses, delays, doubles and reorders
// packets, and cuts and resets connections.
//
// Two systems are two network namespaces, with a TUN interface each, whose packets a
// line in the test's process carries from one to the other. The sockets of both are of
// that process as well, which the test is run in once more, as it makes users and networks of its own.
//
// The processes that are killed are this package's test binary, started again in a
// role. They are no [github.com/zeroactor/zmq/internal/proctest.Process], which tells of
// itself on standard error, line by line in the order in which it is waited for, and is
// told nothing once it runs: these are talked to over standard input; what each has said
// before it was killed counts, in any order and to the last whole line, and nothing of a
// line that was cut short. What the two have in common is to start a command and to
// end it.
package real
