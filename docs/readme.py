"""Fills the generated parts of README.md and CONTRIBUTING.md, and the chat's own page.

``python docs/readme.py`` writes them, ``--check`` fails when they differ.
"""

from __future__ import annotations

import ast
import os
import sys
from typing import TYPE_CHECKING

import regex

from rag.config.environment import default_text, env_names
from rag.config.settings import Settings
from rag.domain.paths import PROJECT_FOLDER
from rag.interfaces.cli.parser import build_parser
from rag.presentation.texts import say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

README = PROJECT_FOLDER / "README.md"
CONTRIBUTING = PROJECT_FOLDER / "CONTRIBUTING.md"
COLUMN = 31
"""Where the tree's comments begin."""


def main() -> int:
    """Write or check; return 1 when a check finds a difference."""
    os.environ["COLUMNS"] = "100"
    readme = README.read_text(encoding="utf-8")
    for name, content in (("help", _help()), ("settings", _settings())):
        readme = _filled(readme, name, content)
    contributing = _filled(CONTRIBUTING.read_text(encoding="utf-8"), "tree", _tree())
    wanted = {README: readme, CONTRIBUTING: contributing, **_pages()}
    old = [p for p, text in wanted.items() if not p.exists() or p.read_text("utf-8") != text]
    if "--check" in sys.argv[1:]:
        for path in old:
            print(f"{path.name} is out of date: run `make guide`.", file=sys.stderr)
        return int(bool(old))
    for path in old:
        path.write_text(wanted[path], encoding="utf-8")
    return 0


def _pages() -> dict[Path, str]:
    """The page behind "Readme" in each language; Chainlit looks for a browser's full locale."""
    names = {"en": [""], "nl": ["_nl", "_nl-NL"], "de": ["_de", "_de-DE"]}
    return {
        PROJECT_FOLDER / f"chainlit{suffix}.md": say("readme", language)
        for language, suffixes in names.items()
        for suffix in suffixes
    }


def _filled(text: str, name: str, content: str) -> str:
    pattern = regex.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", regex.DOTALL)
    return str(pattern.sub(lambda match: f"{match[1]}{content}\n{match[2]}", text))


def _tree() -> str:
    """The packages and modules of ``rag``, each with the first sentence of its docstring."""
    return "```\n" + "\n".join(_branch(PROJECT_FOLDER / "rag", 0)) + "\n```"


def _branch(folder: Path, depth: int) -> Iterator[str]:
    """A package, its packages, its modules."""
    yield _leaf(f"{folder.name}/", folder / "__init__.py", depth)
    for inner in sorted(p.parent for p in folder.glob("*/__init__.py")):
        yield from _branch(inner, depth + 1)
    for module in sorted(set(folder.glob("*.py")) - {folder / "__init__.py"}):
        yield _leaf(module.name, module, depth + 1)


def _leaf(name: str, path: Path, depth: int) -> str:
    return f"{'  ' * depth + name:{COLUMN}}{_summary(path)}"


def _summary(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0].replace("``", "").rstrip(".:")


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
