// Package networktest draws random networks, small ones with odd sizes, for tests: what
// is proven of a step must hold of any of them. Nothing but tests imports it.
package networktest
