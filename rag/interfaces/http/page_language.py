"""Remembers in a cookie which language the browser asked for the page in.

A websocket's request does not always name a language, so that the chat would speak another one
than its page.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "plumbline-language"
_TAG = regex.compile(rb"(?<! ) *+([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*) *+(?:[,;]|$)")


class PageLanguage:
    """ASGI middleware: sets the cookie with each page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        asked = dict(scope.get("headers", ())).get(b"accept-language", b"")
        tag = _TAG.match(asked) if scope["type"] == "http" else None
        if not tag:
            await self._app(scope, receive, send)
            return
        cookie = f"{COOKIE}={tag[1].decode()}; Path=/; SameSite=Strict"

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                kind = next((v for k, v in headers if k.lower() == b"content-type"), b"")
                if kind.startswith(b"text/html"):
                    headers.append((b"set-cookie", cookie.encode()))
                message["headers"] = headers
            await send(message)

        await self._app(scope, receive, sending)


def language_in(cookies: str) -> str:
    """Return the language tag that a Cookie header remembers, or an empty string."""
    try:
        found = SimpleCookie(cookies).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""
