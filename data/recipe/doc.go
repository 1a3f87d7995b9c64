// Package recipe says how the rows of a file become the integers of a dataset,
// so that they can be read the same way again: by whoever shows later that these
// are the rows committed, or encodes another row as a model's inputs were.
//
// A Recipe names what package data has to be told (format, layout and encoding of
// the file), the attributes with one value that its owner has added, and which
// rows were chosen. Layout is the part of it that a user sets in words.
package recipe
