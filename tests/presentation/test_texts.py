from __future__ import annotations

import ast
import json
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

from rag.domain.paths import PROJECT_FOLDER
from rag.presentation.texts import CATALOGUE, all_under, language_of, load, say

if TYPE_CHECKING:
    from pathlib import Path

PUBLIC = sorted((PROJECT_FOLDER / "public").rglob("*.js*"))
SCRIPTS = [path for path in PUBLIC if path.suffix in {".js", ".jsx"}]
ELEMENTS = [path for path in SCRIPTS if path.suffix == ".jsx"]


def written(folder: Path, **languages: str) -> Path:
    for language, text in languages.items():
        (folder / f"{language}.toml").write_text(text, encoding="utf-8")
    return folder


def test_the_texts_are_there_in_three_languages() -> None:
    assert {"en", "nl", "de"} <= CATALOGUE.keys()


def test_a_table_is_a_prefix(tmp_path: Path) -> None:
    texts = load(written(tmp_path, en='a = "A"\n[b.c]\nd = "D"'))
    assert texts == {"en": {"a": "A", "b.c.d": "D"}}


@pytest.mark.parametrize(
    ("english", "dutch", "fault"),
    [
        ('a = "A"\nb = "B"', 'a = "A"', "nl.toml: b is missing."),
        ('a = "A"', 'a = "A"\nb = "B"', "nl.toml: b is unknown."),
        ('a = "{x}"', 'a = "{y}"', "nl.toml: a has other places to fill."),
        ('a.other = "{count}"', 'a.other = "{count}"', "a.other has no counterpart"),
        ('a.one = "1 {x}"', 'a.one = "1 {x}"', "a.one has no counterpart"),
        (
            'a.one = "1"\na.other = "{count} {x}"',
            'a.one = "1"\na.other = "{count} {x}"',
            "a.one has other places to fill than its counterpart",
        ),
    ],
)
def test_texts_that_do_not_fit_together_are_refused(
    tmp_path: Path, english: str, dutch: str, fault: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(fault)):
        load(written(tmp_path, en=english, nl=dutch))


def test_one_may_leave_the_count_out(tmp_path: Path) -> None:
    texts = load(written(tmp_path, en='a.one = "1 {x}"\na.other = "{count} {x}"'))
    assert texts["en"]["a.one"] == "1 {x}"


@pytest.mark.parametrize(
    ("language", "count", "text"),
    [
        ("en", 1, "1 passage"),
        ("en", 3, "3 passages"),
        ("en", 0, "0 passages"),
        ("nl", 1, "1 passage"),
        ("nl", 2, "2 passages"),
        ("de", 1, "1 Passage"),
        ("de", 2, "2 Passagen"),
    ],
)
def test_the_count_chooses_the_form(language: str, count: int, text: str) -> None:
    assert say("passages", language, count=count) == text


def test_a_language_without_texts_is_answered_in_english() -> None:
    assert say("thanks", "xx") == say("thanks", "en")


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("no_such_text", count=1)


@pytest.mark.parametrize(
    ("tag", "language"), [("de-AT", "de"), ("NL", "nl"), ("fr-FR", "en"), ("", "en"), (None, "en")]
)
def test_a_browsers_language_is_one_of_the_catalogue(tag: str | None, language: str) -> None:
    assert language_of(tag) == language


@pytest.mark.parametrize("language", CATALOGUE)
def test_no_text_is_empty_or_has_stray_spaces(language: str) -> None:
    bad = [k for k, text in CATALOGUE[language].items() if not text or text != text.strip(" ")]
    assert bad == []


@pytest.mark.parametrize("language", CATALOGUE)
def test_no_plural_is_made_by_hand(language: str) -> None:
    texts = CATALOGUE[language]
    assert [k for k, text in texts.items() if re.search(r"\w\((?:s|en|nen|e)\)", text)] == []
    assert [k for k in texts if k.endswith("_one")] == []


SAME = {
    *("answer_step", "model", "button.stop", "mode_name.auto", "reason.unreachable"),
    *("reason.failed", "word", "cost.rate", "documents.one", "passages.one", "passages.other"),
    *("card.passages", "card.page", "page", "value.strong", "tokens", "status.duplicate"),
    *("frame.chat.input.actions.stop", "total.tokens"),
}
"""Keys whose text may be the same in two languages."""


@pytest.mark.parametrize("language", sorted(CATALOGUE.keys() - {"en"}))
def test_no_english_is_left_in_another_language(language: str) -> None:
    english = CATALOGUE["en"]
    assert {k for k, text in CATALOGUE[language].items() if text == english[k]} <= SAME


@pytest.mark.parametrize("language", CATALOGUE)
def test_a_conversation_has_one_name(language: str) -> None:
    texts = CATALOGUE[language].values()
    assert [
        text
        for text in texts
        if re.search(r"\b(?:chats?|threads?|Unterhaltung)\b", text, re.IGNORECASE)
    ] == []


@cache
def python_strings() -> tuple[frozenset[str], frozenset[str], tuple[re.Pattern[str], ...]]:
    """What the code says: whole strings, beginnings of made keys, and patterns of made words."""
    files = [*(PROJECT_FOLDER / "rag").rglob("*.py"), *(PROJECT_FOLDER / "docs").rglob("*.py")]
    whole: set[str] = set()
    heads: set[str] = set()
    patterns: set[str] = set()
    for path in [*files, PROJECT_FOLDER / "app.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            if isinstance(node, ast.JoinedStr):
                parts = [v.value if isinstance(v, ast.Constant) else None for v in node.values]
                if isinstance(parts[0], str) and parts[0].endswith("."):
                    heads.add(parts[0])
                if any(
                    isinstance(part, str) and re.search(r"[a-z]{3}_$|^_[a-z]{3}", part)
                    for part in parts
                ):
                    patterns.add("".join(r"\w+" if p is None else re.escape(str(p)) for p in parts))
    heads |= {text for text in whole if re.fullmatch(r"[a-z._]+\.", text)}
    return frozenset(whole), frozenset(heads), tuple(map(re.compile, patterns))


@cache
def script_words() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in SCRIPTS)


def is_used(key: str) -> bool:
    whole, heads, patterns = python_strings()
    if key in whole or (key + "_tip") in CATALOGUE["en"] or any(p.fullmatch(key) for p in patterns):
        return True
    head = max((h for h in heads if key.startswith(h)), key=len, default="")
    rest = key.removeprefix(head)
    if not head:
        return False
    if head in {"frame.", "starter.label.", "starter.question.", "language."}:
        return True  # read as a whole
    named = f'"{rest}"' in script_words() or f"{rest.split('_')[0]}_${{" in script_words()
    return named or rest in whole or any(p.fullmatch(rest) for p in patterns)


def test_every_text_is_used() -> None:
    keys = {re.sub(r"\.(?:one|other)$", "", key) for key in CATALOGUE["en"]}
    assert sorted(key for key in keys if not is_used(key)) == []


@pytest.mark.parametrize("path", ELEMENTS, ids=lambda path: path.name)
def test_a_card_has_all_its_words_from_the_catalogue(path: Path) -> None:
    """What is shown stands between tags, or in an attribute that is read out."""
    source = re.sub(r"//.*", "", path.read_text(encoding="utf-8"))
    assert re.findall(r">\s*[A-Za-z][A-Za-z ,.']+<", source) == []
    assert re.findall(r"(?:placeholder|title|aria-label|alt)=\"[^\"]+\"", source) == []
    assert "LABELS" not in source


@pytest.mark.parametrize("path", ELEMENTS, ids=lambda path: path.name)
def test_a_card_asks_only_for_texts_that_there_are(path: Path) -> None:
    asked = set(re.findall(r"\blabel\(\"(\w+)\"", path.read_text(encoding="utf-8")))
    assert asked
    assert asked <= all_under("panel." if path.stem == "Corpus" else "card.").keys()


def test_the_pages_script_has_its_words_from_the_catalogue() -> None:
    source = (PROJECT_FOLDER / "public" / "plumbline.js").read_text(encoding="utf-8")
    named = set(re.findall(r"\[[\"'].*[\"'], \"([\w-]+)\"\],", source))
    assert named
    assert named | {"documents"} <= all_under("button.").keys()
    assert re.findall(r"\?\? \"[A-Z]", source) == []


def test_the_texts_can_go_into_a_page() -> None:
    assert json.loads(json.dumps(CATALOGUE)) == CATALOGUE
