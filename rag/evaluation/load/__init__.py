"""The load test of the chat: many conversations at once, with a model server of known speed."""
