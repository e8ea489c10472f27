"""Stored conversations: one SQLite file for each corpus."""
