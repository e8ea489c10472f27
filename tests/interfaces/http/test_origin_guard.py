from __future__ import annotations

from typing import Any

import pytest

from rag.interfaces.http.origin_guard import HEADERS, OwnPagesOnly, own_hosts

HOSTS = own_hosts("127.0.0.1", 8000)


async def status(kind: str, *headers: tuple[str, str], extensions: bool = True) -> int:
    """What a request with these headers gets: the status, or 1008 for a closed socket."""
    sent: list[dict[str, Any]] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        if kind == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
        else:
            await send({"type": "websocket.accept"})

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": kind,
        "method": "GET",
        "headers": [(k.encode(), v.encode()) for k, v in headers],
        "extensions": {"websocket.http.response": {}} if extensions else {},
    }
    await OwnPagesOnly(inner, HOSTS)(scope, receive, send)
    first = sent[0]
    if first["type"] == "http.response.start" and first["status"] == 200:
        assert set(HEADERS) <= set(first["headers"])
    return int(first.get("status") or first.get("code") or 200)


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([("host", "127.0.0.1:8000")], 200),
        ([("host", "localhost:8000"), ("origin", "http://localhost:8000")], 200),
        ([("Host", "LOCALHOST:8000")], 200),
        ([("host", "evil.example:8000")], 403),
        ([("host", "127.0.0.1:9000")], 403),
        ([("host", "127.0.0.1:8000"), ("origin", "http://evil.example")], 403),
        ([("host", "127.0.0.1:8000"), ("origin", "http://127.0.0.1:3000")], 403),
        ([("host", "127.0.0.1:8000"), ("origin", "null")], 403),
        ([("host", "127.0.0.1:8000"), ("host", "evil.example")], 403),
        ([], 403),
        ([("host", "127.0.0.1:8000"), ("sec-fetch-site", "same-origin")], 200),
        ([("host", "127.0.0.1:8000"), ("sec-fetch-site", "none")], 200),
        ([("host", "127.0.0.1:8000"), ("sec-fetch-site", "cross-site")], 403),
        ([("host", "127.0.0.1:8000"), ("sec-fetch-site", "same-site")], 403),
    ],
)
async def test_only_our_own_pages_get_in(
    kind: str, headers: list[tuple[str, str]], expected: int
) -> None:
    assert await status(kind, *headers) == expected


async def test_a_socket_is_closed_where_no_answer_can_be_sent() -> None:
    assert await status("websocket", ("host", "evil.example"), extensions=False) == 1008


def test_a_named_host_is_ours_and_everywhere_is_not_a_name() -> None:
    assert "192.0.2.7:8000" in own_hosts("192.0.2.7", 8000)
    assert "0.0.0.0:8000" not in own_hosts("0.0.0.0", 8000)
    assert "[::1]:8000" in own_hosts("::1", 8000)
    assert "localhost" in own_hosts("127.0.0.1", 80)


LINK = (("host", "127.0.0.1:8000"), ("sec-fetch-site", "cross-site"), ("sec-fetch-user", "?1"))


async def test_a_link_that_a_person_clicked_opens_the_page() -> None:
    assert await status("http", *LINK, ("sec-fetch-dest", "document")) == 200


@pytest.mark.parametrize("dest", ["iframe", "image", "empty", "script"])
async def test_another_page_cannot_embed_or_fetch(dest: str) -> None:
    assert await status("http", *LINK, ("sec-fetch-dest", dest)) == 403


async def test_cookies_of_other_ports_are_dropped() -> None:
    seen: list[Any] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.extend(value for name, value in scope["headers"] if name == b"cookie")

    odd = b"session=\xff\xfe; access_token=abc.def; =; x; access_token=" + b"y" * 9_000
    scope = {"type": "http", "headers": [(b"host", b"127.0.0.1:8000"), (b"cookie", odd)]}
    await OwnPagesOnly(inner, HOSTS)(scope, None, None)  # type: ignore[arg-type]
    assert seen == [b"access_token=abc.def"]
