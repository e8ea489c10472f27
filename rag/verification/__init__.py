"""Is each sentence of an answer supported by the passages? Decided by code."""
