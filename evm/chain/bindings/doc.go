// Package bindings calls the contracts of package evm from Go. abigen writes it from
// their artefacts: go generate. The code of contracts stands in the artefacts alone.
package bindings

//go:generate go run ./generate contracts.go
