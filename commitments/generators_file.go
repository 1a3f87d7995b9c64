package commitments

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// generatorDigests holds, for each ℓ from 0 to MaxTransparentBits, SHA-256 of G_0 …
// G_(2^ℓ−1), uncompressed: a cache that somebody has written other points to is
// noticed. TestGeneratorDigests derives them.
var generatorDigests = [MaxTransparentBits + 1]string{
	"ed9acd64b69db6bd7c4b057feba994d0af2570b65cad91ccb660996965b2b87d",
	"f93f362215927f11bfa19d2cd87fbaf8a4f93605cbd7c7f5472b807eb6b02e9f",
	"f6a398b2809478ff28bb3f938566b078c63387000fd6a129c5f9fa8839edfe8e",
	"2095dc9e29198194a60a09db29ceae148061b0a88f822d5c930049e9f4646623",
	"b42521e9fd7f74d5d3c9ed477ae89a9af92ca6305d1af5704e14e6fcc553139c",
	"53e5c322980c147fd587c2571e898a31cb81682ab63e6b4e171c54f19c93d85c",
	"7d8f03598caea789989373287aba61b4f867e6be6b6eb40e8a53815725f2ac21",
	"e8df5b02ee3a7030fc55624d47d989ae112862d96d9efc97036960fb12ac7fc8",
	"2daaca56c9cad7fa3c5b19013d88fa3446137f903892973694e9c0f592f0519c",
	"b5744c643a19b61729061fb43de2341596939007a3d2b55a12703c34001d299b",
	"062ba7ad4068a30274e9f54f9cb2ebcc801a7b40b55772c3c139450e0f34c9c5",
	"c352edc0df38cad740e9cd1b47ab651c7363eb4cec2c2e3c73b8bbbca281658f",
	"897821628fc4a21faf8de6e2a8c16b8395763cf6de66155e270764ae280f56be",
	"5e80a5c3dde546e51ab9291a46cd64262a6c971e1a2068bcc0fcc735fb3b7c67",
	"efcd3819a2c5e8a9ebea33b7b6b12c59783b9693a0bbc3f06f3649e244c36333",
	"7fb1a3975a0a4754ab77eee7ea79030daa7d99fb71c3cb72c8f7b0947ab1311c",
	"2942be26614c51e3ce2ce3f7dac85724b8ab589a2f92afca288391f0bfbd00eb",
	"f2b52f4da82158a1001d05a67a32c211a110b5340286a9cb4911856b4f5e01f9",
	"544818e6a1192dbca7d768a85a6cf0ed026121e87bc74026218b9afbfb54780e",
}

// digestsOf returns the digests of the prefixes of 1, 2, 4, … generators.
func digestsOf(g []bn254.G1Affine) []string {
	var list []string
	h := sha256.New()
	for j := range g {
		raw := g[j].RawBytes()
		h.Write(raw[:])
		if n := j + 1; n&(n-1) == 0 {
			list = append(list, fmt.Sprintf("%x", h.Sum(nil)))
		}
	}
	return list
}

func generatorsFile(directory string, log int) string {
	return filepath.Join(directory, fmt.Sprintf("generators-%d.bin", log))
}

func readGenerators(directory string, log int) ([]bn254.G1Affine, error) {
	if directory == "" || log > MaxTransparentBits {
		return nil, os.ErrNotExist
	}
	path := generatorsFile(directory, log)
	data, err := artefact.ReadFile(path, rawPointBytes<<log)
	if err != nil {
		return nil, err
	}
	if len(data) != rawPointBytes<<log || fmt.Sprintf("%x", sha256.Sum256(data)) != generatorDigests[log] {
		return nil, fmt.Errorf("%s: other points than the generators: %w", path, fault.ErrMalformed)
	}
	return decodeRawPoints(data)
}

// writeGenerators leaves generators in the cache, if it can: otherwise the next
// process derives them again.
func writeGenerators(directory string, log int, points []bn254.G1Affine) {
	if directory == "" || log > MaxTransparentBits || artefact.MakeFolder(directory, 0o755) != nil {
		return
	}
	data := make([]byte, 0, rawPointBytes<<log)
	for j := range points {
		raw := points[j].RawBytes()
		data = append(data, raw[:]...)
	}
	_ = artefact.WriteFile(generatorsFile(directory, log), data, artefact.PublicMode)
}
