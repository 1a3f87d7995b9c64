package prover

import "github.com/zkaudit/zkaudit/proof"

// Store stores lookup layers up to a given one.
func Store(p *Peer, layer int) { p.maxStored = layer }

// TreeCells counts what a lookup tree takes.
func TreeCells(l *proof.Layout, stored int) int { return int(treeCells(l, stored)) }
