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

// IArgumentVerifierStatement is an auto generated low-level Go binding around an user-defined struct.
type IArgumentVerifierStatement struct {
	Class    [32]byte
	Head     []byte
	External []*big.Int
	Proof    []byte
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
