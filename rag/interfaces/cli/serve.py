"""``rag serve``"""

from __future__ import annotations

import errno
import os
import shutil
import socket
import sys
from importlib import metadata
from typing import TYPE_CHECKING

from rag.config.state_folder import ensure_writable
from rag.corpus.folder import scan
from rag.domain.errors import SettingsError
from rag.domain.paths import PROJECT_FOLDER
from rag.interfaces.cli.output import print_error

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from rag.config.settings import Settings

PORTS_TRIED = 20


def run_serve(options: argparse.Namespace, settings: Settings) -> int:
    """``rag serve``; return the exit code."""
    scan(settings.corpus_dir)  # report a missing folder now, not at the first question
    port = _free_port(settings.host, settings.port)
    if port is None:
        return 1
    os.environ["CHAINLIT_APP_ROOT"] = str(chainlit_root(settings.state_dir))
    os.environ["CHAINLIT_HOST"], os.environ["CHAINLIT_PORT"] = settings.host, str(port)
    os.environ["RAG_CORPUS_DIR"] = str(settings.corpus_dir)
    from chainlit.cli import run_chainlit  # noqa: PLC0415 - 1.5 s that other commands need not wait
    from chainlit.config import config  # noqa: PLC0415

    config.run.headless = not (options.open and _has_screen())
    print_error(
        f"Plumbline answers on http://{settings.host}:{port} from {settings.corpus_dir}."
        " Ctrl+C ends it."
    )
    run_chainlit(str(PROJECT_FOLDER / "app.py"))
    return 0


def chainlit_root(state: Path) -> Path:
    """Return Chainlit's root, recreated in the state folder.

    Chainlit writes its translations into it, and the folder of a package may be read-only.
    """
    root = ensure_writable(state / f"chainlit-{metadata.version('chainlit')}")
    served = [PROJECT_FOLDER / ".chainlit" / "config.toml", *PROJECT_FOLDER.glob("chainlit*.md")]
    for source in (*served, *(PROJECT_FOLDER / "public").rglob("*.*")):
        target = root / source.relative_to(PROJECT_FOLDER)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)  # without its permissions, which may be read-only
    return root


def _free_port(host: str, port: int) -> int | None:
    """Return the port, or the next free one if the user agrees, else None."""
    if _is_free(host, port):
        return port
    following = next(
        (p for p in range(port + 1, port + 1 + PORTS_TRIED) if p <= 65_535 and _is_free(host, p)),  # noqa: PLR2004
        None,
    )
    offer = f" {following} is free: RAG_PORT={following} rag serve." if following else ""
    print_error(f"Port {port} on {host} is taken by another program.{offer}")
    if following is None or not sys.stdin.isatty():
        return None
    answer = input(f"Use {following} now? [Y/n] ").strip().lower()
    return following if answer in {"", "y", "yes", "j", "ja"} else None


def _is_free(host: str, port: int) -> bool:
    """Whether the port is free. Raises SettingsError if this machine does not have the host."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise SettingsError(
                    f"RAG_HOST is {host!r}, which is no address of this machine.",
                    "Set RAG_HOST to 127.0.0.1, or to an address of this machine.",
                ) from error
            return False
    return True


def _has_screen() -> bool:
    """Whether there is a screen; without one Python might start a browser in the terminal."""
    return (
        os.name == "nt"
        or sys.platform == "darwin"
        or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    )
