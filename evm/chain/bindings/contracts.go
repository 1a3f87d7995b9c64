// Code generated via abigen V2 - DO NOT EDIT.
// This file is a generated binding and any manual changes will be lost.

package bindings

import (
	"bytes"
	"errors"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Reference imports to suppress errors if they are not otherwise used.
var (
	_ = bytes.Equal
	_ = errors.New
	_ = big.NewInt
	_ = common.Big1
	_ = types.BloomLookup
	_ = abi.ConvertType
)

// DatasetRegistryChunk is an auto generated low-level Go binding around an user-defined struct.
type DatasetRegistryChunk struct {
	Index    *big.Int
	Template []byte
	Proof    []byte
}

// DatasetRegistryPart is an auto generated low-level Go binding around an user-defined struct.
type DatasetRegistryPart struct {
	Owner     common.Address
	Rows      uint64
	Tensors   uint32
	Currency  common.Address
	RevokedAt uint64
	Price     *big.Int
	Licence   [32]byte
}

// DatasetRegistryPreimage is an auto generated low-level Go binding around an user-defined struct.
type DatasetRegistryPreimage struct {
	Rows       uint64
	Features   uint64
	Labels     uint64
	Attributes uint64
	Kind       string
	Setup      [32]byte
	RowBits    uint64
	Meaning    [32]byte
	Tensors    [][]*big.Int
}

// IArgumentVerifierStatement is an auto generated low-level Go binding around an user-defined struct.
type IArgumentVerifierStatement struct {
	Class    [32]byte
	Head     []byte
	External []*big.Int
	Proof    []byte
}

// MarketplaceShare is an auto generated low-level Go binding around an user-defined struct.
type MarketplaceShare struct {
	Account common.Address
	Amount  *big.Int
}

// MarketplaceTerms is an auto generated low-level Go binding around an user-defined struct.
type MarketplaceTerms struct {
	Buyer     common.Address
	Payee     common.Address
	Currency  common.Address
	Amount    *big.Int
	Royalties *big.Int
	Plan      [32]byte
	Claims    [][32]byte
	Deadline  uint64
	Salt      [32]byte
}

// TrainingVerifierBeginning is an auto generated low-level Go binding around an user-defined struct.
type TrainingVerifierBeginning struct {
	RunId           [32]byte
	RunTemplate     []byte
	WeightsTemplate []byte
	Weights         [][]*big.Int
	Proof           []byte
}

// TrainingVerifierClaim is an auto generated low-level Go binding around an user-defined struct.
type TrainingVerifierClaim struct {
	Sources  []TrainingVerifierSource
	Template []byte
	Data     [][]*big.Int
	Proof    []byte
}

// TrainingVerifierName is an auto generated low-level Go binding around an user-defined struct.
type TrainingVerifierName struct {
	Plan    [32]byte
	Context [32]byte
	Digest  [32]byte
}

// TrainingVerifierPart is an auto generated low-level Go binding around an user-defined struct.
type TrainingVerifierPart struct {
	Digest      [32]byte
	Certificate [32]byte
	Reads       uint64
}

// TrainingVerifierPlan is an auto generated low-level Go binding around an user-defined struct.
type TrainingVerifierPlan struct {
	Run      [32]byte
	Weights  [32]byte
	Segments [32]byte
	Tensors  uint64
	Parts    []TrainingVerifierPart
}

// TrainingVerifierRun is an auto generated low-level Go binding around an user-defined struct.
type TrainingVerifierRun struct {
	Data    [32]byte
	Weights [32]byte
	Rest    [32]byte
	Started uint64
}

// TrainingVerifierSegment is an auto generated low-level Go binding around an user-defined struct.
type TrainingVerifierSegment struct {
	Template     []byte
	Rest         [32]byte
	Certificates []byte
	Next         [][]*big.Int
	Proof        []byte
}

// TrainingVerifierSource is an auto generated low-level Go binding around an user-defined struct.
type TrainingVerifierSource struct {
	Part        [32]byte
	Certificate [32]byte
	Tensor      uint64
}

// ArgumentVerifierMetaData contains all meta data concerning the ArgumentVerifier contract.
var ArgumentVerifierMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[],\"name\":\"ChallengeInDomain\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"CommitmentAtInfinity\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"DegenerateChallenge\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"DegenerateTableChallenge\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"DescriptorNotStored\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"length\",\"type\":\"uint256\"}],\"name\":\"DescriptorTooLong\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"have\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"want\",\"type\":\"uint256\"}],\"name\":\"ExternalLength\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"FoldsEndElsewhere\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"have\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"want\",\"type\":\"uint256\"}],\"name\":\"InputCount\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InvalidDescriptor\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InvalidPoint\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NoHash\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NoInverse\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"PairingsDiffer\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"have\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"want\",\"type\":\"uint256\"}],\"name\":\"ProofLength\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"claim\",\"type\":\"uint256\"}],\"name\":\"PublicTensor\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"SNARKPointAtInfinity\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"ScalarNotCanonical\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"class_\",\"type\":\"bytes32\"}],\"name\":\"UnknownClass\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"kind\",\"type\":\"uint256\"}],\"name\":\"UnknownKind\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"system\",\"type\":\"uint256\"}],\"name\":\"UnknownSystem\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"class_\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"address\",\"name\":\"code\",\"type\":\"address\"}],\"name\":\"Registered\",\"type\":\"event\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"class_\",\"type\":\"bytes32\"}],\"name\":\"descriptorOf\",\"outputs\":[{\"internalType\":\"bytes\",\"name\":\"descriptor\",\"type\":\"bytes\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes\",\"name\":\"descriptor\",\"type\":\"bytes\"}],\"name\":\"register\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"class_\",\"type\":\"bytes32\"},{\"internalType\":\"bytes\",\"name\":\"head\",\"type\":\"bytes\"},{\"internalType\":\"uint256[]\",\"name\":\"external_\",\"type\":\"uint256[]\"},{\"internalType\":\"bytes\",\"name\":\"proof\",\"type\":\"bytes\"}],\"name\":\"verify\",\"outputs\":[],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"class_\",\"type\":\"bytes32\"},{\"internalType\":\"bytes\",\"name\":\"head\",\"type\":\"bytes\"},{\"internalType\":\"uint256[]\",\"name\":\"external_\",\"type\":\"uint256[]\"},{\"internalType\":\"bytes\",\"name\":\"proof\",\"type\":\"bytes\"}],\"internalType\":\"structIArgumentVerifier.Statement[]\",\"name\":\"statements\",\"type\":\"tuple[]\"}],\"name\":\"verifyMany\",\"outputs\":[],\"stateMutability\":\"view\",\"type\":\"function\"}]",
	ID:  "ArgumentVerifier",
}

// ArgumentVerifier is an auto generated Go binding around an Ethereum contract.
type ArgumentVerifier struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *ArgumentVerifier) GetABI() abi.ABI {
	return c.abi
}

// NewArgumentVerifier creates a new instance of ArgumentVerifier.
func NewArgumentVerifier() *ArgumentVerifier {
	parsed, err := ArgumentVerifierMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &ArgumentVerifier{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *ArgumentVerifier) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackDescriptorOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x87a75913.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function descriptorOf(bytes32 class_) view returns(bytes descriptor)
func (argumentVerifier *ArgumentVerifier) PackDescriptorOf(class [32]byte) []byte {
	enc, err := argumentVerifier.abi.Pack("descriptorOf", class)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDescriptorOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x87a75913.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function descriptorOf(bytes32 class_) view returns(bytes descriptor)
func (argumentVerifier *ArgumentVerifier) TryPackDescriptorOf(class [32]byte) ([]byte, error) {
	return argumentVerifier.abi.Pack("descriptorOf", class)
}

// UnpackDescriptorOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x87a75913.
//
// Solidity: function descriptorOf(bytes32 class_) view returns(bytes descriptor)
func (argumentVerifier *ArgumentVerifier) UnpackDescriptorOf(data []byte) ([]byte, error) {
	out, err := argumentVerifier.abi.Unpack("descriptorOf", data)
	if err != nil {
		return *new([]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([]byte)).(*[]byte)
	return out0, nil
}

// PackRegister is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x82fbdc9c.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function register(bytes descriptor) returns(bytes32)
func (argumentVerifier *ArgumentVerifier) PackRegister(descriptor []byte) []byte {
	enc, err := argumentVerifier.abi.Pack("register", descriptor)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRegister is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x82fbdc9c.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function register(bytes descriptor) returns(bytes32)
func (argumentVerifier *ArgumentVerifier) TryPackRegister(descriptor []byte) ([]byte, error) {
	return argumentVerifier.abi.Pack("register", descriptor)
}

// UnpackRegister is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x82fbdc9c.
//
// Solidity: function register(bytes descriptor) returns(bytes32)
func (argumentVerifier *ArgumentVerifier) UnpackRegister(data []byte) ([32]byte, error) {
	out, err := argumentVerifier.abi.Unpack("register", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackVerify is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x324d22a1.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function verify(bytes32 class_, bytes head, uint256[] external_, bytes proof) view returns()
func (argumentVerifier *ArgumentVerifier) PackVerify(class [32]byte, head []byte, external []*big.Int, proof []byte) []byte {
	enc, err := argumentVerifier.abi.Pack("verify", class, head, external, proof)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVerify is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x324d22a1.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function verify(bytes32 class_, bytes head, uint256[] external_, bytes proof) view returns()
func (argumentVerifier *ArgumentVerifier) TryPackVerify(class [32]byte, head []byte, external []*big.Int, proof []byte) ([]byte, error) {
	return argumentVerifier.abi.Pack("verify", class, head, external, proof)
}

// PackVerifyMany is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x90dab2e0.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function verifyMany((bytes32,bytes,uint256[],bytes)[] statements) view returns()
func (argumentVerifier *ArgumentVerifier) PackVerifyMany(statements []IArgumentVerifierStatement) []byte {
	enc, err := argumentVerifier.abi.Pack("verifyMany", statements)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVerifyMany is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x90dab2e0.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function verifyMany((bytes32,bytes,uint256[],bytes)[] statements) view returns()
func (argumentVerifier *ArgumentVerifier) TryPackVerifyMany(statements []IArgumentVerifierStatement) ([]byte, error) {
	return argumentVerifier.abi.Pack("verifyMany", statements)
}

// ArgumentVerifierRegistered represents a Registered event raised by the ArgumentVerifier contract.
type ArgumentVerifierRegistered struct {
	Class [32]byte
	Code  common.Address
	Raw   *types.Log // Blockchain specific contextual infos
}

const ArgumentVerifierRegisteredEventName = "Registered"

// ContractEventName returns the user-defined event name.
func (ArgumentVerifierRegistered) ContractEventName() string {
	return ArgumentVerifierRegisteredEventName
}

// UnpackRegisteredEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Registered(bytes32 indexed class_, address code)
func (argumentVerifier *ArgumentVerifier) UnpackRegisteredEvent(log *types.Log) (*ArgumentVerifierRegistered, error) {
	event := "Registered"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != argumentVerifier.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(ArgumentVerifierRegistered)
	if len(log.Data) > 0 {
		if err := argumentVerifier.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range argumentVerifier.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (argumentVerifier *ArgumentVerifier) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], argumentVerifier.abi.Errors["ChallengeInDomain"].ID.Bytes()[:4]) {
		return argumentVerifier.UnpackChallengeInDomainError(raw[4:])
	}
	if bytes.Equal(raw[:4], argumentVerifier.abi.Errors["CommitmentAtInfinity"].ID.Bytes()[:4]) {
		return argumentVerifier.UnpackCommitmentAtInfinityError(raw[4:])
	}
	if bytes.Equal(raw[:4], argumentVerifier.abi.Errors["DegenerateChallenge"].ID.Bytes()[:4]) {
		return argumentVerifier.UnpackDegenerateChallengeError(raw[4:])
	}
	if bytes.Equal(raw[:4], argumentVerifier.abi.Errors["DegenerateTableChallenge"].ID.Bytes()[:4]) {
		return argumentVerifier.UnpackDegenerateTableChallengeError(raw[4:])
	}
	if bytes.Equal(raw[:4], argumentVerifier.abi.Errors["DescriptorNotStored"].ID.Bytes()[:4]) {
		return argumentVerifier.UnpackDescriptorNotStoredError(raw[4:])
	}
	if bytes.Equal(raw[:4], argumentVerifier.abi.Errors["DescriptorTooLong"].ID.Bytes()[:4]) {
		return argumentVerifier.UnpackDescriptorTooLongError(raw[4:])
	}
	if bytes.Equal(raw[:4], argumentVerifier.abi.Errors["ExternalLength"].ID.Bytes()[:4]) {
		return argumentVerifier.UnpackExternalLengthError(raw[4:])
	}
	if bytes.Equal(raw[:4], argumentVerifier.abi.Errors["FoldsEndElsewhere"].ID.Bytes()[:4]) {
		return argumentVerifier.UnpackFoldsEndElsewhereError(raw[4:])
	}
	if bytes.Equal(raw[:4], argumentVerifier.abi.Errors["InputCount"].ID.Bytes()[:4]) {
		return argumentVerifier.UnpackInputCountError(raw[4:])
	}
	if bytes.Equal(raw[:4], argumentVerifier.abi.Errors["InvalidDescriptor"].ID.Bytes()[:4]) {
		return argumentVerifier.UnpackInvalidDescriptorError(raw[4:])
	}
	if bytes.Equal(raw[:4], argumentVerifier.abi.Errors["InvalidPoint"].ID.Bytes()[:4]) {
		return argumentVerifier.UnpackInvalidPointError(raw[4:])
	}
	if bytes.Equal(raw[:4], argumentVerifier.abi.Errors["NoHash"].ID.Bytes()[:4]) {
		return argumentVerifier.UnpackNoHashError(raw[4:])
	}
	if bytes.Equal(raw[:4], argumentVerifier.abi.Errors["NoInverse"].ID.Bytes()[:4]) {
		return argumentVerifier.UnpackNoInverseError(raw[4:])
	}
	if bytes.Equal(raw[:4], argumentVerifier.abi.Errors["PairingsDiffer"].ID.Bytes()[:4]) {
		return argumentVerifier.UnpackPairingsDifferError(raw[4:])
	}
	if bytes.Equal(raw[:4], argumentVerifier.abi.Errors["ProofLength"].ID.Bytes()[:4]) {
		return argumentVerifier.UnpackProofLengthError(raw[4:])
	}
	if bytes.Equal(raw[:4], argumentVerifier.abi.Errors["PublicTensor"].ID.Bytes()[:4]) {
		return argumentVerifier.UnpackPublicTensorError(raw[4:])
	}
	if bytes.Equal(raw[:4], argumentVerifier.abi.Errors["SNARKPointAtInfinity"].ID.Bytes()[:4]) {
		return argumentVerifier.UnpackSNARKPointAtInfinityError(raw[4:])
	}
	if bytes.Equal(raw[:4], argumentVerifier.abi.Errors["ScalarNotCanonical"].ID.Bytes()[:4]) {
		return argumentVerifier.UnpackScalarNotCanonicalError(raw[4:])
	}
	if bytes.Equal(raw[:4], argumentVerifier.abi.Errors["UnknownClass"].ID.Bytes()[:4]) {
		return argumentVerifier.UnpackUnknownClassError(raw[4:])
	}
	if bytes.Equal(raw[:4], argumentVerifier.abi.Errors["UnknownKind"].ID.Bytes()[:4]) {
		return argumentVerifier.UnpackUnknownKindError(raw[4:])
	}
	if bytes.Equal(raw[:4], argumentVerifier.abi.Errors["UnknownSystem"].ID.Bytes()[:4]) {
		return argumentVerifier.UnpackUnknownSystemError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// ArgumentVerifierChallengeInDomain represents a ChallengeInDomain error raised by the ArgumentVerifier contract.
type ArgumentVerifierChallengeInDomain struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ChallengeInDomain()
func ArgumentVerifierChallengeInDomainErrorID() common.Hash {
	return common.HexToHash("0xa7da0ef3c84b69849aab91a8595fa749b4ad9ae48156dd5f046dd7ec5d3a4dd0")
}

// UnpackChallengeInDomainError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ChallengeInDomain()
func (argumentVerifier *ArgumentVerifier) UnpackChallengeInDomainError(raw []byte) (*ArgumentVerifierChallengeInDomain, error) {
	out := new(ArgumentVerifierChallengeInDomain)
	if err := argumentVerifier.abi.UnpackIntoInterface(out, "ChallengeInDomain", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ArgumentVerifierCommitmentAtInfinity represents a CommitmentAtInfinity error raised by the ArgumentVerifier contract.
type ArgumentVerifierCommitmentAtInfinity struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error CommitmentAtInfinity()
func ArgumentVerifierCommitmentAtInfinityErrorID() common.Hash {
	return common.HexToHash("0x1e4528f06c390ef4365370c85185bf5d27cec373599ce1d83d7477a9f4073bc9")
}

// UnpackCommitmentAtInfinityError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error CommitmentAtInfinity()
func (argumentVerifier *ArgumentVerifier) UnpackCommitmentAtInfinityError(raw []byte) (*ArgumentVerifierCommitmentAtInfinity, error) {
	out := new(ArgumentVerifierCommitmentAtInfinity)
	if err := argumentVerifier.abi.UnpackIntoInterface(out, "CommitmentAtInfinity", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ArgumentVerifierDegenerateChallenge represents a DegenerateChallenge error raised by the ArgumentVerifier contract.
type ArgumentVerifierDegenerateChallenge struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error DegenerateChallenge()
func ArgumentVerifierDegenerateChallengeErrorID() common.Hash {
	return common.HexToHash("0x56a8acf5c007f5b2bdb5a5dd5af07606393ae2ddce2d63c5bad7b0de745f310d")
}

// UnpackDegenerateChallengeError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error DegenerateChallenge()
func (argumentVerifier *ArgumentVerifier) UnpackDegenerateChallengeError(raw []byte) (*ArgumentVerifierDegenerateChallenge, error) {
	out := new(ArgumentVerifierDegenerateChallenge)
	if err := argumentVerifier.abi.UnpackIntoInterface(out, "DegenerateChallenge", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ArgumentVerifierDegenerateTableChallenge represents a DegenerateTableChallenge error raised by the ArgumentVerifier contract.
type ArgumentVerifierDegenerateTableChallenge struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error DegenerateTableChallenge()
func ArgumentVerifierDegenerateTableChallengeErrorID() common.Hash {
	return common.HexToHash("0x7c025517b4f314c758a3b51d615ea1242cbe0672ae1544fb07070392203989c8")
}

// UnpackDegenerateTableChallengeError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error DegenerateTableChallenge()
func (argumentVerifier *ArgumentVerifier) UnpackDegenerateTableChallengeError(raw []byte) (*ArgumentVerifierDegenerateTableChallenge, error) {
	out := new(ArgumentVerifierDegenerateTableChallenge)
	if err := argumentVerifier.abi.UnpackIntoInterface(out, "DegenerateTableChallenge", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ArgumentVerifierDescriptorNotStored represents a DescriptorNotStored error raised by the ArgumentVerifier contract.
type ArgumentVerifierDescriptorNotStored struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error DescriptorNotStored()
func ArgumentVerifierDescriptorNotStoredErrorID() common.Hash {
	return common.HexToHash("0xd709da716922a84a1e667b7da6517fce5a5be57b2ff77a8825decb2a9710994a")
}

// UnpackDescriptorNotStoredError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error DescriptorNotStored()
func (argumentVerifier *ArgumentVerifier) UnpackDescriptorNotStoredError(raw []byte) (*ArgumentVerifierDescriptorNotStored, error) {
	out := new(ArgumentVerifierDescriptorNotStored)
	if err := argumentVerifier.abi.UnpackIntoInterface(out, "DescriptorNotStored", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ArgumentVerifierDescriptorTooLong represents a DescriptorTooLong error raised by the ArgumentVerifier contract.
type ArgumentVerifierDescriptorTooLong struct {
	Length *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error DescriptorTooLong(uint256 length)
func ArgumentVerifierDescriptorTooLongErrorID() common.Hash {
	return common.HexToHash("0x652625674b4700f666e8a70df0d0355b9c215a2ea5a1e26539a9ce0c72af559c")
}

// UnpackDescriptorTooLongError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error DescriptorTooLong(uint256 length)
func (argumentVerifier *ArgumentVerifier) UnpackDescriptorTooLongError(raw []byte) (*ArgumentVerifierDescriptorTooLong, error) {
	out := new(ArgumentVerifierDescriptorTooLong)
	if err := argumentVerifier.abi.UnpackIntoInterface(out, "DescriptorTooLong", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ArgumentVerifierExternalLength represents a ExternalLength error raised by the ArgumentVerifier contract.
type ArgumentVerifierExternalLength struct {
	Have *big.Int
	Want *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ExternalLength(uint256 have, uint256 want)
func ArgumentVerifierExternalLengthErrorID() common.Hash {
	return common.HexToHash("0x5f23c9e4419c54823122bc2a29fbfc71469f826cc650f78ebc0680544ff5d756")
}

// UnpackExternalLengthError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ExternalLength(uint256 have, uint256 want)
func (argumentVerifier *ArgumentVerifier) UnpackExternalLengthError(raw []byte) (*ArgumentVerifierExternalLength, error) {
	out := new(ArgumentVerifierExternalLength)
	if err := argumentVerifier.abi.UnpackIntoInterface(out, "ExternalLength", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ArgumentVerifierFoldsEndElsewhere represents a FoldsEndElsewhere error raised by the ArgumentVerifier contract.
type ArgumentVerifierFoldsEndElsewhere struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error FoldsEndElsewhere()
func ArgumentVerifierFoldsEndElsewhereErrorID() common.Hash {
	return common.HexToHash("0x8ceec12c3396c29dff3c7bf57a820586f631bac2446243e832c4b098fe308ba3")
}

// UnpackFoldsEndElsewhereError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error FoldsEndElsewhere()
func (argumentVerifier *ArgumentVerifier) UnpackFoldsEndElsewhereError(raw []byte) (*ArgumentVerifierFoldsEndElsewhere, error) {
	out := new(ArgumentVerifierFoldsEndElsewhere)
	if err := argumentVerifier.abi.UnpackIntoInterface(out, "FoldsEndElsewhere", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ArgumentVerifierInputCount represents a InputCount error raised by the ArgumentVerifier contract.
type ArgumentVerifierInputCount struct {
	Have *big.Int
	Want *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InputCount(uint256 have, uint256 want)
func ArgumentVerifierInputCountErrorID() common.Hash {
	return common.HexToHash("0x182bed6c4b1cb7a04849b665cd35da41c5c70cf3ae7096b986e5633214d46769")
}

// UnpackInputCountError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InputCount(uint256 have, uint256 want)
func (argumentVerifier *ArgumentVerifier) UnpackInputCountError(raw []byte) (*ArgumentVerifierInputCount, error) {
	out := new(ArgumentVerifierInputCount)
	if err := argumentVerifier.abi.UnpackIntoInterface(out, "InputCount", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ArgumentVerifierInvalidDescriptor represents a InvalidDescriptor error raised by the ArgumentVerifier contract.
type ArgumentVerifierInvalidDescriptor struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidDescriptor()
func ArgumentVerifierInvalidDescriptorErrorID() common.Hash {
	return common.HexToHash("0x0a40cff4c1f911004421866210d5fff972a1782f953fbd38d0827839a4889b0a")
}

// UnpackInvalidDescriptorError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidDescriptor()
func (argumentVerifier *ArgumentVerifier) UnpackInvalidDescriptorError(raw []byte) (*ArgumentVerifierInvalidDescriptor, error) {
	out := new(ArgumentVerifierInvalidDescriptor)
	if err := argumentVerifier.abi.UnpackIntoInterface(out, "InvalidDescriptor", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ArgumentVerifierInvalidPoint represents a InvalidPoint error raised by the ArgumentVerifier contract.
type ArgumentVerifierInvalidPoint struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidPoint()
func ArgumentVerifierInvalidPointErrorID() common.Hash {
	return common.HexToHash("0xb8fedf87e792a9d748e133fbebf786ae0bd441dc3d31476dd4f8b972707ef4b4")
}

// UnpackInvalidPointError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidPoint()
func (argumentVerifier *ArgumentVerifier) UnpackInvalidPointError(raw []byte) (*ArgumentVerifierInvalidPoint, error) {
	out := new(ArgumentVerifierInvalidPoint)
	if err := argumentVerifier.abi.UnpackIntoInterface(out, "InvalidPoint", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ArgumentVerifierNoHash represents a NoHash error raised by the ArgumentVerifier contract.
type ArgumentVerifierNoHash struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NoHash()
func ArgumentVerifierNoHashErrorID() common.Hash {
	return common.HexToHash("0x557bf9ee82d4fb2a200a9c9a30dcf7d76f6fe6661f213ef3b7ab7bcbf0873fcb")
}

// UnpackNoHashError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NoHash()
func (argumentVerifier *ArgumentVerifier) UnpackNoHashError(raw []byte) (*ArgumentVerifierNoHash, error) {
	out := new(ArgumentVerifierNoHash)
	if err := argumentVerifier.abi.UnpackIntoInterface(out, "NoHash", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ArgumentVerifierNoInverse represents a NoInverse error raised by the ArgumentVerifier contract.
type ArgumentVerifierNoInverse struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NoInverse()
func ArgumentVerifierNoInverseErrorID() common.Hash {
	return common.HexToHash("0xfc0a17d0a47b6d75fff47ed331499abb8cf1bba1eaa22203a822d359cd71a061")
}

// UnpackNoInverseError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NoInverse()
func (argumentVerifier *ArgumentVerifier) UnpackNoInverseError(raw []byte) (*ArgumentVerifierNoInverse, error) {
	out := new(ArgumentVerifierNoInverse)
	if err := argumentVerifier.abi.UnpackIntoInterface(out, "NoInverse", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ArgumentVerifierPairingsDiffer represents a PairingsDiffer error raised by the ArgumentVerifier contract.
type ArgumentVerifierPairingsDiffer struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error PairingsDiffer()
func ArgumentVerifierPairingsDifferErrorID() common.Hash {
	return common.HexToHash("0x7d4799f83c58b4524c1b1f10a461aa3bc6db2dc2a681fad9dfef0843a512ff9c")
}

// UnpackPairingsDifferError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error PairingsDiffer()
func (argumentVerifier *ArgumentVerifier) UnpackPairingsDifferError(raw []byte) (*ArgumentVerifierPairingsDiffer, error) {
	out := new(ArgumentVerifierPairingsDiffer)
	if err := argumentVerifier.abi.UnpackIntoInterface(out, "PairingsDiffer", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ArgumentVerifierProofLength represents a ProofLength error raised by the ArgumentVerifier contract.
type ArgumentVerifierProofLength struct {
	Have *big.Int
	Want *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ProofLength(uint256 have, uint256 want)
func ArgumentVerifierProofLengthErrorID() common.Hash {
	return common.HexToHash("0xc0545fa079a874036bb8c19da30c7d52825b899324259e39a7460f948ce8d79d")
}

// UnpackProofLengthError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ProofLength(uint256 have, uint256 want)
func (argumentVerifier *ArgumentVerifier) UnpackProofLengthError(raw []byte) (*ArgumentVerifierProofLength, error) {
	out := new(ArgumentVerifierProofLength)
	if err := argumentVerifier.abi.UnpackIntoInterface(out, "ProofLength", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ArgumentVerifierPublicTensor represents a PublicTensor error raised by the ArgumentVerifier contract.
type ArgumentVerifierPublicTensor struct {
	Claim *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error PublicTensor(uint256 claim)
func ArgumentVerifierPublicTensorErrorID() common.Hash {
	return common.HexToHash("0x8018a2342d193d5f6765e57062d5e73330583aac6d386b531cc150457fa00b49")
}

// UnpackPublicTensorError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error PublicTensor(uint256 claim)
func (argumentVerifier *ArgumentVerifier) UnpackPublicTensorError(raw []byte) (*ArgumentVerifierPublicTensor, error) {
	out := new(ArgumentVerifierPublicTensor)
	if err := argumentVerifier.abi.UnpackIntoInterface(out, "PublicTensor", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ArgumentVerifierSNARKPointAtInfinity represents a SNARKPointAtInfinity error raised by the ArgumentVerifier contract.
type ArgumentVerifierSNARKPointAtInfinity struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SNARKPointAtInfinity()
func ArgumentVerifierSNARKPointAtInfinityErrorID() common.Hash {
	return common.HexToHash("0x8ba4e006ea12be27000b15a3ef5f332c43e7750b6b9b4ca9fa952b23dd4298c5")
}

// UnpackSNARKPointAtInfinityError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SNARKPointAtInfinity()
func (argumentVerifier *ArgumentVerifier) UnpackSNARKPointAtInfinityError(raw []byte) (*ArgumentVerifierSNARKPointAtInfinity, error) {
	out := new(ArgumentVerifierSNARKPointAtInfinity)
	if err := argumentVerifier.abi.UnpackIntoInterface(out, "SNARKPointAtInfinity", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ArgumentVerifierScalarNotCanonical represents a ScalarNotCanonical error raised by the ArgumentVerifier contract.
type ArgumentVerifierScalarNotCanonical struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ScalarNotCanonical()
func ArgumentVerifierScalarNotCanonicalErrorID() common.Hash {
	return common.HexToHash("0xf311b72d8a9371825141c6d365d178d27f81ab7e099ede1fcd6574e2db3d2520")
}

// UnpackScalarNotCanonicalError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ScalarNotCanonical()
func (argumentVerifier *ArgumentVerifier) UnpackScalarNotCanonicalError(raw []byte) (*ArgumentVerifierScalarNotCanonical, error) {
	out := new(ArgumentVerifierScalarNotCanonical)
	if err := argumentVerifier.abi.UnpackIntoInterface(out, "ScalarNotCanonical", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ArgumentVerifierUnknownClass represents a UnknownClass error raised by the ArgumentVerifier contract.
type ArgumentVerifierUnknownClass struct {
	Class [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnknownClass(bytes32 class_)
func ArgumentVerifierUnknownClassErrorID() common.Hash {
	return common.HexToHash("0x693b1355765b63ded79ce1754990c51844f6818cf0d4ba9d7669f9eeaeb71b0d")
}

// UnpackUnknownClassError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnknownClass(bytes32 class_)
func (argumentVerifier *ArgumentVerifier) UnpackUnknownClassError(raw []byte) (*ArgumentVerifierUnknownClass, error) {
	out := new(ArgumentVerifierUnknownClass)
	if err := argumentVerifier.abi.UnpackIntoInterface(out, "UnknownClass", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ArgumentVerifierUnknownKind represents a UnknownKind error raised by the ArgumentVerifier contract.
type ArgumentVerifierUnknownKind struct {
	Kind *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnknownKind(uint256 kind)
func ArgumentVerifierUnknownKindErrorID() common.Hash {
	return common.HexToHash("0x6e05294ec4758549a453716d20ba892a055cc56be2001a45eff1a3d38d61df1a")
}

// UnpackUnknownKindError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnknownKind(uint256 kind)
func (argumentVerifier *ArgumentVerifier) UnpackUnknownKindError(raw []byte) (*ArgumentVerifierUnknownKind, error) {
	out := new(ArgumentVerifierUnknownKind)
	if err := argumentVerifier.abi.UnpackIntoInterface(out, "UnknownKind", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ArgumentVerifierUnknownSystem represents a UnknownSystem error raised by the ArgumentVerifier contract.
type ArgumentVerifierUnknownSystem struct {
	System *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnknownSystem(uint256 system)
func ArgumentVerifierUnknownSystemErrorID() common.Hash {
	return common.HexToHash("0x88b98cb50dc7579e90e473affde9279b01cda03a4770fe0919e0f69d2c1bf222")
}

// UnpackUnknownSystemError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnknownSystem(uint256 system)
func (argumentVerifier *ArgumentVerifier) UnpackUnknownSystemError(raw []byte) (*ArgumentVerifierUnknownSystem, error) {
	out := new(ArgumentVerifierUnknownSystem)
	if err := argumentVerifier.abi.UnpackIntoInterface(out, "UnknownSystem", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// DatasetRegistryMetaData contains all meta data concerning the DatasetRegistry contract.
var DatasetRegistryMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"contractIArgumentVerifier\",\"name\":\"verifier_\",\"type\":\"address\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"part\",\"type\":\"bytes32\"}],\"name\":\"AlreadyRegistered\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"reservation\",\"type\":\"bytes32\"}],\"name\":\"AlreadyReserved\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"part\",\"type\":\"bytes32\"}],\"name\":\"AlreadyRevoked\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"kind\",\"type\":\"uint256\"}],\"name\":\"HoleNotGiven\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"part\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"certificate\",\"type\":\"bytes32\"}],\"name\":\"NotCertified\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"row\",\"type\":\"uint256\"}],\"name\":\"NotOnCurve\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"caller\",\"type\":\"address\"}],\"name\":\"NotOwner\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"part\",\"type\":\"bytes32\"}],\"name\":\"NotRegistered\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"reservation\",\"type\":\"bytes32\"}],\"name\":\"NotReserved\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"part\",\"type\":\"bytes32\"}],\"name\":\"Revoked\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"hash\",\"type\":\"bytes32\"}],\"name\":\"TemplateUnknown\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"bytes_\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"expected\",\"type\":\"uint256\"}],\"name\":\"WrongCertificates\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"given\",\"type\":\"uint256\"}],\"name\":\"WrongChunks\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"span\",\"type\":\"uint256\"}],\"name\":\"WrongRows\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"tensor\",\"type\":\"uint256\"}],\"name\":\"WrongTensor\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"given\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"expected\",\"type\":\"uint256\"}],\"name\":\"WrongTensors\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"part\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"certificate\",\"type\":\"bytes32\"}],\"name\":\"Certified\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"part\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"address\",\"name\":\"currency\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint128\",\"name\":\"price\",\"type\":\"uint128\"}],\"name\":\"Priced\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"part\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"rows\",\"type\":\"uint64\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"licence\",\"type\":\"bytes32\"}],\"name\":\"Registered\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"reservation\",\"type\":\"bytes32\"}],\"name\":\"Reserved\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"part\",\"type\":\"bytes32\"}],\"name\":\"RevokedPart\",\"type\":\"event\"},{\"inputs\":[],\"name\":\"MIN_AGE\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"PER_READS\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"part\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"certificate\",\"type\":\"bytes32\"}],\"name\":\"certified\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"part\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32[]\",\"name\":\"chunks\",\"type\":\"bytes32[]\"},{\"internalType\":\"uint256[][]\",\"name\":\"tensors\",\"type\":\"uint256[][]\"},{\"components\":[{\"internalType\":\"uint256\",\"name\":\"index\",\"type\":\"uint256\"},{\"internalType\":\"bytes\",\"name\":\"template\",\"type\":\"bytes\"},{\"internalType\":\"bytes\",\"name\":\"proof\",\"type\":\"bytes\"}],\"internalType\":\"structDatasetRegistry.Chunk[]\",\"name\":\"proofs\",\"type\":\"tuple[]\"}],\"name\":\"certify\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"certificate\",\"type\":\"bytes32\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"part\",\"type\":\"bytes32\"}],\"name\":\"partOf\",\"outputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"rows\",\"type\":\"uint64\"},{\"internalType\":\"uint32\",\"name\":\"tensors\",\"type\":\"uint32\"},{\"internalType\":\"address\",\"name\":\"currency\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"revokedAt\",\"type\":\"uint64\"},{\"internalType\":\"uint128\",\"name\":\"price\",\"type\":\"uint128\"},{\"internalType\":\"bytes32\",\"name\":\"licence\",\"type\":\"bytes32\"}],\"internalType\":\"structDatasetRegistry.Part\",\"name\":\"p\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"uint64\",\"name\":\"rows\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"features\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"labels\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"attributes\",\"type\":\"uint64\"},{\"internalType\":\"string\",\"name\":\"kind\",\"type\":\"string\"},{\"internalType\":\"bytes32\",\"name\":\"setup\",\"type\":\"bytes32\"},{\"internalType\":\"uint64\",\"name\":\"rowBits\",\"type\":\"uint64\"},{\"internalType\":\"bytes32\",\"name\":\"meaning\",\"type\":\"bytes32\"},{\"internalType\":\"uint256[][]\",\"name\":\"tensors\",\"type\":\"uint256[][]\"}],\"internalType\":\"structDatasetRegistry.Preimage\",\"name\":\"preimage\",\"type\":\"tuple\"},{\"internalType\":\"bytes32\",\"name\":\"salt\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"licence\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"currency\",\"type\":\"address\"},{\"internalType\":\"uint128\",\"name\":\"price\",\"type\":\"uint128\"}],\"name\":\"register\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"part\",\"type\":\"bytes32\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"reservation\",\"type\":\"bytes32\"}],\"name\":\"reserve\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"reservation\",\"type\":\"bytes32\"}],\"name\":\"reservedAt\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"part\",\"type\":\"bytes32\"}],\"name\":\"revoke\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"part\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"currency\",\"type\":\"address\"},{\"internalType\":\"uint128\",\"name\":\"price\",\"type\":\"uint128\"}],\"name\":\"setPrice\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"part\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"certificate\",\"type\":\"bytes32\"},{\"internalType\":\"uint256\",\"name\":\"since\",\"type\":\"uint256\"}],\"name\":\"tensorsOf\",\"outputs\":[{\"internalType\":\"bytes32[]\",\"name\":\"list\",\"type\":\"bytes32[]\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"verifier\",\"outputs\":[{\"internalType\":\"contractIArgumentVerifier\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"}]",
	ID:  "DatasetRegistry",
}

// DatasetRegistry is an auto generated Go binding around an Ethereum contract.
type DatasetRegistry struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *DatasetRegistry) GetABI() abi.ABI {
	return c.abi
}

// NewDatasetRegistry creates a new instance of DatasetRegistry.
func NewDatasetRegistry() *DatasetRegistry {
	parsed, err := DatasetRegistryMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &DatasetRegistry{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *DatasetRegistry) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address verifier_) returns()
func (datasetRegistry *DatasetRegistry) PackConstructor(verifier_ common.Address) []byte {
	enc, err := datasetRegistry.abi.Pack("", verifier_)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackMINAGE is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1c04beac.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function MIN_AGE() view returns(uint256)
func (datasetRegistry *DatasetRegistry) PackMINAGE() []byte {
	enc, err := datasetRegistry.abi.Pack("MIN_AGE")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMINAGE is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1c04beac.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function MIN_AGE() view returns(uint256)
func (datasetRegistry *DatasetRegistry) TryPackMINAGE() ([]byte, error) {
	return datasetRegistry.abi.Pack("MIN_AGE")
}

// UnpackMINAGE is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x1c04beac.
//
// Solidity: function MIN_AGE() view returns(uint256)
func (datasetRegistry *DatasetRegistry) UnpackMINAGE(data []byte) (*big.Int, error) {
	out, err := datasetRegistry.abi.Unpack("MIN_AGE", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackPERREADS is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xbc028e0c.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function PER_READS() view returns(uint256)
func (datasetRegistry *DatasetRegistry) PackPERREADS() []byte {
	enc, err := datasetRegistry.abi.Pack("PER_READS")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPERREADS is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xbc028e0c.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function PER_READS() view returns(uint256)
func (datasetRegistry *DatasetRegistry) TryPackPERREADS() ([]byte, error) {
	return datasetRegistry.abi.Pack("PER_READS")
}

// UnpackPERREADS is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xbc028e0c.
//
// Solidity: function PER_READS() view returns(uint256)
func (datasetRegistry *DatasetRegistry) UnpackPERREADS(data []byte) (*big.Int, error) {
	out, err := datasetRegistry.abi.Unpack("PER_READS", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackCertified is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd3728b72.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function certified(bytes32 part, bytes32 certificate) view returns(bool)
func (datasetRegistry *DatasetRegistry) PackCertified(part [32]byte, certificate [32]byte) []byte {
	enc, err := datasetRegistry.abi.Pack("certified", part, certificate)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCertified is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd3728b72.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function certified(bytes32 part, bytes32 certificate) view returns(bool)
func (datasetRegistry *DatasetRegistry) TryPackCertified(part [32]byte, certificate [32]byte) ([]byte, error) {
	return datasetRegistry.abi.Pack("certified", part, certificate)
}

// UnpackCertified is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xd3728b72.
//
// Solidity: function certified(bytes32 part, bytes32 certificate) view returns(bool)
func (datasetRegistry *DatasetRegistry) UnpackCertified(data []byte) (bool, error) {
	out, err := datasetRegistry.abi.Unpack("certified", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackCertify is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd0bcd875.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function certify(bytes32 part, bytes32[] chunks, uint256[][] tensors, (uint256,bytes,bytes)[] proofs) returns(bytes32 certificate)
func (datasetRegistry *DatasetRegistry) PackCertify(part [32]byte, chunks [][32]byte, tensors [][]*big.Int, proofs []DatasetRegistryChunk) []byte {
	enc, err := datasetRegistry.abi.Pack("certify", part, chunks, tensors, proofs)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCertify is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd0bcd875.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function certify(bytes32 part, bytes32[] chunks, uint256[][] tensors, (uint256,bytes,bytes)[] proofs) returns(bytes32 certificate)
func (datasetRegistry *DatasetRegistry) TryPackCertify(part [32]byte, chunks [][32]byte, tensors [][]*big.Int, proofs []DatasetRegistryChunk) ([]byte, error) {
	return datasetRegistry.abi.Pack("certify", part, chunks, tensors, proofs)
}

// UnpackCertify is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xd0bcd875.
//
// Solidity: function certify(bytes32 part, bytes32[] chunks, uint256[][] tensors, (uint256,bytes,bytes)[] proofs) returns(bytes32 certificate)
func (datasetRegistry *DatasetRegistry) UnpackCertify(data []byte) ([32]byte, error) {
	out, err := datasetRegistry.abi.Unpack("certify", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackPartOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4038e5e6.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function partOf(bytes32 part) view returns((address,uint64,uint32,address,uint64,uint128,bytes32) p)
func (datasetRegistry *DatasetRegistry) PackPartOf(part [32]byte) []byte {
	enc, err := datasetRegistry.abi.Pack("partOf", part)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPartOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4038e5e6.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function partOf(bytes32 part) view returns((address,uint64,uint32,address,uint64,uint128,bytes32) p)
func (datasetRegistry *DatasetRegistry) TryPackPartOf(part [32]byte) ([]byte, error) {
	return datasetRegistry.abi.Pack("partOf", part)
}

// UnpackPartOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x4038e5e6.
//
// Solidity: function partOf(bytes32 part) view returns((address,uint64,uint32,address,uint64,uint128,bytes32) p)
func (datasetRegistry *DatasetRegistry) UnpackPartOf(data []byte) (DatasetRegistryPart, error) {
	out, err := datasetRegistry.abi.Unpack("partOf", data)
	if err != nil {
		return *new(DatasetRegistryPart), err
	}
	out0 := *abi.ConvertType(out[0], new(DatasetRegistryPart)).(*DatasetRegistryPart)
	return out0, nil
}

// PackRegister is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc4d550d1.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function register((uint64,uint64,uint64,uint64,string,bytes32,uint64,bytes32,uint256[][]) preimage, bytes32 salt, bytes32 licence, address currency, uint128 price) returns(bytes32 part)
func (datasetRegistry *DatasetRegistry) PackRegister(preimage DatasetRegistryPreimage, salt [32]byte, licence [32]byte, currency common.Address, price *big.Int) []byte {
	enc, err := datasetRegistry.abi.Pack("register", preimage, salt, licence, currency, price)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRegister is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc4d550d1.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function register((uint64,uint64,uint64,uint64,string,bytes32,uint64,bytes32,uint256[][]) preimage, bytes32 salt, bytes32 licence, address currency, uint128 price) returns(bytes32 part)
func (datasetRegistry *DatasetRegistry) TryPackRegister(preimage DatasetRegistryPreimage, salt [32]byte, licence [32]byte, currency common.Address, price *big.Int) ([]byte, error) {
	return datasetRegistry.abi.Pack("register", preimage, salt, licence, currency, price)
}

// UnpackRegister is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xc4d550d1.
//
// Solidity: function register((uint64,uint64,uint64,uint64,string,bytes32,uint64,bytes32,uint256[][]) preimage, bytes32 salt, bytes32 licence, address currency, uint128 price) returns(bytes32 part)
func (datasetRegistry *DatasetRegistry) UnpackRegister(data []byte) ([32]byte, error) {
	out, err := datasetRegistry.abi.Unpack("register", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackReserve is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x432ced04.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function reserve(bytes32 reservation) returns()
func (datasetRegistry *DatasetRegistry) PackReserve(reservation [32]byte) []byte {
	enc, err := datasetRegistry.abi.Pack("reserve", reservation)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackReserve is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x432ced04.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function reserve(bytes32 reservation) returns()
func (datasetRegistry *DatasetRegistry) TryPackReserve(reservation [32]byte) ([]byte, error) {
	return datasetRegistry.abi.Pack("reserve", reservation)
}

// PackReservedAt is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd46376a4.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function reservedAt(bytes32 reservation) view returns(uint256)
func (datasetRegistry *DatasetRegistry) PackReservedAt(reservation [32]byte) []byte {
	enc, err := datasetRegistry.abi.Pack("reservedAt", reservation)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackReservedAt is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd46376a4.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function reservedAt(bytes32 reservation) view returns(uint256)
func (datasetRegistry *DatasetRegistry) TryPackReservedAt(reservation [32]byte) ([]byte, error) {
	return datasetRegistry.abi.Pack("reservedAt", reservation)
}

// UnpackReservedAt is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xd46376a4.
//
// Solidity: function reservedAt(bytes32 reservation) view returns(uint256)
func (datasetRegistry *DatasetRegistry) UnpackReservedAt(data []byte) (*big.Int, error) {
	out, err := datasetRegistry.abi.Unpack("reservedAt", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackRevoke is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb75c7dc6.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function revoke(bytes32 part) returns()
func (datasetRegistry *DatasetRegistry) PackRevoke(part [32]byte) []byte {
	enc, err := datasetRegistry.abi.Pack("revoke", part)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRevoke is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb75c7dc6.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function revoke(bytes32 part) returns()
func (datasetRegistry *DatasetRegistry) TryPackRevoke(part [32]byte) ([]byte, error) {
	return datasetRegistry.abi.Pack("revoke", part)
}

// PackSetPrice is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x47a729a4.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setPrice(bytes32 part, address currency, uint128 price) returns()
func (datasetRegistry *DatasetRegistry) PackSetPrice(part [32]byte, currency common.Address, price *big.Int) []byte {
	enc, err := datasetRegistry.abi.Pack("setPrice", part, currency, price)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSetPrice is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x47a729a4.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function setPrice(bytes32 part, address currency, uint128 price) returns()
func (datasetRegistry *DatasetRegistry) TryPackSetPrice(part [32]byte, currency common.Address, price *big.Int) ([]byte, error) {
	return datasetRegistry.abi.Pack("setPrice", part, currency, price)
}

// PackTensorsOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4e19eb01.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function tensorsOf(bytes32 part, bytes32 certificate, uint256 since) view returns(bytes32[] list)
func (datasetRegistry *DatasetRegistry) PackTensorsOf(part [32]byte, certificate [32]byte, since *big.Int) []byte {
	enc, err := datasetRegistry.abi.Pack("tensorsOf", part, certificate, since)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTensorsOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4e19eb01.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function tensorsOf(bytes32 part, bytes32 certificate, uint256 since) view returns(bytes32[] list)
func (datasetRegistry *DatasetRegistry) TryPackTensorsOf(part [32]byte, certificate [32]byte, since *big.Int) ([]byte, error) {
	return datasetRegistry.abi.Pack("tensorsOf", part, certificate, since)
}

// UnpackTensorsOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x4e19eb01.
//
// Solidity: function tensorsOf(bytes32 part, bytes32 certificate, uint256 since) view returns(bytes32[] list)
func (datasetRegistry *DatasetRegistry) UnpackTensorsOf(data []byte) ([][32]byte, error) {
	out, err := datasetRegistry.abi.Unpack("tensorsOf", data)
	if err != nil {
		return *new([][32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([][32]byte)).(*[][32]byte)
	return out0, nil
}

// PackVerifier is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2b7ac3f3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function verifier() view returns(address)
func (datasetRegistry *DatasetRegistry) PackVerifier() []byte {
	enc, err := datasetRegistry.abi.Pack("verifier")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVerifier is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2b7ac3f3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function verifier() view returns(address)
func (datasetRegistry *DatasetRegistry) TryPackVerifier() ([]byte, error) {
	return datasetRegistry.abi.Pack("verifier")
}

// UnpackVerifier is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x2b7ac3f3.
//
// Solidity: function verifier() view returns(address)
func (datasetRegistry *DatasetRegistry) UnpackVerifier(data []byte) (common.Address, error) {
	out, err := datasetRegistry.abi.Unpack("verifier", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// DatasetRegistryCertified represents a Certified event raised by the DatasetRegistry contract.
type DatasetRegistryCertified struct {
	Part        [32]byte
	Certificate [32]byte
	Raw         *types.Log // Blockchain specific contextual infos
}

const DatasetRegistryCertifiedEventName = "Certified"

// ContractEventName returns the user-defined event name.
func (DatasetRegistryCertified) ContractEventName() string {
	return DatasetRegistryCertifiedEventName
}

// UnpackCertifiedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Certified(bytes32 indexed part, bytes32 indexed certificate)
func (datasetRegistry *DatasetRegistry) UnpackCertifiedEvent(log *types.Log) (*DatasetRegistryCertified, error) {
	event := "Certified"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != datasetRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(DatasetRegistryCertified)
	if len(log.Data) > 0 {
		if err := datasetRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range datasetRegistry.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// DatasetRegistryPriced represents a Priced event raised by the DatasetRegistry contract.
type DatasetRegistryPriced struct {
	Part     [32]byte
	Currency common.Address
	Price    *big.Int
	Raw      *types.Log // Blockchain specific contextual infos
}

const DatasetRegistryPricedEventName = "Priced"

// ContractEventName returns the user-defined event name.
func (DatasetRegistryPriced) ContractEventName() string {
	return DatasetRegistryPricedEventName
}

// UnpackPricedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Priced(bytes32 indexed part, address currency, uint128 price)
func (datasetRegistry *DatasetRegistry) UnpackPricedEvent(log *types.Log) (*DatasetRegistryPriced, error) {
	event := "Priced"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != datasetRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(DatasetRegistryPriced)
	if len(log.Data) > 0 {
		if err := datasetRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range datasetRegistry.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// DatasetRegistryRegistered represents a Registered event raised by the DatasetRegistry contract.
type DatasetRegistryRegistered struct {
	Part    [32]byte
	Owner   common.Address
	Rows    uint64
	Licence [32]byte
	Raw     *types.Log // Blockchain specific contextual infos
}

const DatasetRegistryRegisteredEventName = "Registered"

// ContractEventName returns the user-defined event name.
func (DatasetRegistryRegistered) ContractEventName() string {
	return DatasetRegistryRegisteredEventName
}

// UnpackRegisteredEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Registered(bytes32 indexed part, address indexed owner, uint64 rows, bytes32 licence)
func (datasetRegistry *DatasetRegistry) UnpackRegisteredEvent(log *types.Log) (*DatasetRegistryRegistered, error) {
	event := "Registered"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != datasetRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(DatasetRegistryRegistered)
	if len(log.Data) > 0 {
		if err := datasetRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range datasetRegistry.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// DatasetRegistryReserved represents a Reserved event raised by the DatasetRegistry contract.
type DatasetRegistryReserved struct {
	Reservation [32]byte
	Raw         *types.Log // Blockchain specific contextual infos
}

const DatasetRegistryReservedEventName = "Reserved"

// ContractEventName returns the user-defined event name.
func (DatasetRegistryReserved) ContractEventName() string {
	return DatasetRegistryReservedEventName
}

// UnpackReservedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Reserved(bytes32 indexed reservation)
func (datasetRegistry *DatasetRegistry) UnpackReservedEvent(log *types.Log) (*DatasetRegistryReserved, error) {
	event := "Reserved"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != datasetRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(DatasetRegistryReserved)
	if len(log.Data) > 0 {
		if err := datasetRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range datasetRegistry.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// DatasetRegistryRevokedPart represents a RevokedPart event raised by the DatasetRegistry contract.
type DatasetRegistryRevokedPart struct {
	Part [32]byte
	Raw  *types.Log // Blockchain specific contextual infos
}

const DatasetRegistryRevokedPartEventName = "RevokedPart"

// ContractEventName returns the user-defined event name.
func (DatasetRegistryRevokedPart) ContractEventName() string {
	return DatasetRegistryRevokedPartEventName
}

// UnpackRevokedPartEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event RevokedPart(bytes32 indexed part)
func (datasetRegistry *DatasetRegistry) UnpackRevokedPartEvent(log *types.Log) (*DatasetRegistryRevokedPart, error) {
	event := "RevokedPart"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != datasetRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(DatasetRegistryRevokedPart)
	if len(log.Data) > 0 {
		if err := datasetRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range datasetRegistry.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (datasetRegistry *DatasetRegistry) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], datasetRegistry.abi.Errors["AlreadyRegistered"].ID.Bytes()[:4]) {
		return datasetRegistry.UnpackAlreadyRegisteredError(raw[4:])
	}
	if bytes.Equal(raw[:4], datasetRegistry.abi.Errors["AlreadyReserved"].ID.Bytes()[:4]) {
		return datasetRegistry.UnpackAlreadyReservedError(raw[4:])
	}
	if bytes.Equal(raw[:4], datasetRegistry.abi.Errors["AlreadyRevoked"].ID.Bytes()[:4]) {
		return datasetRegistry.UnpackAlreadyRevokedError(raw[4:])
	}
	if bytes.Equal(raw[:4], datasetRegistry.abi.Errors["HoleNotGiven"].ID.Bytes()[:4]) {
		return datasetRegistry.UnpackHoleNotGivenError(raw[4:])
	}
	if bytes.Equal(raw[:4], datasetRegistry.abi.Errors["NotCertified"].ID.Bytes()[:4]) {
		return datasetRegistry.UnpackNotCertifiedError(raw[4:])
	}
	if bytes.Equal(raw[:4], datasetRegistry.abi.Errors["NotOnCurve"].ID.Bytes()[:4]) {
		return datasetRegistry.UnpackNotOnCurveError(raw[4:])
	}
	if bytes.Equal(raw[:4], datasetRegistry.abi.Errors["NotOwner"].ID.Bytes()[:4]) {
		return datasetRegistry.UnpackNotOwnerError(raw[4:])
	}
	if bytes.Equal(raw[:4], datasetRegistry.abi.Errors["NotRegistered"].ID.Bytes()[:4]) {
		return datasetRegistry.UnpackNotRegisteredError(raw[4:])
	}
	if bytes.Equal(raw[:4], datasetRegistry.abi.Errors["NotReserved"].ID.Bytes()[:4]) {
		return datasetRegistry.UnpackNotReservedError(raw[4:])
	}
	if bytes.Equal(raw[:4], datasetRegistry.abi.Errors["Revoked"].ID.Bytes()[:4]) {
		return datasetRegistry.UnpackRevokedError(raw[4:])
	}
	if bytes.Equal(raw[:4], datasetRegistry.abi.Errors["TemplateUnknown"].ID.Bytes()[:4]) {
		return datasetRegistry.UnpackTemplateUnknownError(raw[4:])
	}
	if bytes.Equal(raw[:4], datasetRegistry.abi.Errors["WrongCertificates"].ID.Bytes()[:4]) {
		return datasetRegistry.UnpackWrongCertificatesError(raw[4:])
	}
	if bytes.Equal(raw[:4], datasetRegistry.abi.Errors["WrongChunks"].ID.Bytes()[:4]) {
		return datasetRegistry.UnpackWrongChunksError(raw[4:])
	}
	if bytes.Equal(raw[:4], datasetRegistry.abi.Errors["WrongRows"].ID.Bytes()[:4]) {
		return datasetRegistry.UnpackWrongRowsError(raw[4:])
	}
	if bytes.Equal(raw[:4], datasetRegistry.abi.Errors["WrongTensor"].ID.Bytes()[:4]) {
		return datasetRegistry.UnpackWrongTensorError(raw[4:])
	}
	if bytes.Equal(raw[:4], datasetRegistry.abi.Errors["WrongTensors"].ID.Bytes()[:4]) {
		return datasetRegistry.UnpackWrongTensorsError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// DatasetRegistryAlreadyRegistered represents a AlreadyRegistered error raised by the DatasetRegistry contract.
type DatasetRegistryAlreadyRegistered struct {
	Part [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AlreadyRegistered(bytes32 part)
func DatasetRegistryAlreadyRegisteredErrorID() common.Hash {
	return common.HexToHash("0x77caf672214035207a45708060aa1e2e66841e1b2dbaefae83058807272a7a8a")
}

// UnpackAlreadyRegisteredError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AlreadyRegistered(bytes32 part)
func (datasetRegistry *DatasetRegistry) UnpackAlreadyRegisteredError(raw []byte) (*DatasetRegistryAlreadyRegistered, error) {
	out := new(DatasetRegistryAlreadyRegistered)
	if err := datasetRegistry.abi.UnpackIntoInterface(out, "AlreadyRegistered", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// DatasetRegistryAlreadyReserved represents a AlreadyReserved error raised by the DatasetRegistry contract.
type DatasetRegistryAlreadyReserved struct {
	Reservation [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AlreadyReserved(bytes32 reservation)
func DatasetRegistryAlreadyReservedErrorID() common.Hash {
	return common.HexToHash("0x6a8a788c864b1a39a0dc33971fae44958e6a37b5259ba70e470f17eb16a26144")
}

// UnpackAlreadyReservedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AlreadyReserved(bytes32 reservation)
func (datasetRegistry *DatasetRegistry) UnpackAlreadyReservedError(raw []byte) (*DatasetRegistryAlreadyReserved, error) {
	out := new(DatasetRegistryAlreadyReserved)
	if err := datasetRegistry.abi.UnpackIntoInterface(out, "AlreadyReserved", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// DatasetRegistryAlreadyRevoked represents a AlreadyRevoked error raised by the DatasetRegistry contract.
type DatasetRegistryAlreadyRevoked struct {
	Part [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AlreadyRevoked(bytes32 part)
func DatasetRegistryAlreadyRevokedErrorID() common.Hash {
	return common.HexToHash("0x90315de188eb047fc54ca36d1436afb1afc987c1864c711074a89029958f122f")
}

// UnpackAlreadyRevokedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AlreadyRevoked(bytes32 part)
func (datasetRegistry *DatasetRegistry) UnpackAlreadyRevokedError(raw []byte) (*DatasetRegistryAlreadyRevoked, error) {
	out := new(DatasetRegistryAlreadyRevoked)
	if err := datasetRegistry.abi.UnpackIntoInterface(out, "AlreadyRevoked", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// DatasetRegistryHoleNotGiven represents a HoleNotGiven error raised by the DatasetRegistry contract.
type DatasetRegistryHoleNotGiven struct {
	Kind *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error HoleNotGiven(uint256 kind)
func DatasetRegistryHoleNotGivenErrorID() common.Hash {
	return common.HexToHash("0xdc33c703b48ee2df97fba7285f160ccc41cad1b917ae209f0a0ee38b9d1b3060")
}

// UnpackHoleNotGivenError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error HoleNotGiven(uint256 kind)
func (datasetRegistry *DatasetRegistry) UnpackHoleNotGivenError(raw []byte) (*DatasetRegistryHoleNotGiven, error) {
	out := new(DatasetRegistryHoleNotGiven)
	if err := datasetRegistry.abi.UnpackIntoInterface(out, "HoleNotGiven", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// DatasetRegistryNotCertified represents a NotCertified error raised by the DatasetRegistry contract.
type DatasetRegistryNotCertified struct {
	Part        [32]byte
	Certificate [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotCertified(bytes32 part, bytes32 certificate)
func DatasetRegistryNotCertifiedErrorID() common.Hash {
	return common.HexToHash("0x62ed4bd3c0795c38f1cb679fb64381676eb71f0da21f6d0d82577b00fac5cbbe")
}

// UnpackNotCertifiedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotCertified(bytes32 part, bytes32 certificate)
func (datasetRegistry *DatasetRegistry) UnpackNotCertifiedError(raw []byte) (*DatasetRegistryNotCertified, error) {
	out := new(DatasetRegistryNotCertified)
	if err := datasetRegistry.abi.UnpackIntoInterface(out, "NotCertified", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// DatasetRegistryNotOnCurve represents a NotOnCurve error raised by the DatasetRegistry contract.
type DatasetRegistryNotOnCurve struct {
	Row *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotOnCurve(uint256 row)
func DatasetRegistryNotOnCurveErrorID() common.Hash {
	return common.HexToHash("0x03affdfca99c14dd5f42032ea3ea37f679702382d6fe166df6aaf3bcfc415a32")
}

// UnpackNotOnCurveError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotOnCurve(uint256 row)
func (datasetRegistry *DatasetRegistry) UnpackNotOnCurveError(raw []byte) (*DatasetRegistryNotOnCurve, error) {
	out := new(DatasetRegistryNotOnCurve)
	if err := datasetRegistry.abi.UnpackIntoInterface(out, "NotOnCurve", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// DatasetRegistryNotOwner represents a NotOwner error raised by the DatasetRegistry contract.
type DatasetRegistryNotOwner struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotOwner(address caller)
func DatasetRegistryNotOwnerErrorID() common.Hash {
	return common.HexToHash("0x245aecd3fabbd17d6c3c92dc7f0ab916ea8cbf6fc1862c8b56893090ac3fff4c")
}

// UnpackNotOwnerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotOwner(address caller)
func (datasetRegistry *DatasetRegistry) UnpackNotOwnerError(raw []byte) (*DatasetRegistryNotOwner, error) {
	out := new(DatasetRegistryNotOwner)
	if err := datasetRegistry.abi.UnpackIntoInterface(out, "NotOwner", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// DatasetRegistryNotRegistered represents a NotRegistered error raised by the DatasetRegistry contract.
type DatasetRegistryNotRegistered struct {
	Part [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotRegistered(bytes32 part)
func DatasetRegistryNotRegisteredErrorID() common.Hash {
	return common.HexToHash("0x8cc00d16d993ecf8307809fb88fda776e550116fa44f080c604d0c3d12d1a849")
}

// UnpackNotRegisteredError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotRegistered(bytes32 part)
func (datasetRegistry *DatasetRegistry) UnpackNotRegisteredError(raw []byte) (*DatasetRegistryNotRegistered, error) {
	out := new(DatasetRegistryNotRegistered)
	if err := datasetRegistry.abi.UnpackIntoInterface(out, "NotRegistered", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// DatasetRegistryNotReserved represents a NotReserved error raised by the DatasetRegistry contract.
type DatasetRegistryNotReserved struct {
	Reservation [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotReserved(bytes32 reservation)
func DatasetRegistryNotReservedErrorID() common.Hash {
	return common.HexToHash("0x33529975b02a3ef8711d7a469bc190f0943cf12831beb1001039adf01531102e")
}

// UnpackNotReservedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotReserved(bytes32 reservation)
func (datasetRegistry *DatasetRegistry) UnpackNotReservedError(raw []byte) (*DatasetRegistryNotReserved, error) {
	out := new(DatasetRegistryNotReserved)
	if err := datasetRegistry.abi.UnpackIntoInterface(out, "NotReserved", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// DatasetRegistryRevoked represents a Revoked error raised by the DatasetRegistry contract.
type DatasetRegistryRevoked struct {
	Part [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error Revoked(bytes32 part)
func DatasetRegistryRevokedErrorID() common.Hash {
	return common.HexToHash("0xe5af7daed5ab2a2dc5f98d53619f05089c0c14d11a6621f6b906a2366c9a7ab3")
}

// UnpackRevokedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error Revoked(bytes32 part)
func (datasetRegistry *DatasetRegistry) UnpackRevokedError(raw []byte) (*DatasetRegistryRevoked, error) {
	out := new(DatasetRegistryRevoked)
	if err := datasetRegistry.abi.UnpackIntoInterface(out, "Revoked", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// DatasetRegistryTemplateUnknown represents a TemplateUnknown error raised by the DatasetRegistry contract.
type DatasetRegistryTemplateUnknown struct {
	Hash [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error TemplateUnknown(bytes32 hash)
func DatasetRegistryTemplateUnknownErrorID() common.Hash {
	return common.HexToHash("0x8408d13ff3efb5fd9e7ed6fd895a8a215fefcddaa2ad7d698a5478d101d170bd")
}

// UnpackTemplateUnknownError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error TemplateUnknown(bytes32 hash)
func (datasetRegistry *DatasetRegistry) UnpackTemplateUnknownError(raw []byte) (*DatasetRegistryTemplateUnknown, error) {
	out := new(DatasetRegistryTemplateUnknown)
	if err := datasetRegistry.abi.UnpackIntoInterface(out, "TemplateUnknown", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// DatasetRegistryWrongCertificates represents a WrongCertificates error raised by the DatasetRegistry contract.
type DatasetRegistryWrongCertificates struct {
	Bytes    *big.Int
	Expected *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongCertificates(uint256 bytes_, uint256 expected)
func DatasetRegistryWrongCertificatesErrorID() common.Hash {
	return common.HexToHash("0x5739d87ff30bec0ba4e58d659ffbbdeba2816e64b5d04758141ed2f888a8138d")
}

// UnpackWrongCertificatesError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongCertificates(uint256 bytes_, uint256 expected)
func (datasetRegistry *DatasetRegistry) UnpackWrongCertificatesError(raw []byte) (*DatasetRegistryWrongCertificates, error) {
	out := new(DatasetRegistryWrongCertificates)
	if err := datasetRegistry.abi.UnpackIntoInterface(out, "WrongCertificates", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// DatasetRegistryWrongChunks represents a WrongChunks error raised by the DatasetRegistry contract.
type DatasetRegistryWrongChunks struct {
	Given *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongChunks(uint256 given)
func DatasetRegistryWrongChunksErrorID() common.Hash {
	return common.HexToHash("0xc69b67cadad190b4a4bb9616a28fb0a8b55cf519004f4cd812aaa58381459fc1")
}

// UnpackWrongChunksError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongChunks(uint256 given)
func (datasetRegistry *DatasetRegistry) UnpackWrongChunksError(raw []byte) (*DatasetRegistryWrongChunks, error) {
	out := new(DatasetRegistryWrongChunks)
	if err := datasetRegistry.abi.UnpackIntoInterface(out, "WrongChunks", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// DatasetRegistryWrongRows represents a WrongRows error raised by the DatasetRegistry contract.
type DatasetRegistryWrongRows struct {
	Span *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongRows(uint256 span)
func DatasetRegistryWrongRowsErrorID() common.Hash {
	return common.HexToHash("0x6da56fb99cfd17253925aad2453be053371004d9971c2f2c226c7ccd6abcb5c3")
}

// UnpackWrongRowsError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongRows(uint256 span)
func (datasetRegistry *DatasetRegistry) UnpackWrongRowsError(raw []byte) (*DatasetRegistryWrongRows, error) {
	out := new(DatasetRegistryWrongRows)
	if err := datasetRegistry.abi.UnpackIntoInterface(out, "WrongRows", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// DatasetRegistryWrongTensor represents a WrongTensor error raised by the DatasetRegistry contract.
type DatasetRegistryWrongTensor struct {
	Tensor *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongTensor(uint256 tensor)
func DatasetRegistryWrongTensorErrorID() common.Hash {
	return common.HexToHash("0x2f870cdfe136eb9be61505371a60b73cb2eca852cc0963a410f98c684ea09d34")
}

// UnpackWrongTensorError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongTensor(uint256 tensor)
func (datasetRegistry *DatasetRegistry) UnpackWrongTensorError(raw []byte) (*DatasetRegistryWrongTensor, error) {
	out := new(DatasetRegistryWrongTensor)
	if err := datasetRegistry.abi.UnpackIntoInterface(out, "WrongTensor", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// DatasetRegistryWrongTensors represents a WrongTensors error raised by the DatasetRegistry contract.
type DatasetRegistryWrongTensors struct {
	Given    *big.Int
	Expected *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongTensors(uint256 given, uint256 expected)
func DatasetRegistryWrongTensorsErrorID() common.Hash {
	return common.HexToHash("0x11bda3d2a8c7680ce0e979279175ce25353ce3346e727d6caa1eb472ced58d48")
}

// UnpackWrongTensorsError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongTensors(uint256 given, uint256 expected)
func (datasetRegistry *DatasetRegistry) UnpackWrongTensorsError(raw []byte) (*DatasetRegistryWrongTensors, error) {
	out := new(DatasetRegistryWrongTensors)
	if err := datasetRegistry.abi.UnpackIntoInterface(out, "WrongTensors", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// DescriptorsMetaData contains all meta data concerning the Descriptors contract.
var DescriptorsMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[],\"name\":\"DescriptorNotStored\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"length\",\"type\":\"uint256\"}],\"name\":\"DescriptorTooLong\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"class_\",\"type\":\"bytes32\"}],\"name\":\"UnknownClass\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"class_\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"address\",\"name\":\"code\",\"type\":\"address\"}],\"name\":\"Registered\",\"type\":\"event\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"class_\",\"type\":\"bytes32\"}],\"name\":\"descriptorOf\",\"outputs\":[{\"internalType\":\"bytes\",\"name\":\"descriptor\",\"type\":\"bytes\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes\",\"name\":\"descriptor\",\"type\":\"bytes\"}],\"name\":\"register\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"class_\",\"type\":\"bytes32\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"}]",
	ID:  "Descriptors",
}

// Descriptors is an auto generated Go binding around an Ethereum contract.
type Descriptors struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *Descriptors) GetABI() abi.ABI {
	return c.abi
}

// NewDescriptors creates a new instance of Descriptors.
func NewDescriptors() *Descriptors {
	parsed, err := DescriptorsMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &Descriptors{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *Descriptors) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackDescriptorOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x87a75913.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function descriptorOf(bytes32 class_) view returns(bytes descriptor)
func (descriptors *Descriptors) PackDescriptorOf(class [32]byte) []byte {
	enc, err := descriptors.abi.Pack("descriptorOf", class)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDescriptorOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x87a75913.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function descriptorOf(bytes32 class_) view returns(bytes descriptor)
func (descriptors *Descriptors) TryPackDescriptorOf(class [32]byte) ([]byte, error) {
	return descriptors.abi.Pack("descriptorOf", class)
}

// UnpackDescriptorOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x87a75913.
//
// Solidity: function descriptorOf(bytes32 class_) view returns(bytes descriptor)
func (descriptors *Descriptors) UnpackDescriptorOf(data []byte) ([]byte, error) {
	out, err := descriptors.abi.Unpack("descriptorOf", data)
	if err != nil {
		return *new([]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([]byte)).(*[]byte)
	return out0, nil
}

// PackRegister is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x82fbdc9c.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function register(bytes descriptor) returns(bytes32 class_)
func (descriptors *Descriptors) PackRegister(descriptor []byte) []byte {
	enc, err := descriptors.abi.Pack("register", descriptor)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRegister is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x82fbdc9c.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function register(bytes descriptor) returns(bytes32 class_)
func (descriptors *Descriptors) TryPackRegister(descriptor []byte) ([]byte, error) {
	return descriptors.abi.Pack("register", descriptor)
}

// UnpackRegister is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x82fbdc9c.
//
// Solidity: function register(bytes descriptor) returns(bytes32 class_)
func (descriptors *Descriptors) UnpackRegister(data []byte) ([32]byte, error) {
	out, err := descriptors.abi.Unpack("register", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// DescriptorsRegistered represents a Registered event raised by the Descriptors contract.
type DescriptorsRegistered struct {
	Class [32]byte
	Code  common.Address
	Raw   *types.Log // Blockchain specific contextual infos
}

const DescriptorsRegisteredEventName = "Registered"

// ContractEventName returns the user-defined event name.
func (DescriptorsRegistered) ContractEventName() string {
	return DescriptorsRegisteredEventName
}

// UnpackRegisteredEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Registered(bytes32 indexed class_, address code)
func (descriptors *Descriptors) UnpackRegisteredEvent(log *types.Log) (*DescriptorsRegistered, error) {
	event := "Registered"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != descriptors.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(DescriptorsRegistered)
	if len(log.Data) > 0 {
		if err := descriptors.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range descriptors.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (descriptors *Descriptors) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], descriptors.abi.Errors["DescriptorNotStored"].ID.Bytes()[:4]) {
		return descriptors.UnpackDescriptorNotStoredError(raw[4:])
	}
	if bytes.Equal(raw[:4], descriptors.abi.Errors["DescriptorTooLong"].ID.Bytes()[:4]) {
		return descriptors.UnpackDescriptorTooLongError(raw[4:])
	}
	if bytes.Equal(raw[:4], descriptors.abi.Errors["UnknownClass"].ID.Bytes()[:4]) {
		return descriptors.UnpackUnknownClassError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// DescriptorsDescriptorNotStored represents a DescriptorNotStored error raised by the Descriptors contract.
type DescriptorsDescriptorNotStored struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error DescriptorNotStored()
func DescriptorsDescriptorNotStoredErrorID() common.Hash {
	return common.HexToHash("0xd709da716922a84a1e667b7da6517fce5a5be57b2ff77a8825decb2a9710994a")
}

// UnpackDescriptorNotStoredError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error DescriptorNotStored()
func (descriptors *Descriptors) UnpackDescriptorNotStoredError(raw []byte) (*DescriptorsDescriptorNotStored, error) {
	out := new(DescriptorsDescriptorNotStored)
	if err := descriptors.abi.UnpackIntoInterface(out, "DescriptorNotStored", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// DescriptorsDescriptorTooLong represents a DescriptorTooLong error raised by the Descriptors contract.
type DescriptorsDescriptorTooLong struct {
	Length *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error DescriptorTooLong(uint256 length)
func DescriptorsDescriptorTooLongErrorID() common.Hash {
	return common.HexToHash("0x652625674b4700f666e8a70df0d0355b9c215a2ea5a1e26539a9ce0c72af559c")
}

// UnpackDescriptorTooLongError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error DescriptorTooLong(uint256 length)
func (descriptors *Descriptors) UnpackDescriptorTooLongError(raw []byte) (*DescriptorsDescriptorTooLong, error) {
	out := new(DescriptorsDescriptorTooLong)
	if err := descriptors.abi.UnpackIntoInterface(out, "DescriptorTooLong", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// DescriptorsUnknownClass represents a UnknownClass error raised by the Descriptors contract.
type DescriptorsUnknownClass struct {
	Class [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnknownClass(bytes32 class_)
func DescriptorsUnknownClassErrorID() common.Hash {
	return common.HexToHash("0x693b1355765b63ded79ce1754990c51844f6818cf0d4ba9d7669f9eeaeb71b0d")
}

// UnpackUnknownClassError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnknownClass(bytes32 class_)
func (descriptors *Descriptors) UnpackUnknownClassError(raw []byte) (*DescriptorsUnknownClass, error) {
	out := new(DescriptorsUnknownClass)
	if err := descriptors.abi.UnpackIntoInterface(out, "UnknownClass", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// IArgumentVerifierMetaData contains all meta data concerning the IArgumentVerifier contract.
var IArgumentVerifierMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"bytes\",\"name\":\"descriptor\",\"type\":\"bytes\"}],\"name\":\"register\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"class_\",\"type\":\"bytes32\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"class_\",\"type\":\"bytes32\"},{\"internalType\":\"bytes\",\"name\":\"head\",\"type\":\"bytes\"},{\"internalType\":\"uint256[]\",\"name\":\"external_\",\"type\":\"uint256[]\"},{\"internalType\":\"bytes\",\"name\":\"proof\",\"type\":\"bytes\"}],\"name\":\"verify\",\"outputs\":[],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"class_\",\"type\":\"bytes32\"},{\"internalType\":\"bytes\",\"name\":\"head\",\"type\":\"bytes\"},{\"internalType\":\"uint256[]\",\"name\":\"external_\",\"type\":\"uint256[]\"},{\"internalType\":\"bytes\",\"name\":\"proof\",\"type\":\"bytes\"}],\"internalType\":\"structIArgumentVerifier.Statement[]\",\"name\":\"statements\",\"type\":\"tuple[]\"}],\"name\":\"verifyMany\",\"outputs\":[],\"stateMutability\":\"view\",\"type\":\"function\"}]",
	ID:  "IArgumentVerifier",
}

// IArgumentVerifier is an auto generated Go binding around an Ethereum contract.
type IArgumentVerifier struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *IArgumentVerifier) GetABI() abi.ABI {
	return c.abi
}

// NewIArgumentVerifier creates a new instance of IArgumentVerifier.
func NewIArgumentVerifier() *IArgumentVerifier {
	parsed, err := IArgumentVerifierMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &IArgumentVerifier{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *IArgumentVerifier) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackRegister is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x82fbdc9c.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function register(bytes descriptor) returns(bytes32 class_)
func (iArgumentVerifier *IArgumentVerifier) PackRegister(descriptor []byte) []byte {
	enc, err := iArgumentVerifier.abi.Pack("register", descriptor)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRegister is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x82fbdc9c.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function register(bytes descriptor) returns(bytes32 class_)
func (iArgumentVerifier *IArgumentVerifier) TryPackRegister(descriptor []byte) ([]byte, error) {
	return iArgumentVerifier.abi.Pack("register", descriptor)
}

// UnpackRegister is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x82fbdc9c.
//
// Solidity: function register(bytes descriptor) returns(bytes32 class_)
func (iArgumentVerifier *IArgumentVerifier) UnpackRegister(data []byte) ([32]byte, error) {
	out, err := iArgumentVerifier.abi.Unpack("register", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackVerify is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x324d22a1.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function verify(bytes32 class_, bytes head, uint256[] external_, bytes proof) view returns()
func (iArgumentVerifier *IArgumentVerifier) PackVerify(class [32]byte, head []byte, external []*big.Int, proof []byte) []byte {
	enc, err := iArgumentVerifier.abi.Pack("verify", class, head, external, proof)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVerify is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x324d22a1.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function verify(bytes32 class_, bytes head, uint256[] external_, bytes proof) view returns()
func (iArgumentVerifier *IArgumentVerifier) TryPackVerify(class [32]byte, head []byte, external []*big.Int, proof []byte) ([]byte, error) {
	return iArgumentVerifier.abi.Pack("verify", class, head, external, proof)
}

// PackVerifyMany is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x90dab2e0.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function verifyMany((bytes32,bytes,uint256[],bytes)[] statements) view returns()
func (iArgumentVerifier *IArgumentVerifier) PackVerifyMany(statements []IArgumentVerifierStatement) []byte {
	enc, err := iArgumentVerifier.abi.Pack("verifyMany", statements)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVerifyMany is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x90dab2e0.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function verifyMany((bytes32,bytes,uint256[],bytes)[] statements) view returns()
func (iArgumentVerifier *IArgumentVerifier) TryPackVerifyMany(statements []IArgumentVerifierStatement) ([]byte, error) {
	return iArgumentVerifier.abi.Pack("verifyMany", statements)
}

// IERC20MetaData contains all meta data concerning the IERC20 contract.
var IERC20MetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"balanceOf\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"transfer\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"transferFrom\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"}]",
	ID:  "IERC20",
}

// IERC20 is an auto generated Go binding around an Ethereum contract.
type IERC20 struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *IERC20) GetABI() abi.ABI {
	return c.abi
}

// NewIERC20 creates a new instance of IERC20.
func NewIERC20() *IERC20 {
	parsed, err := IERC20MetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &IERC20{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *IERC20) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackBalanceOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x70a08231.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function balanceOf(address account) view returns(uint256)
func (iERC20 *IERC20) PackBalanceOf(account common.Address) []byte {
	enc, err := iERC20.abi.Pack("balanceOf", account)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackBalanceOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x70a08231.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function balanceOf(address account) view returns(uint256)
func (iERC20 *IERC20) TryPackBalanceOf(account common.Address) ([]byte, error) {
	return iERC20.abi.Pack("balanceOf", account)
}

// UnpackBalanceOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x70a08231.
//
// Solidity: function balanceOf(address account) view returns(uint256)
func (iERC20 *IERC20) UnpackBalanceOf(data []byte) (*big.Int, error) {
	out, err := iERC20.abi.Unpack("balanceOf", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackTransfer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa9059cbb.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transfer(address to, uint256 amount) returns(bool)
func (iERC20 *IERC20) PackTransfer(to common.Address, amount *big.Int) []byte {
	enc, err := iERC20.abi.Pack("transfer", to, amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransfer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa9059cbb.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transfer(address to, uint256 amount) returns(bool)
func (iERC20 *IERC20) TryPackTransfer(to common.Address, amount *big.Int) ([]byte, error) {
	return iERC20.abi.Pack("transfer", to, amount)
}

// UnpackTransfer is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xa9059cbb.
//
// Solidity: function transfer(address to, uint256 amount) returns(bool)
func (iERC20 *IERC20) UnpackTransfer(data []byte) (bool, error) {
	out, err := iERC20.abi.Unpack("transfer", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackTransferFrom is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x23b872dd.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transferFrom(address from, address to, uint256 amount) returns(bool)
func (iERC20 *IERC20) PackTransferFrom(from common.Address, to common.Address, amount *big.Int) []byte {
	enc, err := iERC20.abi.Pack("transferFrom", from, to, amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransferFrom is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x23b872dd.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transferFrom(address from, address to, uint256 amount) returns(bool)
func (iERC20 *IERC20) TryPackTransferFrom(from common.Address, to common.Address, amount *big.Int) ([]byte, error) {
	return iERC20.abi.Pack("transferFrom", from, to, amount)
}

// UnpackTransferFrom is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x23b872dd.
//
// Solidity: function transferFrom(address from, address to, uint256 amount) returns(bool)
func (iERC20 *IERC20) UnpackTransferFrom(data []byte) (bool, error) {
	out, err := iERC20.abi.Unpack("transferFrom", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// MarketplaceMetaData contains all meta data concerning the Marketplace contract.
var MarketplaceMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"contractTrainingVerifier\",\"name\":\"training_\",\"type\":\"address\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"order\",\"type\":\"bytes32\"}],\"name\":\"AlreadyOpened\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"deadline\",\"type\":\"uint64\"}],\"name\":\"DeadlineNotPassed\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"deadline\",\"type\":\"uint64\"}],\"name\":\"DeadlinePassed\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"part\",\"type\":\"bytes32\"}],\"name\":\"DuplicatePart\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NoBuyer\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NoPayee\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"order\",\"type\":\"bytes32\"}],\"name\":\"NotOpen\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"run\",\"type\":\"bytes32\"}],\"name\":\"NotProven\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NothingOwed\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"Reentered\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"part\",\"type\":\"bytes32\"}],\"name\":\"RevokedPart\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"currency\",\"type\":\"address\"}],\"name\":\"TransferFailed\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"received\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"expected\",\"type\":\"uint256\"}],\"name\":\"WrongAmount\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"part\",\"type\":\"bytes32\"}],\"name\":\"WrongCurrency\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"plan\",\"type\":\"bytes32\"}],\"name\":\"WrongPlan\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"royalties\",\"type\":\"uint256\"}],\"name\":\"WrongRoyalties\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"WrongShares\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"order\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"buyer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"payee\",\"type\":\"address\"},{\"components\":[{\"internalType\":\"address\",\"name\":\"buyer\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"payee\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"currency\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"royalties\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"plan\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32[]\",\"name\":\"claims\",\"type\":\"bytes32[]\"},{\"internalType\":\"uint64\",\"name\":\"deadline\",\"type\":\"uint64\"},{\"internalType\":\"bytes32\",\"name\":\"salt\",\"type\":\"bytes32\"}],\"indexed\":false,\"internalType\":\"structMarketplace.Terms\",\"name\":\"terms\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"indexed\":false,\"internalType\":\"structMarketplace.Share[]\",\"name\":\"shares\",\"type\":\"tuple[]\"}],\"name\":\"Opened\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"order\",\"type\":\"bytes32\"}],\"name\":\"Refunded\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"order\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"run\",\"type\":\"bytes32\"}],\"name\":\"Settled\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"currency\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"Withdrawn\",\"type\":\"event\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"order\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"payee\",\"type\":\"address\"}],\"name\":\"contextOf\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"buyer\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"payee\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"currency\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"royalties\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"plan\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32[]\",\"name\":\"claims\",\"type\":\"bytes32[]\"},{\"internalType\":\"uint64\",\"name\":\"deadline\",\"type\":\"uint64\"},{\"internalType\":\"bytes32\",\"name\":\"salt\",\"type\":\"bytes32\"}],\"internalType\":\"structMarketplace.Terms\",\"name\":\"terms\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"run\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"weights\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"segments\",\"type\":\"bytes32\"},{\"internalType\":\"uint64\",\"name\":\"tensors\",\"type\":\"uint64\"},{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"digest\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"certificate\",\"type\":\"bytes32\"},{\"internalType\":\"uint64\",\"name\":\"reads\",\"type\":\"uint64\"}],\"internalType\":\"structTrainingVerifier.Part[]\",\"name\":\"parts\",\"type\":\"tuple[]\"}],\"internalType\":\"structTrainingVerifier.Plan\",\"name\":\"plan\",\"type\":\"tuple\"}],\"name\":\"open\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"order\",\"type\":\"bytes32\"},{\"components\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"internalType\":\"structMarketplace.Share[]\",\"name\":\"shares\",\"type\":\"tuple[]\"}],\"stateMutability\":\"payable\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"buyer\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"payee\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"currency\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"royalties\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"plan\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32[]\",\"name\":\"claims\",\"type\":\"bytes32[]\"},{\"internalType\":\"uint64\",\"name\":\"deadline\",\"type\":\"uint64\"},{\"internalType\":\"bytes32\",\"name\":\"salt\",\"type\":\"bytes32\"}],\"internalType\":\"structMarketplace.Terms\",\"name\":\"terms\",\"type\":\"tuple\"}],\"name\":\"orderOf\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"pure\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"order\",\"type\":\"bytes32\"}],\"name\":\"orders\",\"outputs\":[{\"internalType\":\"enumMarketplace.State\",\"name\":\"state\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"shares\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"currency\",\"type\":\"address\"}],\"name\":\"owed\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"buyer\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"payee\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"currency\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"royalties\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"plan\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32[]\",\"name\":\"claims\",\"type\":\"bytes32[]\"},{\"internalType\":\"uint64\",\"name\":\"deadline\",\"type\":\"uint64\"},{\"internalType\":\"bytes32\",\"name\":\"salt\",\"type\":\"bytes32\"}],\"internalType\":\"structMarketplace.Terms\",\"name\":\"terms\",\"type\":\"tuple\"}],\"name\":\"refund\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"registry\",\"outputs\":[{\"internalType\":\"contractDatasetRegistry\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"buyer\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"payee\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"currency\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"royalties\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"plan\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32[]\",\"name\":\"claims\",\"type\":\"bytes32[]\"},{\"internalType\":\"uint64\",\"name\":\"deadline\",\"type\":\"uint64\"},{\"internalType\":\"bytes32\",\"name\":\"salt\",\"type\":\"bytes32\"}],\"internalType\":\"structMarketplace.Terms\",\"name\":\"terms\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"internalType\":\"structMarketplace.Share[]\",\"name\":\"shares\",\"type\":\"tuple[]\"},{\"internalType\":\"bytes32\",\"name\":\"digest\",\"type\":\"bytes32\"}],\"name\":\"settle\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"training\",\"outputs\":[{\"internalType\":\"contractTrainingVerifier\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"currency\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"}],\"name\":\"withdraw\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"}]",
	ID:  "Marketplace",
}

// Marketplace is an auto generated Go binding around an Ethereum contract.
type Marketplace struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *Marketplace) GetABI() abi.ABI {
	return c.abi
}

// NewMarketplace creates a new instance of Marketplace.
func NewMarketplace() *Marketplace {
	parsed, err := MarketplaceMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &Marketplace{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *Marketplace) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address training_) returns()
func (marketplace *Marketplace) PackConstructor(training_ common.Address) []byte {
	enc, err := marketplace.abi.Pack("", training_)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackContextOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa2503fe0.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function contextOf(bytes32 order, address payee) view returns(bytes32)
func (marketplace *Marketplace) PackContextOf(order [32]byte, payee common.Address) []byte {
	enc, err := marketplace.abi.Pack("contextOf", order, payee)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackContextOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa2503fe0.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function contextOf(bytes32 order, address payee) view returns(bytes32)
func (marketplace *Marketplace) TryPackContextOf(order [32]byte, payee common.Address) ([]byte, error) {
	return marketplace.abi.Pack("contextOf", order, payee)
}

// UnpackContextOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xa2503fe0.
//
// Solidity: function contextOf(bytes32 order, address payee) view returns(bytes32)
func (marketplace *Marketplace) UnpackContextOf(data []byte) ([32]byte, error) {
	out, err := marketplace.abi.Unpack("contextOf", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackOpen is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xeb97174e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function open((address,address,address,uint256,uint256,bytes32,bytes32[],uint64,bytes32) terms, (bytes32,bytes32,bytes32,uint64,(bytes32,bytes32,uint64)[]) plan) payable returns(bytes32 order, (address,uint256)[] shares)
func (marketplace *Marketplace) PackOpen(terms MarketplaceTerms, plan TrainingVerifierPlan) []byte {
	enc, err := marketplace.abi.Pack("open", terms, plan)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOpen is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xeb97174e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function open((address,address,address,uint256,uint256,bytes32,bytes32[],uint64,bytes32) terms, (bytes32,bytes32,bytes32,uint64,(bytes32,bytes32,uint64)[]) plan) payable returns(bytes32 order, (address,uint256)[] shares)
func (marketplace *Marketplace) TryPackOpen(terms MarketplaceTerms, plan TrainingVerifierPlan) ([]byte, error) {
	return marketplace.abi.Pack("open", terms, plan)
}

// OpenOutput serves as a container for the return parameters of contract
// method Open.
type OpenOutput struct {
	Order  [32]byte
	Shares []MarketplaceShare
}

// UnpackOpen is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xeb97174e.
//
// Solidity: function open((address,address,address,uint256,uint256,bytes32,bytes32[],uint64,bytes32) terms, (bytes32,bytes32,bytes32,uint64,(bytes32,bytes32,uint64)[]) plan) payable returns(bytes32 order, (address,uint256)[] shares)
func (marketplace *Marketplace) UnpackOpen(data []byte) (OpenOutput, error) {
	out, err := marketplace.abi.Unpack("open", data)
	outstruct := new(OpenOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Order = *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	outstruct.Shares = *abi.ConvertType(out[1], new([]MarketplaceShare)).(*[]MarketplaceShare)
	return *outstruct, nil
}

// PackOrderOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xeec1193f.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function orderOf((address,address,address,uint256,uint256,bytes32,bytes32[],uint64,bytes32) terms) pure returns(bytes32)
func (marketplace *Marketplace) PackOrderOf(terms MarketplaceTerms) []byte {
	enc, err := marketplace.abi.Pack("orderOf", terms)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOrderOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xeec1193f.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function orderOf((address,address,address,uint256,uint256,bytes32,bytes32[],uint64,bytes32) terms) pure returns(bytes32)
func (marketplace *Marketplace) TryPackOrderOf(terms MarketplaceTerms) ([]byte, error) {
	return marketplace.abi.Pack("orderOf", terms)
}

// UnpackOrderOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xeec1193f.
//
// Solidity: function orderOf((address,address,address,uint256,uint256,bytes32,bytes32[],uint64,bytes32) terms) pure returns(bytes32)
func (marketplace *Marketplace) UnpackOrderOf(data []byte) ([32]byte, error) {
	out, err := marketplace.abi.Unpack("orderOf", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackOrders is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9c3f1e90.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function orders(bytes32 order) view returns(uint8 state, bytes32 shares)
func (marketplace *Marketplace) PackOrders(order [32]byte) []byte {
	enc, err := marketplace.abi.Pack("orders", order)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOrders is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9c3f1e90.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function orders(bytes32 order) view returns(uint8 state, bytes32 shares)
func (marketplace *Marketplace) TryPackOrders(order [32]byte) ([]byte, error) {
	return marketplace.abi.Pack("orders", order)
}

// OrdersOutput serves as a container for the return parameters of contract
// method Orders.
type OrdersOutput struct {
	State  uint8
	Shares [32]byte
}

// UnpackOrders is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x9c3f1e90.
//
// Solidity: function orders(bytes32 order) view returns(uint8 state, bytes32 shares)
func (marketplace *Marketplace) UnpackOrders(data []byte) (OrdersOutput, error) {
	out, err := marketplace.abi.Unpack("orders", data)
	outstruct := new(OrdersOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.State = *abi.ConvertType(out[0], new(uint8)).(*uint8)
	outstruct.Shares = *abi.ConvertType(out[1], new([32]byte)).(*[32]byte)
	return *outstruct, nil
}

// PackOwed is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x28079e4a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function owed(address account, address currency) view returns(uint256)
func (marketplace *Marketplace) PackOwed(account common.Address, currency common.Address) []byte {
	enc, err := marketplace.abi.Pack("owed", account, currency)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOwed is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x28079e4a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function owed(address account, address currency) view returns(uint256)
func (marketplace *Marketplace) TryPackOwed(account common.Address, currency common.Address) ([]byte, error) {
	return marketplace.abi.Pack("owed", account, currency)
}

// UnpackOwed is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x28079e4a.
//
// Solidity: function owed(address account, address currency) view returns(uint256)
func (marketplace *Marketplace) UnpackOwed(data []byte) (*big.Int, error) {
	out, err := marketplace.abi.Unpack("owed", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackRefund is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x47a9360c.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function refund((address,address,address,uint256,uint256,bytes32,bytes32[],uint64,bytes32) terms) returns()
func (marketplace *Marketplace) PackRefund(terms MarketplaceTerms) []byte {
	enc, err := marketplace.abi.Pack("refund", terms)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRefund is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x47a9360c.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function refund((address,address,address,uint256,uint256,bytes32,bytes32[],uint64,bytes32) terms) returns()
func (marketplace *Marketplace) TryPackRefund(terms MarketplaceTerms) ([]byte, error) {
	return marketplace.abi.Pack("refund", terms)
}

// PackRegistry is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7b103999.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function registry() view returns(address)
func (marketplace *Marketplace) PackRegistry() []byte {
	enc, err := marketplace.abi.Pack("registry")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRegistry is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7b103999.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function registry() view returns(address)
func (marketplace *Marketplace) TryPackRegistry() ([]byte, error) {
	return marketplace.abi.Pack("registry")
}

// UnpackRegistry is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x7b103999.
//
// Solidity: function registry() view returns(address)
func (marketplace *Marketplace) UnpackRegistry(data []byte) (common.Address, error) {
	out, err := marketplace.abi.Unpack("registry", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackSettle is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x851412f8.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function settle((address,address,address,uint256,uint256,bytes32,bytes32[],uint64,bytes32) terms, (address,uint256)[] shares, bytes32 digest) returns()
func (marketplace *Marketplace) PackSettle(terms MarketplaceTerms, shares []MarketplaceShare, digest [32]byte) []byte {
	enc, err := marketplace.abi.Pack("settle", terms, shares, digest)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSettle is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x851412f8.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function settle((address,address,address,uint256,uint256,bytes32,bytes32[],uint64,bytes32) terms, (address,uint256)[] shares, bytes32 digest) returns()
func (marketplace *Marketplace) TryPackSettle(terms MarketplaceTerms, shares []MarketplaceShare, digest [32]byte) ([]byte, error) {
	return marketplace.abi.Pack("settle", terms, shares, digest)
}

// PackTraining is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4a9074de.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function training() view returns(address)
func (marketplace *Marketplace) PackTraining() []byte {
	enc, err := marketplace.abi.Pack("training")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTraining is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4a9074de.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function training() view returns(address)
func (marketplace *Marketplace) TryPackTraining() ([]byte, error) {
	return marketplace.abi.Pack("training")
}

// UnpackTraining is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x4a9074de.
//
// Solidity: function training() view returns(address)
func (marketplace *Marketplace) UnpackTraining(data []byte) (common.Address, error) {
	out, err := marketplace.abi.Unpack("training", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackWithdraw is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf940e385.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function withdraw(address currency, address to) returns()
func (marketplace *Marketplace) PackWithdraw(currency common.Address, to common.Address) []byte {
	enc, err := marketplace.abi.Pack("withdraw", currency, to)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackWithdraw is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf940e385.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function withdraw(address currency, address to) returns()
func (marketplace *Marketplace) TryPackWithdraw(currency common.Address, to common.Address) ([]byte, error) {
	return marketplace.abi.Pack("withdraw", currency, to)
}

// MarketplaceOpened represents a Opened event raised by the Marketplace contract.
type MarketplaceOpened struct {
	Order  [32]byte
	Buyer  common.Address
	Payee  common.Address
	Terms  MarketplaceTerms
	Shares []MarketplaceShare
	Raw    *types.Log // Blockchain specific contextual infos
}

const MarketplaceOpenedEventName = "Opened"

// ContractEventName returns the user-defined event name.
func (MarketplaceOpened) ContractEventName() string {
	return MarketplaceOpenedEventName
}

// UnpackOpenedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Opened(bytes32 indexed order, address indexed buyer, address indexed payee, (address,address,address,uint256,uint256,bytes32,bytes32[],uint64,bytes32) terms, (address,uint256)[] shares)
func (marketplace *Marketplace) UnpackOpenedEvent(log *types.Log) (*MarketplaceOpened, error) {
	event := "Opened"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != marketplace.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketplaceOpened)
	if len(log.Data) > 0 {
		if err := marketplace.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range marketplace.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketplaceRefunded represents a Refunded event raised by the Marketplace contract.
type MarketplaceRefunded struct {
	Order [32]byte
	Raw   *types.Log // Blockchain specific contextual infos
}

const MarketplaceRefundedEventName = "Refunded"

// ContractEventName returns the user-defined event name.
func (MarketplaceRefunded) ContractEventName() string {
	return MarketplaceRefundedEventName
}

// UnpackRefundedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Refunded(bytes32 indexed order)
func (marketplace *Marketplace) UnpackRefundedEvent(log *types.Log) (*MarketplaceRefunded, error) {
	event := "Refunded"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != marketplace.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketplaceRefunded)
	if len(log.Data) > 0 {
		if err := marketplace.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range marketplace.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketplaceSettled represents a Settled event raised by the Marketplace contract.
type MarketplaceSettled struct {
	Order [32]byte
	Run   [32]byte
	Raw   *types.Log // Blockchain specific contextual infos
}

const MarketplaceSettledEventName = "Settled"

// ContractEventName returns the user-defined event name.
func (MarketplaceSettled) ContractEventName() string {
	return MarketplaceSettledEventName
}

// UnpackSettledEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Settled(bytes32 indexed order, bytes32 indexed run)
func (marketplace *Marketplace) UnpackSettledEvent(log *types.Log) (*MarketplaceSettled, error) {
	event := "Settled"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != marketplace.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketplaceSettled)
	if len(log.Data) > 0 {
		if err := marketplace.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range marketplace.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketplaceWithdrawn represents a Withdrawn event raised by the Marketplace contract.
type MarketplaceWithdrawn struct {
	Account  common.Address
	Currency common.Address
	To       common.Address
	Amount   *big.Int
	Raw      *types.Log // Blockchain specific contextual infos
}

const MarketplaceWithdrawnEventName = "Withdrawn"

// ContractEventName returns the user-defined event name.
func (MarketplaceWithdrawn) ContractEventName() string {
	return MarketplaceWithdrawnEventName
}

// UnpackWithdrawnEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Withdrawn(address indexed account, address indexed currency, address to, uint256 amount)
func (marketplace *Marketplace) UnpackWithdrawnEvent(log *types.Log) (*MarketplaceWithdrawn, error) {
	event := "Withdrawn"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != marketplace.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketplaceWithdrawn)
	if len(log.Data) > 0 {
		if err := marketplace.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range marketplace.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (marketplace *Marketplace) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], marketplace.abi.Errors["AlreadyOpened"].ID.Bytes()[:4]) {
		return marketplace.UnpackAlreadyOpenedError(raw[4:])
	}
	if bytes.Equal(raw[:4], marketplace.abi.Errors["DeadlineNotPassed"].ID.Bytes()[:4]) {
		return marketplace.UnpackDeadlineNotPassedError(raw[4:])
	}
	if bytes.Equal(raw[:4], marketplace.abi.Errors["DeadlinePassed"].ID.Bytes()[:4]) {
		return marketplace.UnpackDeadlinePassedError(raw[4:])
	}
	if bytes.Equal(raw[:4], marketplace.abi.Errors["DuplicatePart"].ID.Bytes()[:4]) {
		return marketplace.UnpackDuplicatePartError(raw[4:])
	}
	if bytes.Equal(raw[:4], marketplace.abi.Errors["NoBuyer"].ID.Bytes()[:4]) {
		return marketplace.UnpackNoBuyerError(raw[4:])
	}
	if bytes.Equal(raw[:4], marketplace.abi.Errors["NoPayee"].ID.Bytes()[:4]) {
		return marketplace.UnpackNoPayeeError(raw[4:])
	}
	if bytes.Equal(raw[:4], marketplace.abi.Errors["NotOpen"].ID.Bytes()[:4]) {
		return marketplace.UnpackNotOpenError(raw[4:])
	}
	if bytes.Equal(raw[:4], marketplace.abi.Errors["NotProven"].ID.Bytes()[:4]) {
		return marketplace.UnpackNotProvenError(raw[4:])
	}
	if bytes.Equal(raw[:4], marketplace.abi.Errors["NothingOwed"].ID.Bytes()[:4]) {
		return marketplace.UnpackNothingOwedError(raw[4:])
	}
	if bytes.Equal(raw[:4], marketplace.abi.Errors["Reentered"].ID.Bytes()[:4]) {
		return marketplace.UnpackReenteredError(raw[4:])
	}
	if bytes.Equal(raw[:4], marketplace.abi.Errors["RevokedPart"].ID.Bytes()[:4]) {
		return marketplace.UnpackRevokedPartError(raw[4:])
	}
	if bytes.Equal(raw[:4], marketplace.abi.Errors["TransferFailed"].ID.Bytes()[:4]) {
		return marketplace.UnpackTransferFailedError(raw[4:])
	}
	if bytes.Equal(raw[:4], marketplace.abi.Errors["WrongAmount"].ID.Bytes()[:4]) {
		return marketplace.UnpackWrongAmountError(raw[4:])
	}
	if bytes.Equal(raw[:4], marketplace.abi.Errors["WrongCurrency"].ID.Bytes()[:4]) {
		return marketplace.UnpackWrongCurrencyError(raw[4:])
	}
	if bytes.Equal(raw[:4], marketplace.abi.Errors["WrongPlan"].ID.Bytes()[:4]) {
		return marketplace.UnpackWrongPlanError(raw[4:])
	}
	if bytes.Equal(raw[:4], marketplace.abi.Errors["WrongRoyalties"].ID.Bytes()[:4]) {
		return marketplace.UnpackWrongRoyaltiesError(raw[4:])
	}
	if bytes.Equal(raw[:4], marketplace.abi.Errors["WrongShares"].ID.Bytes()[:4]) {
		return marketplace.UnpackWrongSharesError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// MarketplaceAlreadyOpened represents a AlreadyOpened error raised by the Marketplace contract.
type MarketplaceAlreadyOpened struct {
	Order [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AlreadyOpened(bytes32 order)
func MarketplaceAlreadyOpenedErrorID() common.Hash {
	return common.HexToHash("0xde5d1a9fb814a5457662176fefa3fde0727f74136371b78084a406fe4d99087b")
}

// UnpackAlreadyOpenedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AlreadyOpened(bytes32 order)
func (marketplace *Marketplace) UnpackAlreadyOpenedError(raw []byte) (*MarketplaceAlreadyOpened, error) {
	out := new(MarketplaceAlreadyOpened)
	if err := marketplace.abi.UnpackIntoInterface(out, "AlreadyOpened", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketplaceDeadlineNotPassed represents a DeadlineNotPassed error raised by the Marketplace contract.
type MarketplaceDeadlineNotPassed struct {
	Deadline uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error DeadlineNotPassed(uint64 deadline)
func MarketplaceDeadlineNotPassedErrorID() common.Hash {
	return common.HexToHash("0x1f4899705623c85fab8845c7d24eaa5204260915a896f70890a590d5027681bb")
}

// UnpackDeadlineNotPassedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error DeadlineNotPassed(uint64 deadline)
func (marketplace *Marketplace) UnpackDeadlineNotPassedError(raw []byte) (*MarketplaceDeadlineNotPassed, error) {
	out := new(MarketplaceDeadlineNotPassed)
	if err := marketplace.abi.UnpackIntoInterface(out, "DeadlineNotPassed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketplaceDeadlinePassed represents a DeadlinePassed error raised by the Marketplace contract.
type MarketplaceDeadlinePassed struct {
	Deadline uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error DeadlinePassed(uint64 deadline)
func MarketplaceDeadlinePassedErrorID() common.Hash {
	return common.HexToHash("0x6768091307d5da213ba3ac1392311a935d1607f1020232ee01d118de33b68661")
}

// UnpackDeadlinePassedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error DeadlinePassed(uint64 deadline)
func (marketplace *Marketplace) UnpackDeadlinePassedError(raw []byte) (*MarketplaceDeadlinePassed, error) {
	out := new(MarketplaceDeadlinePassed)
	if err := marketplace.abi.UnpackIntoInterface(out, "DeadlinePassed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketplaceDuplicatePart represents a DuplicatePart error raised by the Marketplace contract.
type MarketplaceDuplicatePart struct {
	Part [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error DuplicatePart(bytes32 part)
func MarketplaceDuplicatePartErrorID() common.Hash {
	return common.HexToHash("0xd3a15a4974ab9f1bb4a2c3141f00b8d4900a6bc461e0fbe66c3c0d6331526b39")
}

// UnpackDuplicatePartError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error DuplicatePart(bytes32 part)
func (marketplace *Marketplace) UnpackDuplicatePartError(raw []byte) (*MarketplaceDuplicatePart, error) {
	out := new(MarketplaceDuplicatePart)
	if err := marketplace.abi.UnpackIntoInterface(out, "DuplicatePart", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketplaceNoBuyer represents a NoBuyer error raised by the Marketplace contract.
type MarketplaceNoBuyer struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NoBuyer()
func MarketplaceNoBuyerErrorID() common.Hash {
	return common.HexToHash("0xf7a5e3f8a68a005a3acc74aab8cb392cb552c8dbf85cef0cb808a283466237b9")
}

// UnpackNoBuyerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NoBuyer()
func (marketplace *Marketplace) UnpackNoBuyerError(raw []byte) (*MarketplaceNoBuyer, error) {
	out := new(MarketplaceNoBuyer)
	if err := marketplace.abi.UnpackIntoInterface(out, "NoBuyer", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketplaceNoPayee represents a NoPayee error raised by the Marketplace contract.
type MarketplaceNoPayee struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NoPayee()
func MarketplaceNoPayeeErrorID() common.Hash {
	return common.HexToHash("0x4346e6e8fb3f3df7536afab9f915a73b0d864b500bfc518e71550880ac834182")
}

// UnpackNoPayeeError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NoPayee()
func (marketplace *Marketplace) UnpackNoPayeeError(raw []byte) (*MarketplaceNoPayee, error) {
	out := new(MarketplaceNoPayee)
	if err := marketplace.abi.UnpackIntoInterface(out, "NoPayee", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketplaceNotOpen represents a NotOpen error raised by the Marketplace contract.
type MarketplaceNotOpen struct {
	Order [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotOpen(bytes32 order)
func MarketplaceNotOpenErrorID() common.Hash {
	return common.HexToHash("0x068e10802b011d554519f6ff0484efe47bcb8d455731c4944d4a3b1d5a6f035f")
}

// UnpackNotOpenError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotOpen(bytes32 order)
func (marketplace *Marketplace) UnpackNotOpenError(raw []byte) (*MarketplaceNotOpen, error) {
	out := new(MarketplaceNotOpen)
	if err := marketplace.abi.UnpackIntoInterface(out, "NotOpen", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketplaceNotProven represents a NotProven error raised by the Marketplace contract.
type MarketplaceNotProven struct {
	Run [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotProven(bytes32 run)
func MarketplaceNotProvenErrorID() common.Hash {
	return common.HexToHash("0xb0ebfdd52ecbb1111f45af5112cbab82310d0f79d40f49f6107da004ae05af0e")
}

// UnpackNotProvenError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotProven(bytes32 run)
func (marketplace *Marketplace) UnpackNotProvenError(raw []byte) (*MarketplaceNotProven, error) {
	out := new(MarketplaceNotProven)
	if err := marketplace.abi.UnpackIntoInterface(out, "NotProven", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketplaceNothingOwed represents a NothingOwed error raised by the Marketplace contract.
type MarketplaceNothingOwed struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NothingOwed()
func MarketplaceNothingOwedErrorID() common.Hash {
	return common.HexToHash("0x797dba544d72fb0dfb4c7610346de0274cf6d4e8b1d64dc398abc9027c89eff2")
}

// UnpackNothingOwedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NothingOwed()
func (marketplace *Marketplace) UnpackNothingOwedError(raw []byte) (*MarketplaceNothingOwed, error) {
	out := new(MarketplaceNothingOwed)
	if err := marketplace.abi.UnpackIntoInterface(out, "NothingOwed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketplaceReentered represents a Reentered error raised by the Marketplace contract.
type MarketplaceReentered struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error Reentered()
func MarketplaceReenteredErrorID() common.Hash {
	return common.HexToHash("0xb5dfd9e53a10d4d747ca3de749b98baf23546e800cbacdb1dbc28233e586d1ee")
}

// UnpackReenteredError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error Reentered()
func (marketplace *Marketplace) UnpackReenteredError(raw []byte) (*MarketplaceReentered, error) {
	out := new(MarketplaceReentered)
	if err := marketplace.abi.UnpackIntoInterface(out, "Reentered", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketplaceRevokedPart represents a RevokedPart error raised by the Marketplace contract.
type MarketplaceRevokedPart struct {
	Part [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error RevokedPart(bytes32 part)
func MarketplaceRevokedPartErrorID() common.Hash {
	return common.HexToHash("0x2fda3b02b3b1f5200d620d4d159096704f629477d40b7915e600b80e62e652c1")
}

// UnpackRevokedPartError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error RevokedPart(bytes32 part)
func (marketplace *Marketplace) UnpackRevokedPartError(raw []byte) (*MarketplaceRevokedPart, error) {
	out := new(MarketplaceRevokedPart)
	if err := marketplace.abi.UnpackIntoInterface(out, "RevokedPart", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketplaceTransferFailed represents a TransferFailed error raised by the Marketplace contract.
type MarketplaceTransferFailed struct {
	Currency common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error TransferFailed(address currency)
func MarketplaceTransferFailedErrorID() common.Hash {
	return common.HexToHash("0x39f1c8d9a08940175dbc82f15840b953aa855264e371e68f3e5d5cb38c445fa0")
}

// UnpackTransferFailedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error TransferFailed(address currency)
func (marketplace *Marketplace) UnpackTransferFailedError(raw []byte) (*MarketplaceTransferFailed, error) {
	out := new(MarketplaceTransferFailed)
	if err := marketplace.abi.UnpackIntoInterface(out, "TransferFailed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketplaceWrongAmount represents a WrongAmount error raised by the Marketplace contract.
type MarketplaceWrongAmount struct {
	Received *big.Int
	Expected *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongAmount(uint256 received, uint256 expected)
func MarketplaceWrongAmountErrorID() common.Hash {
	return common.HexToHash("0x312b00334db1ea2e47ca02471f2084ea5861925ada5b716a536b2b60e824c081")
}

// UnpackWrongAmountError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongAmount(uint256 received, uint256 expected)
func (marketplace *Marketplace) UnpackWrongAmountError(raw []byte) (*MarketplaceWrongAmount, error) {
	out := new(MarketplaceWrongAmount)
	if err := marketplace.abi.UnpackIntoInterface(out, "WrongAmount", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketplaceWrongCurrency represents a WrongCurrency error raised by the Marketplace contract.
type MarketplaceWrongCurrency struct {
	Part [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongCurrency(bytes32 part)
func MarketplaceWrongCurrencyErrorID() common.Hash {
	return common.HexToHash("0xdcbf537b999003dd8957c41abc50c652f3f0f18f5eb8a9ca5aba273ed276feb9")
}

// UnpackWrongCurrencyError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongCurrency(bytes32 part)
func (marketplace *Marketplace) UnpackWrongCurrencyError(raw []byte) (*MarketplaceWrongCurrency, error) {
	out := new(MarketplaceWrongCurrency)
	if err := marketplace.abi.UnpackIntoInterface(out, "WrongCurrency", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketplaceWrongPlan represents a WrongPlan error raised by the Marketplace contract.
type MarketplaceWrongPlan struct {
	Plan [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongPlan(bytes32 plan)
func MarketplaceWrongPlanErrorID() common.Hash {
	return common.HexToHash("0xb6d772e57eb7aa564e81bd856a90eb74b94e742fa7e365ee897bcc4487d02731")
}

// UnpackWrongPlanError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongPlan(bytes32 plan)
func (marketplace *Marketplace) UnpackWrongPlanError(raw []byte) (*MarketplaceWrongPlan, error) {
	out := new(MarketplaceWrongPlan)
	if err := marketplace.abi.UnpackIntoInterface(out, "WrongPlan", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketplaceWrongRoyalties represents a WrongRoyalties error raised by the Marketplace contract.
type MarketplaceWrongRoyalties struct {
	Royalties *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongRoyalties(uint256 royalties)
func MarketplaceWrongRoyaltiesErrorID() common.Hash {
	return common.HexToHash("0xafc02c589952cee4f13fcbcf6fe439d9d5ea9202c4ff371f28d53ba02b20dc40")
}

// UnpackWrongRoyaltiesError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongRoyalties(uint256 royalties)
func (marketplace *Marketplace) UnpackWrongRoyaltiesError(raw []byte) (*MarketplaceWrongRoyalties, error) {
	out := new(MarketplaceWrongRoyalties)
	if err := marketplace.abi.UnpackIntoInterface(out, "WrongRoyalties", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketplaceWrongShares represents a WrongShares error raised by the Marketplace contract.
type MarketplaceWrongShares struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongShares()
func MarketplaceWrongSharesErrorID() common.Hash {
	return common.HexToHash("0x8db6505f2c3c80f25b9643d1a2e5d5246d37aed1447eaa9fb40a8f135bc8f91d")
}

// UnpackWrongSharesError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongShares()
func (marketplace *Marketplace) UnpackWrongSharesError(raw []byte) (*MarketplaceWrongShares, error) {
	out := new(MarketplaceWrongShares)
	if err := marketplace.abi.UnpackIntoInterface(out, "WrongShares", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrainingVerifierMetaData contains all meta data concerning the TrainingVerifier contract.
var TrainingVerifierMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"contractIArgumentVerifier\",\"name\":\"verifier_\",\"type\":\"address\"},{\"internalType\":\"contractDatasetRegistry\",\"name\":\"registry_\",\"type\":\"address\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"run\",\"type\":\"bytes32\"}],\"name\":\"AlreadyStarted\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"kind\",\"type\":\"uint256\"}],\"name\":\"HoleNotGiven\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"run\",\"type\":\"bytes32\"}],\"name\":\"NotFinished\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"segments\",\"type\":\"bytes32\"}],\"name\":\"NotNext\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"row\",\"type\":\"uint256\"}],\"name\":\"NotOnCurve\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"run\",\"type\":\"bytes32\"}],\"name\":\"NotStarted\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"hash\",\"type\":\"bytes32\"}],\"name\":\"TemplateUnknown\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"bytes_\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"expected\",\"type\":\"uint256\"}],\"name\":\"WrongCertificates\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"WrongData\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"span\",\"type\":\"uint256\"}],\"name\":\"WrongRows\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"given\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"expected\",\"type\":\"uint256\"}],\"name\":\"WrongTensors\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"WrongWeights\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"run\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"weights\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"rest\",\"type\":\"bytes32\"}],\"name\":\"Advanced\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"run\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"claim\",\"type\":\"bytes32\"}],\"name\":\"Claimed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"run\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"plan\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"context\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"digest\",\"type\":\"bytes32\"}],\"name\":\"Started\",\"type\":\"event\"},{\"inputs\":[{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"plan\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"context\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"digest\",\"type\":\"bytes32\"}],\"internalType\":\"structTrainingVerifier.Name\",\"name\":\"name\",\"type\":\"tuple\"},{\"internalType\":\"uint256[][]\",\"name\":\"data\",\"type\":\"uint256[][]\"},{\"internalType\":\"uint256[][]\",\"name\":\"weights\",\"type\":\"uint256[][]\"},{\"components\":[{\"internalType\":\"bytes\",\"name\":\"template\",\"type\":\"bytes\"},{\"internalType\":\"bytes32\",\"name\":\"rest\",\"type\":\"bytes32\"},{\"internalType\":\"bytes\",\"name\":\"certificates\",\"type\":\"bytes\"},{\"internalType\":\"uint256[][]\",\"name\":\"next\",\"type\":\"uint256[][]\"},{\"internalType\":\"bytes\",\"name\":\"proof\",\"type\":\"bytes\"}],\"internalType\":\"structTrainingVerifier.Segment[]\",\"name\":\"segments\",\"type\":\"tuple[]\"}],\"name\":\"advance\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"plan\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"context\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"digest\",\"type\":\"bytes32\"}],\"internalType\":\"structTrainingVerifier.Name\",\"name\":\"name\",\"type\":\"tuple\"},{\"internalType\":\"uint256[][]\",\"name\":\"weights\",\"type\":\"uint256[][]\"},{\"components\":[{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"part\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"certificate\",\"type\":\"bytes32\"},{\"internalType\":\"uint64\",\"name\":\"tensor\",\"type\":\"uint64\"}],\"internalType\":\"structTrainingVerifier.Source[]\",\"name\":\"sources\",\"type\":\"tuple[]\"},{\"internalType\":\"bytes\",\"name\":\"template\",\"type\":\"bytes\"},{\"internalType\":\"uint256[][]\",\"name\":\"data\",\"type\":\"uint256[][]\"},{\"internalType\":\"bytes\",\"name\":\"proof\",\"type\":\"bytes\"}],\"internalType\":\"structTrainingVerifier.Claim[]\",\"name\":\"claims\",\"type\":\"tuple[]\"}],\"name\":\"claim\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"template\",\"type\":\"bytes32\"},{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"part\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"certificate\",\"type\":\"bytes32\"},{\"internalType\":\"uint64\",\"name\":\"tensor\",\"type\":\"uint64\"}],\"internalType\":\"structTrainingVerifier.Source[]\",\"name\":\"sources\",\"type\":\"tuple[]\"}],\"name\":\"claimHash\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"pure\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"run\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"claim\",\"type\":\"bytes32\"}],\"name\":\"claimed\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"plan\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"context\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"digest\",\"type\":\"bytes32\"}],\"internalType\":\"structTrainingVerifier.Name\",\"name\":\"name\",\"type\":\"tuple\"}],\"name\":\"key\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"pure\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"run\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"weights\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"segments\",\"type\":\"bytes32\"},{\"internalType\":\"uint64\",\"name\":\"tensors\",\"type\":\"uint64\"},{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"digest\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"certificate\",\"type\":\"bytes32\"},{\"internalType\":\"uint64\",\"name\":\"reads\",\"type\":\"uint64\"}],\"internalType\":\"structTrainingVerifier.Part[]\",\"name\":\"parts\",\"type\":\"tuple[]\"}],\"internalType\":\"structTrainingVerifier.Plan\",\"name\":\"plan\",\"type\":\"tuple\"}],\"name\":\"planHash\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"pure\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"run\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32[]\",\"name\":\"claims\",\"type\":\"bytes32[]\"}],\"name\":\"proven\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"registry\",\"outputs\":[{\"internalType\":\"contractDatasetRegistry\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"run\",\"type\":\"bytes32\"}],\"name\":\"runOf\",\"outputs\":[{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"data\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"weights\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"rest\",\"type\":\"bytes32\"},{\"internalType\":\"uint64\",\"name\":\"started\",\"type\":\"uint64\"}],\"internalType\":\"structTrainingVerifier.Run\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"run\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"weights\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"segments\",\"type\":\"bytes32\"},{\"internalType\":\"uint64\",\"name\":\"tensors\",\"type\":\"uint64\"},{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"digest\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"certificate\",\"type\":\"bytes32\"},{\"internalType\":\"uint64\",\"name\":\"reads\",\"type\":\"uint64\"}],\"internalType\":\"structTrainingVerifier.Part[]\",\"name\":\"parts\",\"type\":\"tuple[]\"}],\"internalType\":\"structTrainingVerifier.Plan\",\"name\":\"plan\",\"type\":\"tuple\"},{\"internalType\":\"bytes32\",\"name\":\"context\",\"type\":\"bytes32\"},{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"runId\",\"type\":\"bytes32\"},{\"internalType\":\"bytes\",\"name\":\"runTemplate\",\"type\":\"bytes\"},{\"internalType\":\"bytes\",\"name\":\"weightsTemplate\",\"type\":\"bytes\"},{\"internalType\":\"uint256[][]\",\"name\":\"weights\",\"type\":\"uint256[][]\"},{\"internalType\":\"bytes\",\"name\":\"proof\",\"type\":\"bytes\"}],\"internalType\":\"structTrainingVerifier.Beginning\",\"name\":\"b\",\"type\":\"tuple\"}],\"name\":\"start\",\"outputs\":[{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"plan\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"context\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"digest\",\"type\":\"bytes32\"}],\"internalType\":\"structTrainingVerifier.Name\",\"name\":\"name\",\"type\":\"tuple\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"verifier\",\"outputs\":[{\"internalType\":\"contractIArgumentVerifier\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"}]",
	ID:  "TrainingVerifier",
}

// TrainingVerifier is an auto generated Go binding around an Ethereum contract.
type TrainingVerifier struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *TrainingVerifier) GetABI() abi.ABI {
	return c.abi
}

// NewTrainingVerifier creates a new instance of TrainingVerifier.
func NewTrainingVerifier() *TrainingVerifier {
	parsed, err := TrainingVerifierMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &TrainingVerifier{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *TrainingVerifier) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address verifier_, address registry_) returns()
func (trainingVerifier *TrainingVerifier) PackConstructor(verifier_ common.Address, registry_ common.Address) []byte {
	enc, err := trainingVerifier.abi.Pack("", verifier_, registry_)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackAdvance is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe3b10bfc.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function advance((bytes32,bytes32,bytes32) name, uint256[][] data, uint256[][] weights, (bytes,bytes32,bytes,uint256[][],bytes)[] segments) returns()
func (trainingVerifier *TrainingVerifier) PackAdvance(name TrainingVerifierName, data [][]*big.Int, weights [][]*big.Int, segments []TrainingVerifierSegment) []byte {
	enc, err := trainingVerifier.abi.Pack("advance", name, data, weights, segments)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAdvance is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe3b10bfc.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function advance((bytes32,bytes32,bytes32) name, uint256[][] data, uint256[][] weights, (bytes,bytes32,bytes,uint256[][],bytes)[] segments) returns()
func (trainingVerifier *TrainingVerifier) TryPackAdvance(name TrainingVerifierName, data [][]*big.Int, weights [][]*big.Int, segments []TrainingVerifierSegment) ([]byte, error) {
	return trainingVerifier.abi.Pack("advance", name, data, weights, segments)
}

// PackClaim is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc7b80964.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function claim((bytes32,bytes32,bytes32) name, uint256[][] weights, ((bytes32,bytes32,uint64)[],bytes,uint256[][],bytes)[] claims) returns()
func (trainingVerifier *TrainingVerifier) PackClaim(name TrainingVerifierName, weights [][]*big.Int, claims []TrainingVerifierClaim) []byte {
	enc, err := trainingVerifier.abi.Pack("claim", name, weights, claims)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackClaim is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc7b80964.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function claim((bytes32,bytes32,bytes32) name, uint256[][] weights, ((bytes32,bytes32,uint64)[],bytes,uint256[][],bytes)[] claims) returns()
func (trainingVerifier *TrainingVerifier) TryPackClaim(name TrainingVerifierName, weights [][]*big.Int, claims []TrainingVerifierClaim) ([]byte, error) {
	return trainingVerifier.abi.Pack("claim", name, weights, claims)
}

// PackClaimHash is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2a1eb552.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function claimHash(bytes32 template, (bytes32,bytes32,uint64)[] sources) pure returns(bytes32)
func (trainingVerifier *TrainingVerifier) PackClaimHash(template [32]byte, sources []TrainingVerifierSource) []byte {
	enc, err := trainingVerifier.abi.Pack("claimHash", template, sources)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackClaimHash is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2a1eb552.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function claimHash(bytes32 template, (bytes32,bytes32,uint64)[] sources) pure returns(bytes32)
func (trainingVerifier *TrainingVerifier) TryPackClaimHash(template [32]byte, sources []TrainingVerifierSource) ([]byte, error) {
	return trainingVerifier.abi.Pack("claimHash", template, sources)
}

// UnpackClaimHash is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x2a1eb552.
//
// Solidity: function claimHash(bytes32 template, (bytes32,bytes32,uint64)[] sources) pure returns(bytes32)
func (trainingVerifier *TrainingVerifier) UnpackClaimHash(data []byte) ([32]byte, error) {
	out, err := trainingVerifier.abi.Unpack("claimHash", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackClaimed is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8b45d08f.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function claimed(bytes32 run, bytes32 claim) view returns(bool)
func (trainingVerifier *TrainingVerifier) PackClaimed(run [32]byte, claim [32]byte) []byte {
	enc, err := trainingVerifier.abi.Pack("claimed", run, claim)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackClaimed is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8b45d08f.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function claimed(bytes32 run, bytes32 claim) view returns(bool)
func (trainingVerifier *TrainingVerifier) TryPackClaimed(run [32]byte, claim [32]byte) ([]byte, error) {
	return trainingVerifier.abi.Pack("claimed", run, claim)
}

// UnpackClaimed is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x8b45d08f.
//
// Solidity: function claimed(bytes32 run, bytes32 claim) view returns(bool)
func (trainingVerifier *TrainingVerifier) UnpackClaimed(data []byte) (bool, error) {
	out, err := trainingVerifier.abi.Unpack("claimed", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackKey is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa3c8c55f.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function key((bytes32,bytes32,bytes32) name) pure returns(bytes32)
func (trainingVerifier *TrainingVerifier) PackKey(name TrainingVerifierName) []byte {
	enc, err := trainingVerifier.abi.Pack("key", name)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackKey is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa3c8c55f.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function key((bytes32,bytes32,bytes32) name) pure returns(bytes32)
func (trainingVerifier *TrainingVerifier) TryPackKey(name TrainingVerifierName) ([]byte, error) {
	return trainingVerifier.abi.Pack("key", name)
}

// UnpackKey is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xa3c8c55f.
//
// Solidity: function key((bytes32,bytes32,bytes32) name) pure returns(bytes32)
func (trainingVerifier *TrainingVerifier) UnpackKey(data []byte) ([32]byte, error) {
	out, err := trainingVerifier.abi.Unpack("key", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackPlanHash is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xcedcf979.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function planHash((bytes32,bytes32,bytes32,uint64,(bytes32,bytes32,uint64)[]) plan) pure returns(bytes32)
func (trainingVerifier *TrainingVerifier) PackPlanHash(plan TrainingVerifierPlan) []byte {
	enc, err := trainingVerifier.abi.Pack("planHash", plan)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPlanHash is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xcedcf979.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function planHash((bytes32,bytes32,bytes32,uint64,(bytes32,bytes32,uint64)[]) plan) pure returns(bytes32)
func (trainingVerifier *TrainingVerifier) TryPackPlanHash(plan TrainingVerifierPlan) ([]byte, error) {
	return trainingVerifier.abi.Pack("planHash", plan)
}

// UnpackPlanHash is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xcedcf979.
//
// Solidity: function planHash((bytes32,bytes32,bytes32,uint64,(bytes32,bytes32,uint64)[]) plan) pure returns(bytes32)
func (trainingVerifier *TrainingVerifier) UnpackPlanHash(data []byte) ([32]byte, error) {
	out, err := trainingVerifier.abi.Unpack("planHash", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackProven is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf8f16f0e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function proven(bytes32 run, bytes32[] claims) view returns(bool)
func (trainingVerifier *TrainingVerifier) PackProven(run [32]byte, claims [][32]byte) []byte {
	enc, err := trainingVerifier.abi.Pack("proven", run, claims)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackProven is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf8f16f0e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function proven(bytes32 run, bytes32[] claims) view returns(bool)
func (trainingVerifier *TrainingVerifier) TryPackProven(run [32]byte, claims [][32]byte) ([]byte, error) {
	return trainingVerifier.abi.Pack("proven", run, claims)
}

// UnpackProven is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xf8f16f0e.
//
// Solidity: function proven(bytes32 run, bytes32[] claims) view returns(bool)
func (trainingVerifier *TrainingVerifier) UnpackProven(data []byte) (bool, error) {
	out, err := trainingVerifier.abi.Unpack("proven", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackRegistry is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7b103999.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function registry() view returns(address)
func (trainingVerifier *TrainingVerifier) PackRegistry() []byte {
	enc, err := trainingVerifier.abi.Pack("registry")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRegistry is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7b103999.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function registry() view returns(address)
func (trainingVerifier *TrainingVerifier) TryPackRegistry() ([]byte, error) {
	return trainingVerifier.abi.Pack("registry")
}

// UnpackRegistry is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x7b103999.
//
// Solidity: function registry() view returns(address)
func (trainingVerifier *TrainingVerifier) UnpackRegistry(data []byte) (common.Address, error) {
	out, err := trainingVerifier.abi.Unpack("registry", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackRunOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x10533810.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function runOf(bytes32 run) view returns((bytes32,bytes32,bytes32,uint64))
func (trainingVerifier *TrainingVerifier) PackRunOf(run [32]byte) []byte {
	enc, err := trainingVerifier.abi.Pack("runOf", run)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRunOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x10533810.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function runOf(bytes32 run) view returns((bytes32,bytes32,bytes32,uint64))
func (trainingVerifier *TrainingVerifier) TryPackRunOf(run [32]byte) ([]byte, error) {
	return trainingVerifier.abi.Pack("runOf", run)
}

// UnpackRunOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x10533810.
//
// Solidity: function runOf(bytes32 run) view returns((bytes32,bytes32,bytes32,uint64))
func (trainingVerifier *TrainingVerifier) UnpackRunOf(data []byte) (TrainingVerifierRun, error) {
	out, err := trainingVerifier.abi.Unpack("runOf", data)
	if err != nil {
		return *new(TrainingVerifierRun), err
	}
	out0 := *abi.ConvertType(out[0], new(TrainingVerifierRun)).(*TrainingVerifierRun)
	return out0, nil
}

// PackStart is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9c235137.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function start((bytes32,bytes32,bytes32,uint64,(bytes32,bytes32,uint64)[]) plan, bytes32 context, (bytes32,bytes,bytes,uint256[][],bytes) b) returns((bytes32,bytes32,bytes32) name)
func (trainingVerifier *TrainingVerifier) PackStart(plan TrainingVerifierPlan, context [32]byte, b TrainingVerifierBeginning) []byte {
	enc, err := trainingVerifier.abi.Pack("start", plan, context, b)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackStart is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9c235137.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function start((bytes32,bytes32,bytes32,uint64,(bytes32,bytes32,uint64)[]) plan, bytes32 context, (bytes32,bytes,bytes,uint256[][],bytes) b) returns((bytes32,bytes32,bytes32) name)
func (trainingVerifier *TrainingVerifier) TryPackStart(plan TrainingVerifierPlan, context [32]byte, b TrainingVerifierBeginning) ([]byte, error) {
	return trainingVerifier.abi.Pack("start", plan, context, b)
}

// UnpackStart is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x9c235137.
//
// Solidity: function start((bytes32,bytes32,bytes32,uint64,(bytes32,bytes32,uint64)[]) plan, bytes32 context, (bytes32,bytes,bytes,uint256[][],bytes) b) returns((bytes32,bytes32,bytes32) name)
func (trainingVerifier *TrainingVerifier) UnpackStart(data []byte) (TrainingVerifierName, error) {
	out, err := trainingVerifier.abi.Unpack("start", data)
	if err != nil {
		return *new(TrainingVerifierName), err
	}
	out0 := *abi.ConvertType(out[0], new(TrainingVerifierName)).(*TrainingVerifierName)
	return out0, nil
}

// PackVerifier is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2b7ac3f3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function verifier() view returns(address)
func (trainingVerifier *TrainingVerifier) PackVerifier() []byte {
	enc, err := trainingVerifier.abi.Pack("verifier")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVerifier is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2b7ac3f3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function verifier() view returns(address)
func (trainingVerifier *TrainingVerifier) TryPackVerifier() ([]byte, error) {
	return trainingVerifier.abi.Pack("verifier")
}

// UnpackVerifier is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x2b7ac3f3.
//
// Solidity: function verifier() view returns(address)
func (trainingVerifier *TrainingVerifier) UnpackVerifier(data []byte) (common.Address, error) {
	out, err := trainingVerifier.abi.Unpack("verifier", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// TrainingVerifierAdvanced represents a Advanced event raised by the TrainingVerifier contract.
type TrainingVerifierAdvanced struct {
	Run     [32]byte
	Weights [32]byte
	Rest    [32]byte
	Raw     *types.Log // Blockchain specific contextual infos
}

const TrainingVerifierAdvancedEventName = "Advanced"

// ContractEventName returns the user-defined event name.
func (TrainingVerifierAdvanced) ContractEventName() string {
	return TrainingVerifierAdvancedEventName
}

// UnpackAdvancedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Advanced(bytes32 indexed run, bytes32 weights, bytes32 rest)
func (trainingVerifier *TrainingVerifier) UnpackAdvancedEvent(log *types.Log) (*TrainingVerifierAdvanced, error) {
	event := "Advanced"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != trainingVerifier.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TrainingVerifierAdvanced)
	if len(log.Data) > 0 {
		if err := trainingVerifier.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range trainingVerifier.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TrainingVerifierClaimed represents a Claimed event raised by the TrainingVerifier contract.
type TrainingVerifierClaimed struct {
	Run   [32]byte
	Claim [32]byte
	Raw   *types.Log // Blockchain specific contextual infos
}

const TrainingVerifierClaimedEventName = "Claimed"

// ContractEventName returns the user-defined event name.
func (TrainingVerifierClaimed) ContractEventName() string {
	return TrainingVerifierClaimedEventName
}

// UnpackClaimedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Claimed(bytes32 indexed run, bytes32 indexed claim)
func (trainingVerifier *TrainingVerifier) UnpackClaimedEvent(log *types.Log) (*TrainingVerifierClaimed, error) {
	event := "Claimed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != trainingVerifier.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TrainingVerifierClaimed)
	if len(log.Data) > 0 {
		if err := trainingVerifier.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range trainingVerifier.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TrainingVerifierStarted represents a Started event raised by the TrainingVerifier contract.
type TrainingVerifierStarted struct {
	Run     [32]byte
	Plan    [32]byte
	Context [32]byte
	Digest  [32]byte
	Raw     *types.Log // Blockchain specific contextual infos
}

const TrainingVerifierStartedEventName = "Started"

// ContractEventName returns the user-defined event name.
func (TrainingVerifierStarted) ContractEventName() string {
	return TrainingVerifierStartedEventName
}

// UnpackStartedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Started(bytes32 indexed run, bytes32 indexed plan, bytes32 indexed context, bytes32 digest)
func (trainingVerifier *TrainingVerifier) UnpackStartedEvent(log *types.Log) (*TrainingVerifierStarted, error) {
	event := "Started"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != trainingVerifier.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TrainingVerifierStarted)
	if len(log.Data) > 0 {
		if err := trainingVerifier.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range trainingVerifier.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (trainingVerifier *TrainingVerifier) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], trainingVerifier.abi.Errors["AlreadyStarted"].ID.Bytes()[:4]) {
		return trainingVerifier.UnpackAlreadyStartedError(raw[4:])
	}
	if bytes.Equal(raw[:4], trainingVerifier.abi.Errors["HoleNotGiven"].ID.Bytes()[:4]) {
		return trainingVerifier.UnpackHoleNotGivenError(raw[4:])
	}
	if bytes.Equal(raw[:4], trainingVerifier.abi.Errors["NotFinished"].ID.Bytes()[:4]) {
		return trainingVerifier.UnpackNotFinishedError(raw[4:])
	}
	if bytes.Equal(raw[:4], trainingVerifier.abi.Errors["NotNext"].ID.Bytes()[:4]) {
		return trainingVerifier.UnpackNotNextError(raw[4:])
	}
	if bytes.Equal(raw[:4], trainingVerifier.abi.Errors["NotOnCurve"].ID.Bytes()[:4]) {
		return trainingVerifier.UnpackNotOnCurveError(raw[4:])
	}
	if bytes.Equal(raw[:4], trainingVerifier.abi.Errors["NotStarted"].ID.Bytes()[:4]) {
		return trainingVerifier.UnpackNotStartedError(raw[4:])
	}
	if bytes.Equal(raw[:4], trainingVerifier.abi.Errors["TemplateUnknown"].ID.Bytes()[:4]) {
		return trainingVerifier.UnpackTemplateUnknownError(raw[4:])
	}
	if bytes.Equal(raw[:4], trainingVerifier.abi.Errors["WrongCertificates"].ID.Bytes()[:4]) {
		return trainingVerifier.UnpackWrongCertificatesError(raw[4:])
	}
	if bytes.Equal(raw[:4], trainingVerifier.abi.Errors["WrongData"].ID.Bytes()[:4]) {
		return trainingVerifier.UnpackWrongDataError(raw[4:])
	}
	if bytes.Equal(raw[:4], trainingVerifier.abi.Errors["WrongRows"].ID.Bytes()[:4]) {
		return trainingVerifier.UnpackWrongRowsError(raw[4:])
	}
	if bytes.Equal(raw[:4], trainingVerifier.abi.Errors["WrongTensors"].ID.Bytes()[:4]) {
		return trainingVerifier.UnpackWrongTensorsError(raw[4:])
	}
	if bytes.Equal(raw[:4], trainingVerifier.abi.Errors["WrongWeights"].ID.Bytes()[:4]) {
		return trainingVerifier.UnpackWrongWeightsError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// TrainingVerifierAlreadyStarted represents a AlreadyStarted error raised by the TrainingVerifier contract.
type TrainingVerifierAlreadyStarted struct {
	Run [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AlreadyStarted(bytes32 run)
func TrainingVerifierAlreadyStartedErrorID() common.Hash {
	return common.HexToHash("0xf7a1aac20f5bd01721fb2e69f8a6f1d1fef70d57c841c9da8a0cb429682c0925")
}

// UnpackAlreadyStartedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AlreadyStarted(bytes32 run)
func (trainingVerifier *TrainingVerifier) UnpackAlreadyStartedError(raw []byte) (*TrainingVerifierAlreadyStarted, error) {
	out := new(TrainingVerifierAlreadyStarted)
	if err := trainingVerifier.abi.UnpackIntoInterface(out, "AlreadyStarted", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrainingVerifierHoleNotGiven represents a HoleNotGiven error raised by the TrainingVerifier contract.
type TrainingVerifierHoleNotGiven struct {
	Kind *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error HoleNotGiven(uint256 kind)
func TrainingVerifierHoleNotGivenErrorID() common.Hash {
	return common.HexToHash("0xdc33c703b48ee2df97fba7285f160ccc41cad1b917ae209f0a0ee38b9d1b3060")
}

// UnpackHoleNotGivenError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error HoleNotGiven(uint256 kind)
func (trainingVerifier *TrainingVerifier) UnpackHoleNotGivenError(raw []byte) (*TrainingVerifierHoleNotGiven, error) {
	out := new(TrainingVerifierHoleNotGiven)
	if err := trainingVerifier.abi.UnpackIntoInterface(out, "HoleNotGiven", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrainingVerifierNotFinished represents a NotFinished error raised by the TrainingVerifier contract.
type TrainingVerifierNotFinished struct {
	Run [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotFinished(bytes32 run)
func TrainingVerifierNotFinishedErrorID() common.Hash {
	return common.HexToHash("0x29aadacdd910f180dd85210d31c31313c35dbca73fd41dc8282e094a062627ce")
}

// UnpackNotFinishedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotFinished(bytes32 run)
func (trainingVerifier *TrainingVerifier) UnpackNotFinishedError(raw []byte) (*TrainingVerifierNotFinished, error) {
	out := new(TrainingVerifierNotFinished)
	if err := trainingVerifier.abi.UnpackIntoInterface(out, "NotFinished", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrainingVerifierNotNext represents a NotNext error raised by the TrainingVerifier contract.
type TrainingVerifierNotNext struct {
	Segments [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotNext(bytes32 segments)
func TrainingVerifierNotNextErrorID() common.Hash {
	return common.HexToHash("0x9f83984aa95efd3ad1f2534a88ca7331cff5216409621f8d9ee8ea807c8067eb")
}

// UnpackNotNextError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotNext(bytes32 segments)
func (trainingVerifier *TrainingVerifier) UnpackNotNextError(raw []byte) (*TrainingVerifierNotNext, error) {
	out := new(TrainingVerifierNotNext)
	if err := trainingVerifier.abi.UnpackIntoInterface(out, "NotNext", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrainingVerifierNotOnCurve represents a NotOnCurve error raised by the TrainingVerifier contract.
type TrainingVerifierNotOnCurve struct {
	Row *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotOnCurve(uint256 row)
func TrainingVerifierNotOnCurveErrorID() common.Hash {
	return common.HexToHash("0x03affdfca99c14dd5f42032ea3ea37f679702382d6fe166df6aaf3bcfc415a32")
}

// UnpackNotOnCurveError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotOnCurve(uint256 row)
func (trainingVerifier *TrainingVerifier) UnpackNotOnCurveError(raw []byte) (*TrainingVerifierNotOnCurve, error) {
	out := new(TrainingVerifierNotOnCurve)
	if err := trainingVerifier.abi.UnpackIntoInterface(out, "NotOnCurve", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrainingVerifierNotStarted represents a NotStarted error raised by the TrainingVerifier contract.
type TrainingVerifierNotStarted struct {
	Run [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotStarted(bytes32 run)
func TrainingVerifierNotStartedErrorID() common.Hash {
	return common.HexToHash("0xc25dc69ec499a84a83b34ca31021f79e283cb1a6fae4a22629ed8d12f408220f")
}

// UnpackNotStartedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotStarted(bytes32 run)
func (trainingVerifier *TrainingVerifier) UnpackNotStartedError(raw []byte) (*TrainingVerifierNotStarted, error) {
	out := new(TrainingVerifierNotStarted)
	if err := trainingVerifier.abi.UnpackIntoInterface(out, "NotStarted", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrainingVerifierTemplateUnknown represents a TemplateUnknown error raised by the TrainingVerifier contract.
type TrainingVerifierTemplateUnknown struct {
	Hash [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error TemplateUnknown(bytes32 hash)
func TrainingVerifierTemplateUnknownErrorID() common.Hash {
	return common.HexToHash("0x8408d13ff3efb5fd9e7ed6fd895a8a215fefcddaa2ad7d698a5478d101d170bd")
}

// UnpackTemplateUnknownError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error TemplateUnknown(bytes32 hash)
func (trainingVerifier *TrainingVerifier) UnpackTemplateUnknownError(raw []byte) (*TrainingVerifierTemplateUnknown, error) {
	out := new(TrainingVerifierTemplateUnknown)
	if err := trainingVerifier.abi.UnpackIntoInterface(out, "TemplateUnknown", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrainingVerifierWrongCertificates represents a WrongCertificates error raised by the TrainingVerifier contract.
type TrainingVerifierWrongCertificates struct {
	Bytes    *big.Int
	Expected *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongCertificates(uint256 bytes_, uint256 expected)
func TrainingVerifierWrongCertificatesErrorID() common.Hash {
	return common.HexToHash("0x5739d87ff30bec0ba4e58d659ffbbdeba2816e64b5d04758141ed2f888a8138d")
}

// UnpackWrongCertificatesError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongCertificates(uint256 bytes_, uint256 expected)
func (trainingVerifier *TrainingVerifier) UnpackWrongCertificatesError(raw []byte) (*TrainingVerifierWrongCertificates, error) {
	out := new(TrainingVerifierWrongCertificates)
	if err := trainingVerifier.abi.UnpackIntoInterface(out, "WrongCertificates", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrainingVerifierWrongData represents a WrongData error raised by the TrainingVerifier contract.
type TrainingVerifierWrongData struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongData()
func TrainingVerifierWrongDataErrorID() common.Hash {
	return common.HexToHash("0x036896be7553d9adc46c4cacf06d7c927e9ad5bf7b30562e22014c6e3b0de88d")
}

// UnpackWrongDataError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongData()
func (trainingVerifier *TrainingVerifier) UnpackWrongDataError(raw []byte) (*TrainingVerifierWrongData, error) {
	out := new(TrainingVerifierWrongData)
	if err := trainingVerifier.abi.UnpackIntoInterface(out, "WrongData", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrainingVerifierWrongRows represents a WrongRows error raised by the TrainingVerifier contract.
type TrainingVerifierWrongRows struct {
	Span *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongRows(uint256 span)
func TrainingVerifierWrongRowsErrorID() common.Hash {
	return common.HexToHash("0x6da56fb99cfd17253925aad2453be053371004d9971c2f2c226c7ccd6abcb5c3")
}

// UnpackWrongRowsError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongRows(uint256 span)
func (trainingVerifier *TrainingVerifier) UnpackWrongRowsError(raw []byte) (*TrainingVerifierWrongRows, error) {
	out := new(TrainingVerifierWrongRows)
	if err := trainingVerifier.abi.UnpackIntoInterface(out, "WrongRows", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrainingVerifierWrongTensors represents a WrongTensors error raised by the TrainingVerifier contract.
type TrainingVerifierWrongTensors struct {
	Given    *big.Int
	Expected *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongTensors(uint256 given, uint256 expected)
func TrainingVerifierWrongTensorsErrorID() common.Hash {
	return common.HexToHash("0x11bda3d2a8c7680ce0e979279175ce25353ce3346e727d6caa1eb472ced58d48")
}

// UnpackWrongTensorsError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongTensors(uint256 given, uint256 expected)
func (trainingVerifier *TrainingVerifier) UnpackWrongTensorsError(raw []byte) (*TrainingVerifierWrongTensors, error) {
	out := new(TrainingVerifierWrongTensors)
	if err := trainingVerifier.abi.UnpackIntoInterface(out, "WrongTensors", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrainingVerifierWrongWeights represents a WrongWeights error raised by the TrainingVerifier contract.
type TrainingVerifierWrongWeights struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongWeights()
func TrainingVerifierWrongWeightsErrorID() common.Hash {
	return common.HexToHash("0x7d33c0bd2e00c4865c70c446763b02ff9a033783c95ad54e046383de8ec781d0")
}

// UnpackWrongWeightsError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongWeights()
func (trainingVerifier *TrainingVerifier) UnpackWrongWeightsError(raw []byte) (*TrainingVerifierWrongWeights, error) {
	out := new(TrainingVerifierWrongWeights)
	if err := trainingVerifier.abi.UnpackIntoInterface(out, "WrongWeights", raw); err != nil {
		return nil, err
	}
	return out, nil
}
