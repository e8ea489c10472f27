"""Turns a request into a stream of events that ends with a checked answer."""
