package proof

// Walk holds the conversation about a layout over nothing with a peer, which is told
// what a prover is asked for, and when. A conversation has at most maxMessages
// elements: NewLayout has counted them.
func Walk(l *Layout, p Peer[struct{}]) { Argue[struct{}](l, silent{}, silent{}, p) }
