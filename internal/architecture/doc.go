// Package architecture tests that imports flow the way ARCHITECTURE.md says:
// every package stands in one layer of its list and imports only packages of
// layers below, and what must not know of each other does not, however
// indirectly.
package architecture
