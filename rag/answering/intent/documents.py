"""Requests about a whole document."""

from __future__ import annotations

import unicodedata
from itertools import chain
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import regex

from rag.answering.intent.wording import compiled, core_of, form_words, requests_in, words_of
from rag.domain.requests import Form, Intent, Request
from rag.text.analysis import terms_of
from rag.text.languages import any_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rag.text.languages.schema import Requests

_FILE_NAME = regex.compile(
    r"(?<![\p{L}\p{N}_/.-])[\p{L}\p{N}_/.-]{1,250}\.(?:pdf|docx?|odt|rtf|pptx?|xlsx?|csv|tsv|md|txt|html?|epub|eml|msg|ipynb|json|xml|rst|org)\b",
    regex.IGNORECASE,
)
_NOUNS = any_of(lambda one: one.requests.document_nouns)
_DOCUMENT_BEFORE = regex.compile(rf"\b{_NOUNS} [\"'“„«]?$", regex.IGNORECASE)
_DOCUMENT_AFTER = regex.compile(rf"[\"'”“»]? {_NOUNS}\b", regex.IGNORECASE)
_QUOTED = regex.compile(r"[\"“”„«»‘](?P<name>[^\"“”„«»]{1,300})[\"“”«»’]")
_MOST_OF_A_TITLE = 2 / 3


def about_a_document(
    text: str, requests: Requests, documents: Mapping[str, str], focus: str, *, answered: bool
) -> Request | None:
    """Return the request for a whole document, or None if the message is none."""
    named, rest, surely = _named_documents(text, documents)
    words = [word for clause in requests_in(rest) for word in words_of(core_of(clause, requests))]
    known = frozenset(chain.from_iterable(requests.forms.values())) | (
        requests.summaries
        | requests.about
        | requests.documents
        | requests.glue
        | requests.last_answer
    )
    outside = [word for word in words if word not in known]
    strong = bool(requests.summaries & set(words))
    if named:
        asks = strong or (surely and requests.about & set(words))
        fits = len(outside) <= (1 if strong and surely else 0)
        return Request(Intent.DOCUMENT, documents=named) if asks and fits else None
    missing = _FILE_NAME.search(text)
    if missing and (strong or requests.about & set(words)):
        inside = set(words_of(missing.group().casefold()))
        if set(outside) <= inside:
            return Request(Intent.DOCUMENT, topic=missing.group())
    if outside:
        has_noun = bool(requests.documents & set(words))
        found = _document_titled(outside, documents, has_noun=has_noun) if strong else ""
        return Request(Intent.DOCUMENT, documents=(found,)) if found else None
    focused = Request(Intent.DOCUMENT, documents=(focus,) if focus else ())
    if compiled(requests.this_document).search(text.casefold()):
        return focused if strong or requests.about & set(words) else None
    points = requests.last_answer & set(words)
    tabular = form_words(requests, Form.TABLE) & set(words)
    return focused if strong and points and not answered and not tabular else None


def _named_documents(text: str, documents: Mapping[str, str]) -> tuple[tuple[str, ...], str, bool]:
    """Return the named documents, the message without them, and whether they are certain.

    They are certain for a whole file name, or a title in quotation marks or of several words.
    """
    text = unicodedata.normalize("NFC", text)
    names = sorted(
        {
            (unicodedata.normalize("NFC", name), path, sure)
            for path, title in documents.items()
            for name, sure in _possible_names(path, title)
        },
        key=lambda found: -len(found[0]),
    )
    rest, paths, surely = text, [], False
    quoted = {match["name"].strip().casefold() for match in _QUOTED.finditer(text)}
    for name, path, sure in names:
        pattern = rf"(?<![\p{{L}}\p{{N}}_/.-]){regex.escape(name)}(?![\p{{L}}\p{{N}}_/-])"
        found = regex.search(pattern, rest, regex.IGNORECASE)
        if found:
            beside = _DOCUMENT_BEFORE.search(rest, 0, found.start()) or _DOCUMENT_AFTER.match(
                rest, found.end()
            )
            surely |= sure or name in quoted or beside is not None
            rest = regex.sub(pattern, " ", rest, flags=regex.IGNORECASE)
            paths.append(path)
    return tuple(dict.fromkeys(paths)), rest, surely


def _possible_names(path: str, title: str) -> Iterator[tuple[str, bool]]:
    """Yield a document's possible names, and whether each is unambiguous."""
    file = PurePosixPath(path)
    yield path.casefold(), True
    yield file.name.casefold(), bool(file.suffix)
    yield file.stem.casefold(), bool(regex.search(r"[-_\d]", file.stem))
    if title:
        yield title.casefold(), " " in title


def _document_titled(words: Sequence[str], documents: Mapping[str, str], *, has_noun: bool) -> str:
    """Return the only document whose title or file name has all these words and few others."""
    wanted = {term for word in words for term in terms_of(word, "en")}
    fitting = []
    for path, title in documents.items():
        for name in (title, PurePosixPath(path).stem.replace("-", " ").replace("_", " ")):
            terms = set(terms_of(name, "en"))
            if wanted <= terms and (has_noun or len(wanted) >= _MOST_OF_A_TITLE * len(terms)):
                fitting.append(path)
    unique = set(fitting)
    return fitting[0] if wanted and len(unique) == 1 else ""
