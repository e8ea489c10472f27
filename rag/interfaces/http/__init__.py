"""Routes and guards of the server that are independent of the chat."""
