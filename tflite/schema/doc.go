// Package schema holds the accessors that flatc generates from
// model_subset.fbs: the tables of a .tflite file that zkaudit uses.
//
// The accessors trust their bytes: an offset that points outside the file makes
// them panic. Only package tflite uses them, and only on bytes whose structure
// it has checked first.
package schema

//go:generate ./generate.sh
