package prooftest

import (
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/reference"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/transcript"
	. "github.com/zkaudit/zkaudit/relation"
)

// Transcript returns one that has absorbed the statement of test
// conversations.
func Transcript(l *proof.Layout) proof.Transcript[fr.Element] {
	tr := transcript.NewNative(statement.Domain)
	proof.Begin(l, tr, StatementDigest(), fr.Element{})
	return tr
}

// Converse runs the script around a peer, and returns its messages, what they
// leave open, and the script's verdict.
func Converse(l *proof.Layout, tr proof.Transcript[fr.Element], peer proof.Peer[fr.Element]) ([]fr.Element, *proof.Outcome[fr.Element], error) {
	rec := &proof.Recorder{Peer: peer}
	var checks proof.Checks
	out := proof.Argue[fr.Element](l, &checks, tr, rec)
	return rec.Messages, out, checks.Err()
}

// Reference returns the reference prover about an assignment with counts.
func Reference(t testing.TB, l *proof.Layout, cells Assignment, mask fr.Vector) *reference.Peer {
	t.Helper()
	tables, err := reference.Tables(l.System, cells)
	if err != nil {
		t.Fatal(err)
	}
	p, err := reference.New(l, tables, mask)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
