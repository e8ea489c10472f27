"""Who somebody is, and what they may do."""

from __future__ import annotations

from enum import StrEnum

LOCAL_USER = "local"
"""Who everybody is as long as nobody has to sign in."""


class Role(StrEnum):
    """What a person may do."""

    ADMIN = "admin"
    USER = "user"


def role_of(identifier: str) -> Role:
    """Return what a person may do; the one place that decides it."""
    return Role.ADMIN if identifier == LOCAL_USER else Role.USER
