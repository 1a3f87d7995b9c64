// Package run makes the proofs of a training run, from a dataset and a model
// to a bundle that anyone can verify.
//
// A Directory keeps a run on disk, in stages; package owner has the private side
// of what is committed and makes the single proofs:
//
//	stage    reads                      writes
//	Init     model, data                run.toml, every choice spelled out
//	Commit   data                       commit/  NAME.part (public), NAME.opening (0600) of every part
//	Train    model, data, commit/       train/   checkpoints (0600), metrics; trained.tflite
//	Prove    commit/, train/            prove/   committed weights, proofs; bundle.zka, expect.toml,
//	                                             trained.opening (0600)
//
// An audit whose claims workers prove (ClaimsThrough) keeps their proofs in claims/ until
// it is written.
//
// Each stage records digests of what it made and of what it was made from, and
// refuses what has changed since: other rows in a data file, another choice in
// run.toml. Every file is written whole or not at all; a stage that was
// cancelled or killed is called again and continues, in Prove proof by proof.
// A lock file keeps two processes out of one directory.
//
// Memory is that of one segment besides the dataset: Prove executes each
// segment again from its checkpoint, and all proofs of a run share one arena.
//
// # Parts
//
// Each [[data]] table is one owner's part. Its rows are split into those that
// are trained on and, if asked for, rows held out, which become a test part of
// its own: audits name it, training does not know it. With group_duplicates, a
// row is held out only if no row of any part with the same features is trained
// on: rows are gone through in order, and the first of equal ones decides. So
// about as many rows are held out as asked for, exactly as many where no two
// are equal.
//
// Attributes are columns, and constants such as an owner's name, that are
// committed beside the rows and never trained on. Their vocabularies are the
// values found in all files, sorted, unless [vocabulary] fixes them; features
// and classes likewise have the categories of all files. Numbers are normalised
// by the first file.
//
// A part that its owner has committed elsewhere is taken in by Import: part
// file, opening and rows must belong together, and it keeps its digest. Owners
// who commit apart agree on one encoding and on vocabularies first.
//
// # Another run on the same parts
//
// InitLike makes a directory with every choice of a committed one and its parts
// as imports, for the same run without some rows: nothing is committed anew.
// What opens the parts is read where it is, and Commit keeps a copy with the
// part, as of any that is imported.
//
// # Secrets
//
// Openings, checkpoints and the .tflite with the trained weights are private. An
// opening holds no rows, but how they were encoded and chosen, and what lets its
// reader test guesses at them.
// What a bundle tells beyond its statement depends on its mode: see the
// report of package bundle.
package run
