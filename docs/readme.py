"""Fills the generated parts of README.md: the commands' help and the settings.

``python docs/readme.py`` writes them, ``--check`` fails when they differ.
"""

from __future__ import annotations

import os
import sys

import regex

from rag.cli import build_parser
from rag.settings import PROJECT_FOLDER, Settings, default_text, env_names

README = PROJECT_FOLDER / "README.md"


def main() -> int:
    """Write or check; return 1 when a check finds a difference."""
    os.environ["COLUMNS"] = "100"
    before = README.read_text(encoding="utf-8")
    after = before
    for name, content in (("help", _help()), ("settings", _settings())):
        after = _filled(after, name, content)
    if "--check" in sys.argv[1:]:
        if before != after:
            print("README.md is out of date: run `make guide`.", file=sys.stderr)
        return int(before != after)
    README.write_text(after, encoding="utf-8")
    return 0


def _filled(text: str, name: str, content: str) -> str:
    pattern = regex.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", regex.DOTALL)
    return str(pattern.sub(lambda match: f"{match[1]}{content}\n{match[2]}", text))


def _help() -> str:
    parser = build_parser()
    commands = parser._subparsers._group_actions[0].choices  # type: ignore[union-attr]  # noqa: SLF001 - argparse has no public list
    parts = [parser.format_help(), *(c.format_help() for c in commands.values())]  # type: ignore[union-attr]
    return "```\n" + "\n".join(part.strip() + "\n" for part in parts) + "```"


def _settings() -> str:
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    for field in Settings.model_fields.values():
        name, *others = env_names(field)
        also = f" (also `{'`, `'.join(others)}`)" if others else ""
        default = default_text(field)
        rows.append(f"| `{name}`{also} | {default and f'`{default}`'} | {field.description} |")
    return "\n".join(rows)


if __name__ == "__main__":
    sys.exit(main())
