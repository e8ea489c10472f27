from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
import regex

from rag.text import languages
from rag.text.analysis import is_stop_word
from rag.text.languages import FIRST, LANGUAGES, LanguageError, load
from rag.verification.claims import claim_of
from rag.verification.confidence import hedges

LEAST = 'name = "Klingon"\nstemmer = ""\nstop_words = "ghaH je"\n'


def written(folder: Path, content: str) -> Path:
    path = folder / "tlh.toml"
    path.write_text(content, encoding="utf-8")
    return path


def texts_of(value: object) -> Iterator[str]:
    """Every text in a language's data."""
    if is_dataclass(value):
        for one in fields(value):
            yield from texts_of(getattr(value, one.name))
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_of(inner)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, tuple | frozenset):
        for inner in value:
            yield from texts_of(inner)


def test_each_file_is_a_language_and_the_first_ones_come_first() -> None:
    files = {path.stem for path in Path(languages.__file__).parent.glob("*.toml")}
    assert set(LANGUAGES) == files
    assert tuple(LANGUAGES)[: len(FIRST)] == FIRST


def test_three_keys_are_a_language(tmp_path: Path) -> None:
    found = load(written(tmp_path, LEAST))
    assert (found.code, sorted(found.stop_words)) == ("tlh", ["ghah", "je"])
    assert found.requests.polite == ""


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_patterns_of_a_language_compile(code: str) -> None:
    texts = list(texts_of(LANGUAGES[code]))
    assert len(texts) > len(LANGUAGES[code].stop_words)
    for text in texts:
        regex.compile(text, regex.VERBOSE)


def test_words_are_found_however_their_letters_are_folded() -> None:
    assert is_stop_word("στις", "el")
    assert claim_of("Dreißig Tage", "de").numbers == claim_of("30 Tage", "de").numbers
    assert hedges("Ich weiß nicht, wann.")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("stopwords = 'a'", "no key stopwords"),
        ("compounds = 'yes'", "compounds is a str, not a bool"),
        ("hedges = [1]", "hedges is a int, not a str"),
        ("opposites = 'before after'", "'before' is no pair"),
        ("months = 'january february'", "months has 2 names, not 12"),
        ("[questions]\nwhy = 'why'", "no key why"),
        ("[units]\nday = 1", "units.day is a int, not a str"),
        ("= 1", "is no TOML"),
    ],
)
def test_what_a_file_gets_wrong_is_said_with_its_key(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(LanguageError, match=regex.escape(said)):
        load(written(tmp_path, f"{LEAST}{line}\n"))


def test_a_file_without_stop_words_is_no_language(tmp_path: Path) -> None:
    with pytest.raises(LanguageError, match="stop_words"):
        load(written(tmp_path, 'name = "Klingon"\nstemmer = ""\n'))
