"""Commands: run on the parts, return frozen reports."""
