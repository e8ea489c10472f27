"""Settings, and the assembly of the parts into an assistant."""
