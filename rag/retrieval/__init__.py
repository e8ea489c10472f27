"""A question -> passages, and whether they are evidence enough."""
