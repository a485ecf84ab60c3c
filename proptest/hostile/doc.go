// Package hostile tests what peers that mean harm can do: nothing but to lose
// their own connection. Each test has a pair of sockets that go on talking
// meanwhile.
package hostile
