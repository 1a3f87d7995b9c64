// Package chromium holds the tests of the page in which a browser verifies, in a real
// one (make web-test). It is a module of its own: nothing else needs a browser.
package chromium
