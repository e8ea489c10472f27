"""Generates questions from a corpus' own sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from rag.text.analysis import analyse
from rag.text.sentences import split_sentences

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from rag.corpus.snapshot import Snapshot
    from rag.domain.documents import Passage

QUESTIONS = 300
DROPPED = 0.3
REPLACED = 0.4
"""In users' questions about squad2, 23 % of the words are not in the answering passage."""
REPLACED_CUTS = 0.6
"""Cuts of a script without spaces are shorter than words, and match more often by chance."""
_MOST_WORDS = 8
_FEWEST_WORDS = 2
_FEWEST_TERMS = 5
_WITHOUT_SPACES = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]")


def pseudo_questions(corpus: Snapshot, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Yield questions, each with its document."""
    files = [file for file in corpus.documents if file.passages]
    if not files:
        return
    weights = [file.passages for file in files]
    elsewhere: list[str] = []
    for _ in range(QUESTIONS):
        [file] = rng.choices(files, weights)
        passages = corpus.passages_of(file.path)
        if not passages:
            continue
        made = _question_from(rng.choice(passages), elsewhere, corpus, rng)
        if made:
            yield made, file.path


def _question_from(
    passage: Passage, elsewhere: list[str], corpus: Snapshot, rng: random.Random
) -> str:
    """Return a question from one of a passage's sentences; its words are added to ``elsewhere``."""
    spans = list(split_sentences(passage.text))
    if not spans:
        return ""
    start, end = rng.choice(spans)
    pieces = _pieces(passage.text[start:end], passage.language, corpus, rng)
    others = list(elsewhere)
    elsewhere += pieces
    if len(pieces) < _FEWEST_TERMS or not others:
        return ""
    kept = [piece for piece in pieces[:_MOST_WORDS] if rng.random() >= DROPPED]
    if len(kept) < _FEWEST_WORDS:
        return ""
    cut = bool(_WITHOUT_SPACES.search(passage.text))
    share = REPLACED_CUTS if cut else REPLACED
    chosen = [piece if rng.random() >= share else rng.choice(others) for piece in kept]
    return ("" if cut else " ").join(chosen)


def _pieces(text: str, language: str, corpus: Snapshot, rng: random.Random) -> list[str]:
    """Return a sentence's content words, rarest first, or cuts of it in a script without spaces."""
    if _WITHOUT_SPACES.search(text):
        letters = "".join(regex.findall(r"[\p{L}\p{N}]", text))
        cuts, position = [], 0
        while position < len(letters):
            size = rng.choice((2, 2, 3, 4))
            cuts.append(letters[position : position + size])
            position += size
        return cuts
    words = {token.terms[0]: token.word for token in analyse(text, language)}
    return [words[term] for term in sorted(words, key=lambda term: -corpus.retriever.idf_of(term))]
