"""Settings, and the one place that joins parts into an assistant."""
