// Package tidy holds the rules of this house: which package may import which,
// how long a file or a function may be, and what is not to be found in the tree
// at all. It has tests only, which read the whole module.
//
// The policy is data, in policy_test.go. Do not change it to make a build pass:
// an exception needs a reason that will still be true in a year. One that is
// no longer needed fails the test too, and so does a rule that does not reject
// its fixture.
package tidy
