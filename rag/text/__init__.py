"""Text in people's languages: words, sentences, languages."""
