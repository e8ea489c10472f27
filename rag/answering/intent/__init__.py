"""Classifies messages by what they ask for."""
