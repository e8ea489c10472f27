"""Conversations that stay: one SQLite file for each corpus."""
