"""A request -> a stream of events that ends with a checked answer."""
