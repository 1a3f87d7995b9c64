// Package segment composes the relations that a proof of S consecutive
// training steps claims, and those of the certificates on the committed data
// it starts from.
//
//	symbol      identifier          meaning
//	S           Shape.Steps         steps of the segment
//	B           Program.Batch       rows per step
//	D_p         Relations.Parts     features and labels of dataset part p
//	Sel_p       relation.Selection  which row slot (s,b) reads
//	X, L        Program.Input/Label the gathered rows
//	W0, W_S     Relations.Weights   weights before and after
//
// The rows of all steps are virtual: X(s,b,c) = Σ_p Σ_i Sel_p(s,b,i)·D_p(i,c).
//
// # What the caller must still check
//
// The system of a segment says nothing about the cells of D_p and W0: the
// certificates do (16 bits, labels well formed, weights bounded, padding 0),
// and a run verifies only with a certificate for every part and for the
// weights of its first segment. That rates, rows, part sizes and commitments
// are those of the statement is the caller's to check.
package segment
