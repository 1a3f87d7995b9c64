package wrap

import (
	"bytes"
	"errors"
	"fmt"
	"math/bits"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/kzg"
	"github.com/consensys/gnark/backend"
	plonk "github.com/consensys/gnark/backend/plonk/bn254"
	"github.com/consensys/gnark/backend/witness"
	"github.com/consensys/gnark/constraint"
	cs "github.com/consensys/gnark/constraint/bn254"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/frontend/cs/scs"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// PLONK is gnark's PLONK, with statistical zero knowledge and without its
// commitments (BSB22). Its keys follow from the circuit and the setup, so each
// side derives them for itself.
type PLONK struct {
	// Strings returns both forms of the setup for a domain of 2^log, as
	// commitments.Setup.KZG does; nil stands for commitments.DevelopmentKZG.
	Strings func(log int) (canonical, lagrange *kzg.SRS, err error)
}

const (
	plonkPoints  = 9 // L, R, O, Z, H1, H2, H3, the openings at ζ and at ωζ
	plonkScalars = 7 // linearised polynomial, l, r, o, s1, s2 at ζ; z at ωζ
)

// ID is part of System.
func (PLONK) ID() byte { return 3 }

// Name is part of System.
func (PLONK) Name() string { return "plonk" }

// Derived is part of System.
func (PLONK) Derived() bool { return true }

// ProofBytes is part of System.
func (PLONK) ProofBytes() int {
	return plonkPoints*commitments.PointBytes + plonkScalars*commitments.ScalarBytes
}

// Compile is part of System.
func (PLONK) Compile(c frontend.Circuit) (constraint.ConstraintSystem, error) {
	return frontend.Compile(ecc.BN254.ScalarField(), scs.NewBuilder[constraint.U64], c)
}

// Setup is part of System.
func (p PLONK) Setup(ccs constraint.ConstraintSystem, setup *commitments.VerifierSetup) (ProvingKey, VerifyingKey, error) {
	rows := ccs.GetNbConstraints() + ccs.GetNbPublicVariables()
	canonical, lagrange, err := p.strings(bits.Len(uint(rows-1)), setup)
	if err != nil {
		return nil, nil, err
	}
	pk, vk, err := plonk.Setup(ccs.(*cs.SparseR1CS), *canonical, *lagrange)
	if err != nil {
		return nil, nil, fmt.Errorf("plonk setup: %w", err)
	}
	return plonkProvingKey{pk}, plonkVerifyingKey{vk, p, setup}, nil
}

// strings returns the setup in both forms, after checking that it is setup.
func (p PLONK) strings(log int, setup *commitments.VerifierSetup) (canonical, lagrange *kzg.SRS, err error) {
	make := p.Strings
	if make == nil && !setup.Insecure {
		return nil, nil, fmt.Errorf("plonk: the key is derived from powers of tau, which are not here: give the whole setup, not its part for verifiers: %w", fault.ErrVersion)
	}
	if make == nil {
		make = commitments.DevelopmentKZG
	}
	if log > commitments.MaxKZGLog {
		return nil, nil, fmt.Errorf("plonk: a circuit of 2^%d rows, at most 2^%d: %w", log, commitments.MaxKZGLog, fault.ErrResources)
	}
	canonical, lagrange, err = make(log)
	if errors.Is(err, fault.ErrUsage) { // the setup has too few powers
		return nil, nil, fmt.Errorf("plonk: %w: %v", fault.ErrVersion, err)
	}
	if err != nil {
		return nil, nil, err
	}
	if canonical.Vk.G2 != setup.G2 || canonical.Vk.G1 != setup.G {
		return nil, nil, fmt.Errorf("plonk: powers are of another setup than the statement's: %w", fault.ErrVersion)
	}
	return canonical, lagrange, nil
}

// DecodeVerifyingKey is part of System.
func (p PLONK) DecodeVerifyingKey(b []byte, public int, setup *commitments.VerifierSetup) (VerifyingKey, error) {
	vk := &plonk.VerifyingKey{}
	n, err := vk.ReadFrom(bytes.NewReader(b))
	switch {
	case err != nil:
		return nil, badKey(p, err.Error())
	case n != int64(len(b)):
		return nil, badKey(p, "trailing bytes")
	case vk.NbPublicVariables != uint64(public) || len(vk.Qcp) != 0 || len(vk.CommitmentConstraintIndexes) != 0:
		return nil, badKey(p, "another circuit")
	case vk.Kzg.G2 != setup.G2 || vk.Kzg.G1 != setup.G:
		return nil, badKey(p, "another setup")
	}
	return plonkVerifyingKey{vk, p, setup}, nil
}

// DecodeProvingKey is part of System: the key is the verifying one and the
// setup, so there is nothing to read.
func (p PLONK) DecodeProvingKey(b []byte, vk VerifyingKey) (ProvingKey, error) {
	v, ok := vk.(plonkVerifyingKey)
	if !ok || len(b) != 0 {
		return nil, badKey(p, "of another system")
	}
	canonical, lagrange, err := p.strings(bits.Len64(v.key.Size-1), v.setup)
	if err != nil {
		return nil, err
	}
	return plonkProvingKey{&plonk.ProvingKey{Kzg: canonical.Pk, KzgLagrange: lagrange.Pk, Vk: v.key}}, nil
}

type plonkProvingKey struct{ key *plonk.ProvingKey }

func (plonkProvingKey) MarshalBinary() ([]byte, error) { return nil, nil }

func (k plonkProvingKey) Prove(ccs constraint.ConstraintSystem, full witness.Witness) ([]byte, error) {
	proof, err := plonk.Prove(ccs.(*cs.SparseR1CS), k.key, full, backend.WithStatisticalZeroKnowledge())
	if err != nil {
		return nil, rejected(PLONK{}, err)
	}
	return encodePLONK(proof), nil
}

type plonkVerifyingKey struct {
	key    *plonk.VerifyingKey
	system PLONK
	setup  *commitments.VerifierSetup
}

func (k plonkVerifyingKey) MarshalBinary() ([]byte, error) {
	var b bytes.Buffer
	_, err := k.key.WriteTo(&b)
	return b.Bytes(), err
}

func (k plonkVerifyingKey) Verify(public fr.Vector, encoded []byte) error {
	proof, err := decodePLONK(encoded)
	if err != nil {
		return err
	}
	if err := plonk.Verify(proof, k.key, public); err != nil {
		return rejected(k.system, err)
	}
	return nil
}

// encodePLONK writes the points, then the scalars. Their number is fixed, so
// unlike gnark's encoding it holds no lengths that a decoder would obey.
func encodePLONK(p *plonk.Proof) []byte {
	b := commitments.AppendPoints(nil, []bn254.G1Affine{
		p.LRO[0], p.LRO[1], p.LRO[2], p.Z, p.H[0], p.H[1], p.H[2], p.BatchedProof.H, p.ZShiftedOpening.H})
	b = commitments.AppendScalars(b, p.BatchedProof.ClaimedValues)
	return commitments.AppendScalars(b, []fr.Element{p.ZShiftedOpening.ClaimedValue})
}

func decodePLONK(b []byte) (*plonk.Proof, error) {
	if err := checkLength(PLONK{}, b); err != nil {
		return nil, err
	}
	cut := plonkPoints * commitments.PointBytes
	points, err := commitments.DecodePoints(b[:cut], plonkPoints, commitments.AllowInfinity)
	if err != nil {
		return nil, fmt.Errorf("plonk proof: %w", err)
	}
	scalars, err := commitments.DecodeScalars(b[cut:], plonkScalars)
	if err != nil {
		return nil, fmt.Errorf("plonk proof: %w", err)
	}
	return &plonk.Proof{
		LRO:             [3]kzg.Digest(points[:3]),
		Z:               points[3],
		H:               [3]kzg.Digest(points[4:7]),
		BatchedProof:    kzg.BatchOpeningProof{H: points[7], ClaimedValues: scalars[:plonkScalars-1]},
		ZShiftedOpening: kzg.OpeningProof{H: points[8], ClaimedValue: scalars[plonkScalars-1]},
	}, nil
}
