"""Routes and guards of the server that are not the chat's."""
