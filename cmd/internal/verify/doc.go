// Package verify is what the programs that verify have in common: reading what they
// are given, and what they say of it.
package verify
