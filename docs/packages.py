"""Checks the locked packages: known weaknesses, and that each platform finds all of them.

Run by ``make check``. Both need a package index; what could not be asked is said.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent
LOCK = FOLDER / "requirements.lock"
PLATFORMS = ("x86_64-unknown-linux-gnu", "aarch64-apple-darwin", "x86_64-pc-windows-msvc")
SOURCE_ONLY = ("cuid", "literalai", "syncer")
"""Pure Python packages that come without a wheel; everything else must have one."""
MACOS = "14.0"
ACCEPTED_WEAKNESSES: dict[str, str] = {}
"""Identifier -> why it does not concern this project."""


def main() -> int:
    """Return 1 when a package has a known weakness or a platform lacks one."""
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
        print(f"The package index knows nothing of the weaknesses of {skipped} packages.")
    return [
        f"{package['name']} {package['version']} has {weakness['id']}: upgrade it (make lock)."
        for package in packages
        for weakness in package.get("vulns", ())
        if weakness["id"] not in ACCEPTED_WEAKNESSES
    ]


def _missing() -> list[str]:
    problems = []
    for platform in PLATFORMS:
        with tempfile.TemporaryDirectory() as target:
            result = subprocess.run(
                [
                    *(sys.executable, "-m", "uv", "pip", "install", "--dry-run", "--quiet"),
                    *("--no-deps", "--require-hashes", "--only-binary", ":all:"),
                    *(option for name in SOURCE_ONLY for option in ("--no-binary", name)),
                    *("--python-platform", platform, "--python-version", "3.11"),
                    *("--target", target, "-r", str(LOCK)),
                ],
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, "MACOSX_DEPLOYMENT_TARGET": MACOS},
            )
        if result.returncode:
            problems.append(f"The lock does not resolve on {platform}: {result.stderr.strip()}")
    return problems


if __name__ == "__main__":
    sys.exit(main())
