package bundle_test

import (
	"context"
	crand "crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/segment"
)

// crowd is a dataset that is certified in chunks: 600 rows of 200 features,
// where committed rows have 2^8 cells.
func crowd() *data.Dataset {
	d := &data.Dataset{
		Rows: 600, Width: 200, Shape: []int{200}, FractionBits: 4, Features: make([]int32, 600*200),
		Labels: data.Labels{Kind: data.OneHot, Classes: []string{"no", "yes"}, Class: make([]int32, 600)},
	}
	for i := range d.Features {
		d.Features[i] = int32(i%1000) - 500
	}
	for i := range d.Labels.Class {
		d.Labels.Class[i] = int32(i % 2)
	}
	return d
}

// proofsOf cuts a certificate into its proofs.
func proofsOf(certificate []byte) (proofs [][]byte) {
	for len(certificate) > 0 {
		n := binary.LittleEndian.Uint64(certificate)
		proofs, certificate = append(proofs, certificate[8:8+n]), certificate[8+n:]
	}
	return proofs
}

func certificateOf(proofs [][]byte) []byte {
	e := &encoding{}
	for _, p := range proofs {
		e.field(p)
	}
	return e.Bytes()
}

// A certificate of several chunks is that of its own, in their order.
func TestChunksAreBound(t *testing.T) {
	f, v := commitRows(t, crowd(), 6)
	foreign, _ := commitRows(t, crowd(), 6)
	if err := f.Verify(context.Background(), v); err != nil {
		t.Fatal(err)
	}
	honest, others := proofsOf(f.Certificate), proofsOf(foreign.Certificate)
	if len(honest) != 3 {
		t.Fatalf("%d chunks, want 3", len(honest))
	}
	for name, c := range map[string]struct {
		proofs [][]byte
		kind   error
		says   string
	}{
		"exchanged":           {[][]byte{honest[1], honest[0], honest[2]}, fault.ErrRejected, "chunk 1 of 3"},
		"the first twice":     {[][]byte{honest[0], honest[0], honest[2]}, fault.ErrRejected, "chunk 2 of 3"},
		"the last left out":   {honest[:2], fault.ErrMalformed, "chunk 3 of 3"},
		"none":                {nil, fault.ErrMalformed, "chunk 1 of 3"},
		"one too many":        {[][]byte{honest[0], honest[1], honest[2], honest[2]}, fault.ErrMalformed, "bytes too many"},
		"another part's":      {[][]byte{honest[0], others[1], honest[2]}, fault.ErrRejected, "chunk 2 of 3"},
		"another part's last": {[][]byte{honest[0], honest[1], others[2]}, fault.ErrRejected, "chunk 3 of 3"},
		"all another part's":  {others, fault.ErrRejected, "chunk 1 of 3"},
		"an empty proof":      {[][]byte{honest[0], honest[1], {}}, fault.ErrMalformed, "chunk 3 of 3"},
	} {
		spliced := *f
		spliced.Certificate = certificateOf(c.proofs)
		if err := spliced.Verify(context.Background(), v); !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, change := range map[string]func(*bundle.PartFile){
		"one row less": func(f *bundle.PartFile) { f.Shape.Rows-- }, "one row more": func(f *bundle.PartFile) { f.Shape.Rows++ },
		"one feature less": func(f *bundle.PartFile) { f.Shape.Features-- },
		"committed rows exchanged": func(f *bundle.PartFile) {
			f.Commitment.Features = slices.Clone(f.Commitment.Features)
			f.Commitment.Features[0], f.Commitment.Features[256] = f.Commitment.Features[256], f.Commitment.Features[0]
		},
	} {
		other := *f
		change(&other)
		if err := other.Verify(context.Background(), v); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// No certificate is made of rows of which one chunk is not well formed.
func TestFalseChunkIsNotCertified(t *testing.T) {
	setup, err := commitments.NewDevelopment(6)
	if err != nil {
		t.Fatal(err)
	}
	d := crowd()
	d.Features[599*200] = 1 << 15
	p, err := owner.CommitPart(setup, d, graph.OneHot, mode.Validity, crand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Certify(context.Background(), mode.Validity, &proving.Prover{Setup: setup, Rand: crand.Reader}, nil); !errors.Is(err, fault.ErrOverflow) || !strings.Contains(err.Error(), "chunk 3 of 3") {
		t.Errorf("%v", err)
	}
}

// Each statement of a certificate names part, shape and position: with the same
// committed rows, another of them is another statement.
func TestChunksNameTheirPlace(t *testing.T) {
	f, _ := commitRows(t, crowd(), 6)
	claims, err := bundle.DatasetClaims(mode.Validity, f.Shape, f.Setup, f.RowBits, f.Commitment)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bundle.DatasetClaims(mode.Validity, segment.PartShape{Rows: 1, Features: 1, Kind: graph.Bits}, f.Setup, f.RowBits, f.Commitment); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("claims about no labels: %v", err)
	}
	e := (&encoding{}).field([]byte("zkaudit/certificate/v2")).number(len(claims))
	for _, c := range claims {
		claim := claimDigest(c.Statement)
		e.fixed(claim[:])
	}
	if bundle.DatasetDigest(claims, f.Certificate) != sha256.Sum256(e.field(f.Certificate).Bytes()) {
		t.Error("another digest of the certificate than that of the definition")
	}
	next := 0
	for i, c := range claims {
		digest := f.Digest()
		public := (&encoding{}).number(f.Shape.Rows, f.Shape.Features, f.Shape.Labels, f.Shape.Attributes).field([]byte(f.Shape.Kind)).fixed(digest[:]).number(i, len(claims))
		if !slices.Equal(c.Statement.Public, public.Bytes()) {
			t.Errorf("chunk %d: other public values than those of the definition", i)
		}
		features := c.Statement.External[0]
		if !slices.Equal(features, f.Commitment.Features[next:next+len(features)]) {
			t.Errorf("chunk %d: other committed rows than from %d", i, next)
		}
		next += len(features)
		for _, more := range c.Statement.External[1:] { // padding, or labels
			if slices.Equal(more, f.Commitment.Labels) {
				continue
			}
			if !slices.Equal(more, f.Commitment.Features[next:]) {
				t.Errorf("chunk %d: other committed rows than the rest from %d", i, next)
			}
			next += len(more)
		}
	}
	if next != len(f.Commitment.Features) {
		t.Errorf("%d committed rows of %d are certified", next, len(f.Commitment.Features))
	}
}
