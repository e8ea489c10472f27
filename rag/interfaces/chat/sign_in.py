"""The automatic local user: Chainlit stores conversations only for signed-in users.

Every client that passes the origin guard is the local user, so each request is given that user's
token. There is no login page, nothing is stored in the browser, and sessions survive a restart.
"""

from __future__ import annotations

import os
import secrets
import time
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING

import chainlit as cl
from chainlit.auth import create_jwt, decode_jwt, get_token_from_cookies

from rag.interfaces.http.roles import LOCAL_USER

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection
    from starlette.types import ASGIApp, Receive, Scope, Send

_COOKIE = "access_token"
_RENEW_S = 24 * 3600
"""Chainlit's tokens last 15 days; renewing them daily is sufficient."""


def prepare_sign_in() -> None:
    """Give Chainlit a secret to sign tokens with; it never leaves this process."""
    os.environ["CHAINLIT_AUTH_SECRET"] = secrets.token_urlsafe(48)


def local_user() -> cl.User:
    """Return the user of this machine."""
    return cl.User(identifier=LOCAL_USER)


def signed_in(request: HTTPConnection) -> str:
    """Return the name of the user of a request; empty if nobody is signed in."""
    token = get_token_from_cookies(request.cookies)
    return str(decode_jwt(token).identifier) if token else ""


class EverybodyIsLocal:
    """ASGI middleware that adds the local user's token to every request and handshake."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._token = ""
        self._made = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Replace whatever token the client sent."""
        if scope["type"] in {"http", "websocket"}:
            scope = {**scope, "headers": self._signed_in(scope["headers"])}
        await self._app(scope, receive, send)

    def _signed_in(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        cookies: SimpleCookie = SimpleCookie()
        for name, value in headers:
            if name.lower() == b"cookie":
                cookies.load(value.decode("latin-1"))
        own = {name: morsel.coded_value for name, morsel in cookies.items()}
        own = {name: value for name, value in own.items() if not name.startswith(_COOKIE)}
        own[_COOKIE] = self._fresh_token()
        line = "; ".join(f"{name}={value}" for name, value in own.items())
        others = [(name, value) for name, value in headers if name.lower() != b"cookie"]
        return [*others, (b"cookie", line.encode("latin-1"))]

    def _fresh_token(self) -> str:
        if not self._token or time.monotonic() - self._made > _RENEW_S:
            self._token = create_jwt(local_user())
            self._made = time.monotonic()
        return self._token
