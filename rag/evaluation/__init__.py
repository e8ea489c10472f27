"""Quality and speed, measured on sets; returns frozen reports."""
