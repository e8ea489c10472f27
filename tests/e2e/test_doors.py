"""Who gets in, what goes out, and what is left when the app ends."""

from __future__ import annotations

import asyncio
import os
import signal
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import socketio

from tests.builders import FILES
from tests.e2e.app import App
from tests.scripted_server import Script, ScriptedServer
from tests.waiting import GENEROUS_S, wait_until

if TYPE_CHECKING:
    from tests.e2e.chat import Chat, Stage


def status(url: str, **headers: str) -> int:
    request = urllib.request.Request(
        url, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    try:
        with urllib.request.urlopen(request, timeout=GENEROUS_S) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return int(error.code)


@pytest.mark.parametrize("path", ["/", "/health", "/project/settings", "/public/theme.json"])
def test_foreign_hosts_and_pages_get_403(stage: Stage, path: str) -> None:
    url = stage.app.url + path
    assert status(url) == 200
    assert status(url, Host="evil.example") == 403
    assert status(url, Origin="http://evil.example") == 403
    assert status(url, Origin=stage.app.url) == 200


def test_a_page_that_sends_no_origin_gets_403(stage: Stage) -> None:
    assert status(stage.app.url, Sec_Fetch_Site="cross-site", Sec_Fetch_Dest="iframe") == 403
    assert status(stage.app.url, Sec_Fetch_Site="none", Sec_Fetch_Dest="document") == 200


def test_the_cookies_of_another_port_lock_nobody_out(stage: Stage) -> None:
    odd = "access_token_0=\xff; x=" + "y" * 3_000 + "; =; ;;"
    assert status(f"{stage.app.url}/user", Cookie=odd) == status(f"{stage.app.url}/user")
    assert status(stage.app.url, Cookie=odd) == 200


@pytest.mark.parametrize("path", ["docs", "redoc", "openapi.json"])
def test_the_servers_own_description_is_not_shown(stage: Stage, path: str) -> None:
    with urllib.request.urlopen(f"{stage.app.url}/{path}") as response:
        assert b"swagger" not in response.read().lower()
        assert "json" not in response.headers["content-type"]


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"}],
    ids=str,
)
def test_a_foreign_page_cannot_open_our_socket(stage: Stage, headers: dict[str, str]) -> None:
    assert connects(stage.app.url, {})
    assert not connects(stage.app.url, headers)


def connects(url: str, headers: dict[str, str]) -> bool:
    """Does the chat's socket open for a client with these headers?"""

    async def attempt() -> bool:
        client = socketio.AsyncClient(reconnection=False)
        try:
            await client.connect(
                url,
                socketio_path="/ws/socket.io",
                transports=["websocket"],
                headers=headers,
                auth={"clientType": "webapp", "sessionId": "1", "threadId": "", "userEnv": "{}"},
            )
        except socketio.exceptions.ConnectionError:
            return False
        await client.disconnect()
        return True

    with ThreadPoolExecutor(1) as thread:  # Playwright's loop runs in this one
        return thread.submit(asyncio.run, attempt()).result()


@pytest.mark.parametrize(
    "path", ["nothing.md", "../app.log", "%2e%2e/app.log", "..%2fapp.log", "/etc/passwd", ""]
)
def test_only_files_of_the_corpus_are_served(stage: Stage, path: str) -> None:
    stage.app.wait_until_listed("returns.md")
    assert status(f"{stage.app.url}/corpus/returns.md") == 200
    assert status(f"{stage.app.url}/corpus/{path}") == 404


def test_the_page_names_no_other_host(stage: Stage) -> None:
    with urllib.request.urlopen(stage.app.url) as response:
        html = response.read().decode()
        policy = response.headers["content-security-policy"]
    assert "://" not in html.replace(stage.app.url, "")
    assert "default-src 'self'" in policy


def test_a_proxy_sees_nothing_and_the_built_in_model_ends_with_the_app(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "faq.md").write_text(FILES["faq.md"])
    with ScriptedServer(Script("no")) as proxy:
        names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy")
        proxied = dict.fromkeys(names, proxy.base_url)
        with App(corpus, tmp_path / "app.log", settings=proxied) as app:
            assert app.process is not None
            app_pid = app.process.pid
            wait_until(lambda: bool(_models_of(app_pid)))
            [child] = _models_of(app_pid)
            os.kill(app.process.pid, signal.SIGKILL)
            app.process.wait(GENEROUS_S)
            wait_until(lambda: not Path(f"/proc/{child}").exists())
        assert proxy.connections == 0


def _models_of(pid: int) -> list[str]:
    """The processes of the built-in model."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [
        child
        for child in children
        if b"embedded_server" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def test_what_another_page_posts_reaches_nobody(chat: Chat) -> None:
    heard = chat.page.evaluate(
        """() => {
          const heard = [];
          const listen = (event) => heard.push(event.origin);
          addEventListener("message", listen);
          for (const origin of ["http://evil.example", location.origin])
            dispatchEvent(new MessageEvent("message", { origin, data: "open" }));
          removeEventListener("message", listen);
          return heard;
        }"""
    )
    assert heard == [chat.page.evaluate("location.origin")]
