"""First questions for a person who does not know yet what the documents hold.

They are drawn from the documents themselves and looked up before they are offered: each has a
passage of its own document that would be quoted for it.
"""

from __future__ import annotations

from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING

import regex

from rag.answering.quotation import quote
from rag.domain.documents import GUIDE_FOLDER, HEADING_SEPARATOR
from rag.domain.search import EvidenceLevel
from rag.retrieval.search import retrieve
from rag.text.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rag.corpus.snapshot import Snapshot
    from rag.domain.documents import LedgerEntry, Passage

MOST_DOCUMENTS = 30
MOST_PASSAGES = 12
"""Of each document; its beginning says best what it is about."""
MOST_LOOKED_UP = 30
"""Candidates; looking one up takes some 10 ms."""
CONSIDERED_HITS = 10
_SHORTEST, _LONGEST = 3, 14
"""Words of a question that stands in a document."""
_QUESTION = regex.compile(r"(?:[\p{L}]+: )?(?P<question>\p{Lu}[^|?\n]{8,120}\?)")
_DEFINED = regex.compile(
    r"^(?P<article>(?:The|An?|Die|Der|Das|Eine?|De|Het|Een)\s)?(?P<subject>\p{Lu}[\p{L}\p{N}-]+(?:\s[\p{L}\p{N}-]+){0,3}?)"
    r"\s(?:is|ist)\s(?:an?|the|eine?|der|die|das|een|de|het)\s"
)
_LEANS = regex.compile(r"\b(?:this|that|it|these|those|dies\w*|es|dit|dat|deze|het)\b", regex.I)


def suggested_questions(
    corpus: Snapshot, language: str, most: int, definition: Callable[[str, str], str]
) -> list[str]:
    """Return at most so many questions that the documents answer, at first one of each; blocks.

    Documents in ``language`` come first. ``definition`` words a question for a subject in a
    language.
    """
    own = [d for d in corpus.documents if not d.path.startswith(f"{GUIDE_FOLDER}/")]
    own.sort(key=lambda document: document.language != language)
    found = [_candidates(corpus, document, definition) for document in own[:MOST_DOCUMENTS]]
    turns = (pair for pair in chain.from_iterable(zip_longest(*found)) if pair)
    answered = (
        question
        for question, document in islice(turns, MOST_LOOKED_UP)
        if _is_answered(corpus, question, document)
    )
    return list(islice(dict.fromkeys(answered), most))


def _candidates(
    corpus: Snapshot, document: LedgerEntry, definition: Callable[[str, str], str]
) -> Iterator[tuple[str, str]]:
    for passage in corpus.passages_of(document.path)[:MOST_PASSAGES]:
        for question in _questions_in(passage, definition):
            yield question, document.path


def _questions_in(passage: Passage, definition: Callable[[str, str], str]) -> Iterator[str]:
    if passage.code:
        return
    texts = [passage.text[start:end] for start, end in split_sentences(passage.text)]
    for text in (passage.heading.rpartition(HEADING_SEPARATOR)[2], *texts):
        asked = _QUESTION.search(text)
        if asked and _SHORTEST <= len(asked["question"].split()) <= _LONGEST:
            if not _LEANS.search(asked["question"]):
                yield asked["question"]
        elif (defined := _DEFINED.match(text)) and not _LEANS.search(defined["subject"]):
            subject = f"{(defined['article'] or '').casefold()}{defined['subject']}"
            yield definition(subject, passage.language)


def _is_answered(corpus: Snapshot, question: str, document: str) -> bool:
    """Return whether a passage of the document would be quoted for a question."""
    hits, query, evidence = retrieve(corpus, question, (), (), CONSIDERED_HITS)
    if evidence.level not in {EvidenceLevel.SOME, EvidenceLevel.STRONG}:
        return False
    pieces = quote(question, query, hits, corpus.retriever.idf_of)
    return bool(pieces) and hits[pieces[0].position].passage.document == document
