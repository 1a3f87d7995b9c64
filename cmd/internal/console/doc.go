// Package console is how the programs of this module speak: results on one
// stream, all else on the other, and nothing that a stranger's file brings reaches
// a terminal as anything but text.
package console
