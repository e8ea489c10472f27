"""The last resort: the few sentences of the passages that answer best, verbatim."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import regex

from rag.domain.answers import Sentence, Support
from rag.retrieval.evidence import order_of, sentences_of, words_of
from rag.retrieval.thresholds import shipped
from rag.text.answer_type import AnswerType, answer_type_of, defined_subject, defines, gives
from rag.text.prompt_injection import speaks_to_a_model
from rag.text.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rag.domain.search import Hit, Query
    from rag.retrieval.thresholds import Linear

MAX_SENTENCES = 3
MAX_WORDS = 100
"""Of one quotation; on average it has 59."""
LEAST_SHARE = 0.31
"""A sentence is quoted beside the best one when its chance is at least this share of that one's, by
the square root of its words."""
MAX_CHARACTERS = 600
MIN_WORDS = 3
FOLLOWING = 3
"""Items quoted after a sentence that introduces them."""


@dataclass(frozen=True, slots=True)
class Quote:
    """``passage.text[start:end]`` of the hit at ``position`` (from 0)."""

    position: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Quotation:
    """A text made of sentences that stand as they are in the passages, each with its number."""

    text: str
    sentences: tuple[Sentence, ...]
    used: frozenset[int] = frozenset()
    """Positions of the hits quoted."""


def quotation_of(
    pieces: Sequence[tuple[str, tuple[int, ...]]],
    *,
    lead: str = "",
    before: str = "",
    after: str = "",
    between: str = "\n\n",
) -> Quotation:
    """Put sentences with their passages' numbers together; ``before`` and ``after`` frame each."""
    text, sentences = lead, []
    for position, (words, numbers) in enumerate(pieces):
        text += (between if position else "") + before
        start = len(text)
        sentences.append(Sentence(words, start, start + len(words), Support.FULL, numbers, 1.0))
        text += words + "".join(f" [{number}]" for number in numbers) + after
    return Quotation(text, tuple(sentences))


def quotation_for(
    question: str, query: Query, hits: Sequence[Hit], idf_of: Callable[[str], float]
) -> Quotation | None:
    """Quote what answers a question best; None where no passage has a sentence for it."""
    quotes = quote(question, query, hits, idf_of)
    if not quotes:
        return None
    made = quotation_of([(piece.text, (hits[piece.position].number,)) for piece in quotes])
    return replace(made, used=frozenset(piece.position for piece in quotes))


def is_no_statement(text: str) -> bool:
    """Return whether it is a heading, a question, an order to a model, or a program's output."""
    if _OUTPUT.search(text):
        return True
    return text.startswith("#") or text.rstrip().endswith("?") or speaks_to_a_model(text)


_CODE = regex.compile(
    r"^\s*(?:[$>]|[A-Z_]+=|(?:from|import|def|class|return|print|raise|set|export|cd|pip|npm|docker"
    r"|curl|git|winget|sudo|python3?|ollama|cmake)\b|[\\|{}\[\]\"']|-e\s|\.[\\/])|[\\{(\[,]\s*$|\w\(.*\)\s*$"
    r"|^\s*[\w.]+\s*=\s*\S|-{3,}"
)
"""Commands, settings, program text and bars of tables."""


_OUTPUT = regex.compile(r"={5,}|^\W*\[[A-Z]+\]|^\W*Attempt \d+/\d+|\berror: |Traceback \(")
"""Lines that a program printed: progress, logs, errors."""


def is_code(text: str) -> bool:
    """Return whether a sentence is no prose, but a command, a setting or a part of a program."""
    return bool(_CODE.search(text))


def quote(
    question: str, query: Query, hits: Sequence[Hit], idf_of: Callable[[str], float]
) -> tuple[Quote, ...]:
    """Return the few sentences that most probably hold the answer, in reading order.

    On the half of squad2's articles that nothing was fitted on, the answer is in them for 85 % of
    the questions, with 59 words on average.
    """
    model = shipped().quotation
    candidates = [
        (_chance(signals, model), piece)
        for piece, signals in sentence_signals(question, query, hits, idf_of)
    ]
    if not candidates:
        return ()
    best, first = max(candidates, key=lambda pair: pair[0])
    if subject := defined_subject(question):
        defining = [one for one in candidates if defines(subject, one[1].text)]
        _, first = max(defining, key=lambda pair: pair[0], default=(best, first))
    chosen, words = [first], len(first.text.split())
    if not is_code(first.text):
        candidates = [one for one in candidates if not is_code(one[1].text)]
    for chance, piece in sorted(candidates, key=lambda pair: -_per_word(*pair)):
        size = len(piece.text.split())
        worthwhile = _per_word(chance, piece) >= LEAST_SHARE * _per_word(best, first)
        fits = len(chosen) < MAX_SENTENCES and words + size <= MAX_WORDS
        if worthwhile and fits and not any(_repeats(piece, other) for other in chosen):
            chosen.append(piece)
            words += size
    for piece in tuple(chosen):
        following = _following(piece, hits[piece.position].passage.text)
        chosen += [one for one in following if one not in chosen]
    return tuple(sorted(chosen, key=lambda piece: (piece.position, piece.start)))


def _following(piece: Quote, text: str) -> list[Quote]:
    """Return the first sentences after one that ends with a colon."""
    if not piece.text.rstrip().endswith(":"):
        return []
    spans = [span for span in split_sentences(text) if span[0] >= piece.end]
    return [Quote(piece.position, a, b, text[a:b]) for a, b in spans[:FOLLOWING]]


def sentence_signals(
    question: str, query: Query, hits: Sequence[Hit], idf_of: Callable[[str], float]
) -> Iterator[tuple[Quote, dict[str, float]]]:
    """Yield each sentence that can be quoted, with what tells whether it holds the answer."""
    words = words_of(query, idf_of)
    total = sum(word.mass for word in words) or 1.0
    expected = answer_type_of(question)

    def share(terms: frozenset[str]) -> float:
        return sum(word.mass for word in words if word.stands_in(terms)) / total

    for position, hit in enumerate(hits):
        before: frozenset[str] = frozenset()
        text = hit.passage.text
        for (start, end), sentence in zip(
            split_sentences(text), sentences_of(hit.passage), strict=True
        ):
            piece = text[start:end]
            own = share(sentence.terms)
            short = len(sentence.words) < MIN_WORDS or end - start > MAX_CHARACTERS
            if not short and not is_no_statement(piece):
                yield (
                    Quote(position, start, end, piece),
                    {
                        "words": own,
                        "words_with_previous": share(sentence.terms | before) - own,
                        "previous": share(before),
                        "order": order_of(words, sentence),
                        "score": hit.score / hits[0].score if hits[0].score else 0.0,
                        "first_hit": float(position == 0),
                        "length": math.log(len(piece.split())),
                        **_type_signals(expected, question, piece),
                    },
                )
            before = sentence.terms


def _type_signals(expected: AnswerType, question: str, text: str) -> dict[str, float]:
    """Has a sentence a value or a name, where one is asked for, that the question has not?"""
    asked = expected in {AnswerType.VALUE, AnswerType.NAME}
    there = asked and gives(expected, question, text)
    return {"of_type": float(there), "not_of_type": float(asked and not there)}


def _chance(signals: Mapping[str, float], model: Linear) -> float:
    """The chance that a sentence holds the answer."""
    return 1 / (1 + math.exp(-model.log_odds(signals)))


def _per_word(chance: float, piece: Quote) -> float:
    """A long sentence has to be worth its length."""
    return chance / math.sqrt(len(piece.text.split()))


def _repeats(piece: Quote, other: Quote) -> bool:
    return piece.text in other.text or other.text in piece.text
