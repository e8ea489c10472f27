"""Users' roles."""

from __future__ import annotations

from enum import StrEnum

LOCAL_USER = "local"
"""The name of every user while there is no sign-in."""


class Role(StrEnum):
    """What a user may do."""

    ADMIN = "admin"
    USER = "user"


def role_of(identifier: str) -> Role:
    """Return a user's role; the only place that decides it."""
    return Role.ADMIN if identifier == LOCAL_USER else Role.USER
