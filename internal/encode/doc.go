// Package encode is the injective encoding of what is hashed or written:
// statements, digests, bundles.
//
//	field     bytes
//	Int       8, little endian, two's complement
//	Bool      an Int, 0 or 1
//	Bytes     its length as an Int, then itself; Text likewise
//	Ints      the number of integers as an Int, then each as an Int
//	Texts     the number of texts as an Int, then each as a Text
//	Cells     the number of cells as an Int, then each in 4 bytes, little endian
//	fixed     n bytes, where n does not depend on the value (a digest)
//
// Of one type, no encoding is the beginning of another: where it ends follows
// from its beginning. So from a format, a sequence of fields in which the type
// of each follows from those before it, the values can be read off the front one
// by one, and two different values of a format have different encodings, of
// which none is a prefix of the other.
//
// What a format must see to by itself: that lists of more than these begin with
// their length, that alternatives begin with a tag, that what is optional begins
// with a Bool, and that each thing that is hashed begins with a Domain of its
// own, so that no two formats have an encoding in common.
package encode
