// Package flatbuffer reads tables of FlatBuffers that a stranger wrote. The accessors of
// Google's library take offsets and lengths on trust and panic, or read what belongs to
// something else, where they lead out of the file; here each access is compared with the
// bytes that are there.
//
//	table   a position that holds the distance back to its vtable, then fields
//	vtable  its length and the table's (2 bytes each), then where each field stands in
//	        the table, in 2 bytes; 0, or a vtable that ends before: as by default
//	vector  its length in 4 bytes, then elements; a string is one, of bytes
//
// The first access that leads out of the buffer is what Buffer.Err says from then on; it
// and all later ones give what is there by default, so that a reader asks once, before it
// relies on anything.
//
// Nothing is copied but strings, and nothing followed that is not asked for. Many offsets
// may lead to one place: a caller who follows them bounds how often.
package flatbuffer
