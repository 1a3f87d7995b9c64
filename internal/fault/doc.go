// Package fault names the ways an operation of zkaudit can fail and the exit
// code each of them has on the command line.
//
// Every package wraps one of these sentinels with %w and the place of the
// fault (operator, tensor, step, row, byte offset), so that a caller can tell
// kinds apart with errors.Is and a reader can find the cause.
package fault
