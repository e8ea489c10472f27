"""The chat: the only package that uses Chainlit (pinned to 2.12.0; workarounds are explained)."""
