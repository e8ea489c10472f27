"""The user interfaces: chat, HTTP and command line."""
