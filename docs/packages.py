"""Checks the locked packages: known weaknesses, and that each Python and platform finds them all.

Run by ``make check``. Both need a package index; what could not be asked is said.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent
LOCK = FOLDER / "requirements.lock"
PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = ("x86_64-unknown-linux-gnu", "aarch64-apple-darwin", "x86_64-pc-windows-msvc")
SOURCE_ONLY = ("cuid", "literalai", "syncer")
"""Pure Python packages that come without a wheel; everything else must have one."""
MACOS = "14.0"
ACCEPTED_WEAKNESSES: dict[str, str] = {}
"""Identifier -> why it does not concern this project."""


def main() -> int:
    """Return 1 when a package has a known weakness or is missing somewhere."""
    problems = [*_weaknesses(), *_missing()]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def _weaknesses() -> list[str]:
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--no-deps", "-r", str(LOCK)]
    result = subprocess.run(
        [*command, "--format", "json", "--progress-spinner", "off"],
        capture_output=True,
        text=True,
        check=False,
    )
    if not result.stdout.strip():
        return [f"pip-audit did not run: {result.stderr.strip()[-400:]}"]
    packages = json.loads(result.stdout)["dependencies"]
    skipped = sum("skip_reason" in package for package in packages)
    if skipped:
        print(
            f"Known weaknesses of {skipped} of {len(packages)} packages: not checked here, as this"
            " package index tells none. Where the internet is:"
            f" pip-audit --disable-pip --no-deps -r {LOCK.name}"
        )
    return [
        f"{package['name']} {package['version']} has {weakness['id']}: upgrade it (make lock)."
        for package in packages
        for weakness in package.get("vulns", ())
        if weakness["id"] not in ACCEPTED_WEAKNESSES
    ]


def _missing() -> list[str]:
    return [
        f"The lock does not resolve for Python {python} on {platform}: {problem}"
        for python, platform in itertools.product(PYTHONS, PLATFORMS)
        if (problem := _unresolved(python, platform))
    ]


def _unresolved(python: str, platform: str) -> str:
    """What the resolver says where it fails."""
    with tempfile.TemporaryDirectory() as target:
        result = subprocess.run(
            [
                *(sys.executable, "-m", "uv", "pip", "install", "--dry-run", "--quiet"),
                *("--no-deps", "--require-hashes", "--only-binary", ":all:"),
                *(option for name in SOURCE_ONLY for option in ("--no-binary", name)),
                *("--python-platform", platform, "--python-version", python),
                *("--target", target, "-r", str(LOCK)),
            ],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "MACOSX_DEPLOYMENT_TARGET": MACOS},
        )
    return result.stderr.strip() if result.returncode else ""


if __name__ == "__main__":
    sys.exit(main())
