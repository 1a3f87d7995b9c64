// Command mutate asks whether the tests of the verifier's packages notice when
// one of its checks is gone: `make mutate`. It changes one thing at a time, a
// mutant, and runs the tests of the mutant's own package:
//
//	kind       what the mutant does
//	assertion  does not assert (AssertEqual, AssertNonZero, a lookup or an equation of a certificate)
//	absorb     leaves something out of a transcript, digest, encoding or list of claims
//	constant   uses a constant for a challenge, on both sides
//	previous   uses the challenge before it
//	guard      does not refuse what an if or a case refuses
//	never      skips what an if without a refusal does
//	always     does it in every case
//	verdict    returns nil instead of a check's error
//	loop       makes no iteration
//	first      makes the first iteration only
//	rest       makes all but the first
//	bound      makes one iteration less
//	count      does not count
//
// All mutants of a package are compiled into one test binary, by an overlay in
// which each is a branch on the environment variable ZKAUDIT_MUTANT; the files
// of the repository stay as they are. Each test runs once without a mutant, to
// see which mutants it reaches, as far as they would do something else there. A
// mutant then meets these tests, the fastest first, and is killed if one fails,
// panics or takes twenty times as long as without a mutant and a minute more.
//
// redundant.txt lists the mutants that no test can kill, each with the check
// that makes it redundant. The command fails if a mutant survives that is not
// listed, and if one is listed that is killed or does not exist any more.
package main
