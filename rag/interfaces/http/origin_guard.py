"""Restricts access to the server's own pages.

Listening on loopback alone protects nothing: any page in the browser could open the websocket, and
a foreign name can be made to resolve to 127.0.0.1 (DNS rebinding).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; "
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'; "  # Chainlit compiles its own elements
    "style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; "
    "font-src 'self' data:; "
    "connect-src 'self'; "
    "worker-src 'self' blob:; "
    "frame-ancestors 'none'; "
    "base-uri 'self'; "
    "form-action 'self'; "
    "object-src 'none'"
)
HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_REFUSAL = b"403: this address or page may not use this Plumbline. Open it by its own address."
_POLICY_VIOLATION = 1008
_OWN_SITES = frozenset({"same-origin", "none"})
_OWN_COOKIE = regex.compile(
    rb"(?:access_token|oauth_state|refresh_token|X-Chainlit|chainlit|plumbline)[\w-]{0,60}=[\x21-\x7e]{0,8192}",
    regex.IGNORECASE,
)


def own_hosts(host: str, port: int) -> frozenset[str]:
    """Return the Host headers under which the chat is reachable."""
    host = host.lower()
    names = {"127.0.0.1", "localhost", "[::1]", f"[{host}]" if ":" in host else host}
    names -= {"0.0.0.0", "[::]"}  # noqa: S104 - compared, not bound
    default_port = {80: names, 443: names}.get(port, set())
    return frozenset({f"{name}:{port}" for name in names} | default_port)


def own_origins(hosts: Iterable[str]) -> frozenset[str]:
    """Return the Origin headers that its own pages send."""
    return frozenset(f"{scheme}://{host}" for host in hosts for scheme in ("http", "https"))


class OwnPagesOnly:
    """ASGI middleware: 403 for a foreign Host, or a foreign Origin if there is one."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._origins = own_origins(self._hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, adding headers to its response, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
        elif not self._allowed(scope):
            await _refuse(scope, receive, send)
        else:
            await self._app(_with_own_cookies(scope), receive, _with_headers(send))

    def _allowed(self, scope: Scope) -> bool:
        hosts = _values(scope, b"host")
        origins = _values(scope, b"origin")
        return (
            len(hosts) == 1
            and hosts[0].lower() in self._hosts
            and all(origin.lower() in self._origins for origin in origins)
            and _is_own_request(scope)
        )


def _is_own_request(scope: Scope) -> bool:
    """Is a request one of its own pages', of the address bar or of a link that a person clicked?

    A frame, a picture or a window that another page opens by itself sends no Origin.
    """
    sites = _values(scope, b"sec-fetch-site")
    if all(site in _OWN_SITES for site in sites):
        return True
    clicked = _values(scope, b"sec-fetch-user") == ["?1"]
    shown = _values(scope, b"sec-fetch-dest") == ["document"]
    return scope.get("method") == "GET" and clicked and shown


def _with_own_cookies(scope: Scope) -> Scope:
    """Drop cookies that are not the chat's: those of all ports of a machine come along."""
    kept = []
    for key, value in scope["headers"]:
        if key.lower() == b"cookie":
            own = b"; ".join(
                c for c in map(bytes.strip, value.split(b";")) if _OWN_COOKIE.fullmatch(c)
            )
            if own:
                kept.append((key, own))
        else:
            kept.append((key, value))
    return {**scope, "headers": kept}


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get(
        "extensions", {}
    ):
        await receive()
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        return
    kind = "websocket.http.response" if scope["type"] == "websocket" else "http.response"
    await send(
        {
            "type": f"{kind}.start",
            "status": 403,
            "headers": [(b"content-type", b"text/plain; charset=utf-8")],
        }
    )
    await send({"type": f"{kind}.body", "body": _REFUSAL})


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *HEADERS]
        await send(message)

    return sending
