from __future__ import annotations

import regex

from rag.domain.paths import PROJECT_FOLDER

TEXT = (PROJECT_FOLDER / "CONTRIBUTING.md").read_text(encoding="utf-8")
TREE = regex.search(r"<!-- tree -->\n```\n(.*?)\n```", TEXT, regex.DOTALL)


def paths_in_tree() -> set[str]:
    """The modules and packages that the tree shows, as paths."""
    assert TREE
    parts: list[str] = []
    found = set()
    for line in TREE[1].splitlines():
        name = line.split()[0]
        depth = (len(line) - len(line.lstrip())) // 2
        parts = [*parts[:depth], name.rstrip("/")]
        found.add("/".join(parts))
    return found


def test_the_tree_is_the_tree_on_disk() -> None:
    modules = (PROJECT_FOLDER / "rag").rglob("*.py")
    on_disk = {
        (path.parent if path.name == "__init__.py" else path).relative_to(PROJECT_FOLDER).as_posix()
        for path in modules
    }
    assert paths_in_tree() == on_disk


def test_every_file_that_is_named_exists() -> None:
    walks = TEXT[: TEXT.index("## The tree")]
    named = set(regex.findall(r"`((?:[a-z_0-9]+/)+[a-z_0-9]*(?:\.py)?|[a-z_0-9]+\.py)`", walks))
    assert named
    everything = [p.relative_to(PROJECT_FOLDER).as_posix() for p in PROJECT_FOLDER.glob("rag/**/*")]
    everything += ["app.py", "rag"]
    missing = [
        name
        for name in named
        if not any(f"/{path}".endswith(f"/{name.rstrip('/')}") for path in everything)
    ]
    assert missing == []
