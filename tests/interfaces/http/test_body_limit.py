from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from rag.interfaces.http.body_limit import BodyLimit


async def size(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


CLIENT = TestClient(BodyLimit(Starlette(routes=[Route("/", size, methods=["POST"])]), 1_000))


def test_a_body_within_the_limit_passes() -> None:
    assert CLIENT.post("/", content=b"x" * 1_000).text == "1000"


def test_a_declared_size_beyond_the_limit_is_refused_unread() -> None:
    answer = CLIENT.post("/", content=b"x" * 1_001)
    assert answer.status_code == 413
    assert "smaller" in answer.text


def test_a_body_that_goes_on_beyond_the_limit_is_refused() -> None:
    pieces = iter([b"x" * 600, b"x" * 600, b"x" * 600])
    assert CLIENT.post("/", content=pieces).status_code == 413


def test_a_size_that_is_no_number_is_refused() -> None:
    answer = CLIENT.post("/", content=b"x", headers={"content-length": "-5"})
    assert answer.status_code == 413
