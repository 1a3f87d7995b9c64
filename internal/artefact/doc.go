// Package artefact frames the files this project writes and puts them on disk
// without ever leaving half of one behind.
//
// Every artefact has the same frame, integers in big-endian order:
//
//	offset  bytes  field
//	0       8      magic "zkaudit" and a zero byte
//	8       4      kind, printable ASCII ("part", "bndl", …)
//	12      4      format version of that kind
//	16      32     statement digest: what the artefact is about
//	48      8      payload length n
//	56      n      payload
//	56+n    32     SHA-256 of all bytes before it
//
// The checksum finds accidents (a truncated copy, a flipped bit); it is not a
// signature and proves nothing about who wrote the file. Callers must still
// check the payload, and that the statement digest is the one they expect.
//
// Files are written to a temporary name in the same directory, synced,
// renamed over the target, and the directory is synced: after a crash the old
// file or the new one is there, whole, and Sweep removes what was not finished.
// What is renamed and failed is removed; package disk carries all of it out.
// A target that is a symbolic link is replaced, not followed. Who reads a file
// and replaces it by what follows from it takes a lock around both (Lock);
// since files are renamed over, the lock is a file of its own.
package artefact
