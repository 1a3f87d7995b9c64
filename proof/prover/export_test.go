package prover

// Store stores lookup layers up to a given one.
func Store(p *Peer, layer int) { p.stored = layer }

// End gives back what is lent to a peer.
func End(p *Peer) { p.end() }
