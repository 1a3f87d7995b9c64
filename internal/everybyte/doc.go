// Command everybyte changes a file in one place, everywhere, and takes each result
// through everything that its reader does: `make bytes-long`. It must be refused
// with an error that has a kind of package fault, or mean what the file meant. A
// panic, an error without a kind, an accepted change of meaning, more memory than
// a reader asks for and an attempt that does not end are findings, and the command
// fails.
//
// Files are the vectors of testdata/vectors, as small as their kinds get:
//
//	file                     who reads it                         meaning
//	bundle, mode zk          bundle.Verify                        the file
//	bundle, mode validity    bundle.Verify                        the file
//	audit                    audit.Verify, beside its bundle      the file
//	part, both modes         bundle.PartFile.Verify               the file
//	opening of a part        owner.OpenPart, with its rows        its blinding
//	opening of a model       owner.OpenModel, with the model      its blinding
//	checkpoint               train.Trainer.Trace                  its weights
//	model                    bundle.Verify with what it states    architecture and weights
//	trained model            owner.OpenModel                      its integers
//
// At each place a byte has every bit flipped alone, becomes some others, or is left
// out, and the file ends there; at the end bytes are added. What has a frame
// (internal/artefact) is changed in three forms: as it is, so that the checksum
// notices; sealed, with length and checksum made right as a forger would; and
// stated, with the digest in its header made that of what the file now says.
//
// Attempts come in blocks of 64 places. -slice takes every n-th block, -every one
// attempt of n, -results keeps what is done in a file and goes on from there.
package main
