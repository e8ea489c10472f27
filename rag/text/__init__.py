"""Natural-language text: words, sentences, languages."""
