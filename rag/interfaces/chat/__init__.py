"""The chat: the only part that knows Chainlit (pinned to 2.12.0; its traps are named here)."""
