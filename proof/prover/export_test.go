package prover

// Store stores lookup layers up to a given one.
func Store(p *Peer, layer int) { p.stored = layer }

// TreeCells counts what a lookup tree takes.
var TreeCells = treeCells
