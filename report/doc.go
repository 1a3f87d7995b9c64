// Package report writes what is to be said of a run as one page: what was proven, who
// can check it and how, how training went, and what it all cost. What is proven comes
// from a verified bundle; the rest are its owner's words, and the page says so.
package report
