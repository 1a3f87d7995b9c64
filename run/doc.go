// Package run makes the proofs of a training run, from a dataset and a model
// to a bundle that anyone can verify.
//
// It has two layers. Part, Weights and Prover hold the private side in memory
// and make single proofs. Directory keeps a run on disk, in stages:
//
//	stage    reads                      writes
//	Init     model, data                run.toml, every choice spelled out
//	Commit   data                       commit/  commitments, openings (0600), certificates
//	Train    model, data, commit/       train/   checkpoints (0600), metrics; trained.tflite
//	Prove    commit/, train/            prove/   committed weights, proofs; bundle.zka, expect.toml
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
// # Secrets
//
// Openings, checkpoints and the .tflite with the trained weights are private.
// What a bundle tells beyond its statement depends on its mode: see the
// report of package bundle.
package run
