// Package real holds tests with what cannot be simulated: processes that are
// killed, a table of descriptors that is full, and networks between systems of
// their own that lose, delay, double and reorder packets.
//
// The processes are this package's test binary, started again in a role.
package real
