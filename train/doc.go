// Package train executes a run: it repeats a program's step over the rows of
// a schedule, in the exact integers that the proof is about, and keeps the
// weights at the border of every segment.
//
//	symbol  identifier     meaning
//	T_run   len(Run.Rates) steps of the run
//	S       Run.Segment    steps of a segment; the last one may be shorter
//	n_s     Run.Rates      numerator of the rate of step s
//	W(t)    Weights        weights before step t, t = 0, S, 2S, …, T_run
//
// The result is a function of the run alone: every cell is an exact integer,
// so the number of threads, the machine and interruptions change nothing.
// Losses and accuracies are floats, computed beside the integers for people to
// look at; no decision rests on them.
//
// # Checkpoints
//
// A checkpoint is an artefact of kind "chkp" whose statement digest is that of
// the run (Run.Digest). Its payload, integers big-endian of 64 bits:
//
//	segment index i, first step of segment i (T_run after the last),
//	number of trained weights, then for each, in the program's order:
//	length of its name, name, number of cells, cells
//
// Frozen weights are not in it. The file holds private weights: mode 0600.
package train
