// Package trie holds subscriptions: byte-string prefixes, and who wants them.
//
// [Counted] is what a SUB or XSUB socket has asked for, each prefix with the
// number of times. [Multi] is what the peers of a PUB or XPUB socket have asked
// for, each prefix with a set of subscribers. Of matching, 29/PUBSUB says that a
// socket "SHALL perform a binary comparison of the subscription against the start
// of the first frame of the message" (https://rfc.zeromq.org/spec/29/).
//
// Both are radix trees: an inner node stands where topics part, and not for
// each byte. Nodes, edges and long labels live in pages and refer to each other
// by 32-bit numbers. That makes a topic cost some twenty to sixty bytes with
// everything, gives the garbage collector nothing to follow, and never moves
// what is there when the tree grows. The pages of removed topics are reused for
// new ones; they are given back when the last topic goes.
//
// Of a large Multi most searches that would find nothing are not made: it has a
// sieve, which takes another three to seven bytes a topic.
//
// Nothing here starts goroutines or locks. The caller serialises all calls, also those of
// Match, which remembers its last answer. All zero values are ready to use.
//
// Topics are any bytes, of any length, and may be empty: the empty topic is a
// prefix of everything. How many a peer may have is for the caller to limit, by
// Len and Footprint.
package trie
