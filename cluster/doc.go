// Package cluster is a queue of jobs on NATS JetStream: a head asks for outputs, workers
// that share its key make them. It knows nothing of proofs. Delivering a job once more
// after its worker was lost, counting how often, and keeping what waits over restarts is
// the engine's work; there is no scheduler here.
//
// A key belongs to one owner. Tags are HMAC-SHA-256 under it, 16 bytes in hexadecimal: O of
// the owner, R of a run, J of a job (of the digest of its claim, so that a head that is
// started again means the same job). The server sees tags, sizes, times and addresses.
// Everything else is sealed: XChaCha20-Poly1305 with a random nonce, and what it is, R and
// J as authenticated data, so that nothing passes for another thing.
//
//	on the server                 kind                      holds                                       until
//	stream zkaudit-O-jobs         work queue, one message   zkaudit.O.job.R.J: sealed jobMessage        acknowledged by a worker
//	                              for each subject
//	  consumer workers            pull, explicit acks       what workers take; AckWait, MaxDeliver
//	stream zkaudit-O-results      work queue                zkaudit.O.result.R.J: sealed resultMessage  acknowledged by the head
//	  consumer head-R             pull, explicit acks       what the head of a run takes                the run is done
//	stream zkaudit-O-dead         limits                    the engine's advisories of jobs delivered   30 days
//	                                                        MaxDeliver times
//	bucket zkaudit-O-R            object store              what jobs of a run share; inputs, outputs   the run is done
//
// The course of a job:
//
//	head    puts the input, publishes the job; one that waits already is refused by the stream
//	worker  pulls it, says in-progress at a third of AckWait, fetches what the run shares
//	        (kept in memory while the run is the same) and the input, and does it
//	worker  puts the output, publishes the result, acknowledges the job, in this order
//	head    fetches the output, has it accepted, acknowledges the result, removes both objects
//
// and what can go wrong:
//
//	worker lost           AckWait passes, and the engine gives the job to another
//	job fails             the worker says why, sealed, and gives it back with a delay
//	version, or memory    the worker says so, and takes the job out of the queue: the head asks
//	                      for it anew, as the same try, and the worker leaves others time to
//	                      take it; when it has refused thrice, nothing is under way, and
//	                      nothing was done since, the head stops and says why
//	MaxDeliver times      the engine tells of it: the head gives up the job, and names it and
//	                      what was last said when all others are done. What died before the
//	                      head was there is asked for anew
//	output false          the head asks for the job again, as its next try, up to as many tries
//	two outputs           the first that is accepted is kept, the other one removed
//	head killed           results wait; the next head takes those up before it asks for anything,
//	                      and replaces jobs that ask for another thing, of another version
//	two heads             the one that began last gets the results; the other one ends
//	result lost on        it is delivered again after twice AckWait
//	its way
//	job or result lost    the head sees that the server has neither, and asks again
//	server restarted      connections come back, what was not acknowledged is given anew
//	worker ended          it gives the job back at once
//
// Soundness: the queue has none. A worker may send anything, and so may a server that
// knows no key, within what it can replay of sealed messages at their own places. Whoever
// calls Do verifies outputs. A server can withhold, delay and forget; it cannot read.
package cluster
