package fault

import "github.com/zkaudit/zkaudit/internal/foreign"

// maxQuoted bounds how many characters of a text from outside an error quotes.
const maxQuoted = 100

// Quote is foreign.Quote for errors, of at most the first 100 characters.
func Quote(text string) string { return foreign.QuoteUpTo(text, maxQuoted) }
