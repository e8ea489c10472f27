"""Finds passages for a question, and judges whether they are sufficient evidence."""
