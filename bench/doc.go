// Package bench measures the system on the shapes that its claims and those of
// published provers are stated for. `make bench` runs it; every ratio compares
// two measurements of one run, because absolute times differ by machine.
package bench
