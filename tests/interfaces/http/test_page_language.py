from __future__ import annotations

from typing import Any

import pytest

from rag.interfaces.http.page_language import PageLanguage, language_in


async def cookies_of(accepted: str, kind: str) -> list[bytes]:
    sent: list[dict[str, Any]] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", kind.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "headers": [(b"accept-language", accepted.encode())]}
    await PageLanguage(inner)(scope, None, send)  # type: ignore[arg-type]
    return [value for name, value in sent[0]["headers"] if name == b"set-cookie"]


async def test_a_page_remembers_the_language_it_was_asked_for_in() -> None:
    (cookie,) = await cookies_of("nl-NL,nl;q=0.9,en;q=0.8", "text/html; charset=utf-8")
    assert language_in(cookie.decode()) == "nl-NL"


@pytest.mark.parametrize(
    ("accepted", "kind"),
    [("nl", "application/json"), ("*", "text/html"), ("\r\nSet-Cookie: a=b", "text/html")],
)
async def test_nothing_else_sets_a_cookie(accepted: str, kind: str) -> None:
    assert await cookies_of(accepted, kind) == []


@pytest.mark.parametrize("cookies", ["", "a=b", "plumbline-language", "=;;=\x01"])
def test_without_the_cookie_there_is_no_language(cookies: str) -> None:
    assert language_in(cookies) == ""
