"""The faces: chat, HTTP and command line."""
