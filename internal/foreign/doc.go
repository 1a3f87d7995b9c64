// Package foreign prints text that somebody else has written: names, words and
// values in bundles, audits, parts, models and claims. Such text must not speak
// for itself. A report that shows it says what the program says, and the text
// is what is quoted.
//
//	Line    one line: nothing in it steers a terminal, hides or reorders
//	Quote   in quotation marks: nothing in it ends the quotation
//	Quotes  a list of quotations
//	Writer  the last exit to a terminal or file, where only newlines remain
//	JSON    the same for an encoded value
//	Name    the form of names, of which all can stand unquoted
//
// Sentences are built of quotations, so that what stands outside quotation
// marks is the program's own; lines are printed through Line, at the exit
// through Writer, so that a place which forgot to quote loses its line and no
// more.
//
// Escaped are control characters, bidirectional controls, characters that are
// not seen (zero width, fillers, variation selectors), separators of lines and
// paragraphs, bytes that are not UTF-8, and marks piled on one letter. Letters
// of scripts written from right to left are shown: they are somebody's words,
// and quotation keeps them apart.
package foreign
