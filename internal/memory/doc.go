// Package memory says how much of it a piece of work will take, before it is
// taken, and refuses what is more than allowed.
//
// A verifier reads files of strangers, and what a file asks for can be far more
// than its own size: weights that a public seed of 40 bytes gives, the order of
// 67 million rows, keys for a large circuit. Each such thing is estimated from
// public sizes where it is computed, and adds up in a Need.
//
// Estimates are of what is live at once; the garbage collector lets the process
// grow beyond. A need of none of its own is at most Base.
package memory
