// Package disk is the one place where this module changes files: every operation
// that makes, writes, syncs, renames or removes one goes through it, which
// internal/architecture checks. Tests stand between it and the system (Intercept)
// and let any operation fail, or end the process before it.
//
// Errors are those of package os. Which of them is whose fault, and that a file
// appears whole or not at all, is the business of package artefact above.
package disk
