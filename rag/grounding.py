"""Is each sentence of an answer supported? Decided by code over the answer and the passages.

A sentence is aligned to the stretch of passage that holds most of its idf mass. Full support also
needs every number with what it counts, every name and month, and the same negation there; a number
that stands in no passage is never supported. In another language than the passages' only numbers,
names and words that both languages have can be compared: such a sentence is supported in part.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import regex

from rag.alignment import (
    ABSENT_NUMBER,
    FULL_COVERAGE,
    NO_PASSAGE,
    OTHER_LANGUAGE,
    OWN_COVERAGE,
    PARTIAL_COVERAGE,
    PARTLY,
    Alignment,
    Stretch,
    align,
    contradiction_of,
    places_of,
    stretches_of,
    weighed,
)
from rag.analysis import detect_language
from rag.claims import Claim, claim_of
from rag.domain import Reason, Sentence, Support
from rag.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rag.domain import Passage
    from rag.evidence import Word

VERBATIM_WORDS = 4
"""Fewer words stand together by chance."""
ASKED_SHARE = 0.5
"""An answer after its question stands where at least this share is of the question's mass that the
best place has."""
SECOND_CITATION_GAIN = 0.2
"""A second passage is cited when it adds this share of the sentence's mass."""

_LANGUAGE_CHARACTERS = 120
"""A shorter answer does not tell its language: the question's is taken."""

MARKER = regex.compile(r"[ \t]*\[\d{1,3}(?:\s*[,;]\s*\d{1,3})*\]")
_LEAD_IN = regex.compile(r"(?:yes|no|ja|nee|nein|oui|non|sí)[,.!]?|\d{1,2}[.)]", regex.IGNORECASE)


_ASKED = regex.compile(r"(?P<asked>.*?\?[\"”’')]*)\s+(?P<told>\S.*)", regex.DOTALL)
_PLEASANTRY = regex.compile(
    r"(?:(?:please )?let me know|feel free|i hope (?:this|that)"
    r"|if you have (?:any )?(?:more |other |further )?questions"
    r"|laat het (?:me|mij) weten|ik hoop dat"
    r"|lass(?:en sie)? (?:es )?mich wissen|ich hoffe)\b.*"
    r"|(?:sources?|bron(?:nen)?|quellen?):.*",
    regex.IGNORECASE | regex.DOTALL,
)
"""What models add out of politeness, or as a list of sources of their own: no part of an answer."""

_FORMULA = regex.compile(
    r"(?:dear|hi|hello|hey|beste|geachte|hallo|liebe[rs]?|sehr geehrte[rs]?|guten tag)\b"
    r"[^.!?:\d]{0,40}[,!]?"
    r"|(?:(?:kind|best|warm) )?regards,?|(?:yours )?sincerely,?"
    r"|(?:met )?vriendelijke groet(?:en)?,?"
    r"|mit freundlichen grüßen,?|(?:viele|beste) grüße,?"
    r"|(?:sure|of course|natuurlijk|gerne?)[,!.]?"
    r"|\[[^\]]*\]|(?:subject|onderwerp|betreff)\s*:[^\d]*"
    r"|(?:here (?:is|are)|here's|below (?:is|are)|hier (?:is|zijn|volgt|ist|sind))\b"
    r"[^:\d]{0,60}:",
    regex.IGNORECASE,
)
"""What belongs to a letter's or a table's form and claims nothing."""
_LABEL = regex.compile(r"^\W*(?:subject|onderwerp|betreff)\s*:\s*", regex.IGNORECASE)
FENCES = ("```", "~~~")
"""What opens and closes a block of code."""
_TABLE_RULE = regex.compile(r"\|[\s:|-]*")


class Grounding:
    """The numbered passages of one answer, ready to hold sentences against.

    ``language`` is that of short answers, which do not tell theirs; ``asked`` are the question's
    words; ``translated`` are the sentences that an answer in another language may be made of.
    """

    def __init__(
        self,
        passages: Sequence[tuple[int, Passage]],
        idf_of: Callable[[str], float],
        language: str = "en",
        asked: Sequence[Word] = (),
        translated: Sequence[Sentence] = (),
    ) -> None:
        self._idf_of = idf_of
        self._language = language
        self._stretches = weighed(
            [s for number, passage in passages for s in stretches_of(number, passage)], asked
        )
        self._places = places_of(self._stretches)
        self._texts = [(number, _plain(passage.text)) for number, passage in passages]
        self._values = {n.value for s in self._stretches for n in s.claim.numbers}
        self._languages = tuple(dict.fromkeys(passage.language for _, passage in passages))
        self._translated = translated

    def check(self, answer: str) -> tuple[Sentence, ...]:
        """Split an answer into sentences and say of each what carries it.

        Markers such as ``[2]`` are taken out of the sentences' texts and not believed.
        """
        long_enough = len(answer) >= _LANGUAGE_CHARACTERS
        language = detect_language(answer) if long_enough else self._language
        texts = (
            (MARKER.sub("", answer[start:end]).strip(), start, end)
            for start, end in _claim_spans(answer)
        )
        claims = [c for c in texts if any(character.isalnum() for character in c[0])]
        if not self._languages or language in self._languages:
            return tuple(self._check_sentence(*claim, language) for claim in claims)
        return tuple(
            self._check_across(*claim, language, position) for position, claim in enumerate(claims)
        )

    def _check_across(
        self, text: str, start: int, end: int, language: str, position: int
    ) -> Sentence:
        """Check a sentence that seems to be in another language than all passages."""
        same = self._check_sentence(text, start, end, self._languages[0])
        if same.support is Support.FULL:
            return same
        claim = claim_of(text, language)
        values = {number.value for number in claim.numbers}
        absent = values - self._values
        numbers: tuple[int, ...] = ()
        if position < len(self._translated):
            origin = self._translated[position]
            said = claim_of(origin.text, self._languages[0])
            absent, numbers = values - {n.value for n in said.numbers}, origin.citations
        if absent:
            problem = Reason(ABSENT_NUMBER, ", ".join(sorted(absent)))
            return Sentence(text, start, end, Support.NONE, problem=problem)
        anchored = numbers or self._anchored(claim)
        return Sentence(
            text,
            start,
            end,
            Support.PARTIAL if anchored else Support.NONE,
            anchored,
            problem=Reason(OTHER_LANGUAGE),
        )

    def _anchored(self, claim: Claim) -> tuple[int, ...]:
        """The passage that shares most of a claim's numbers, names and words with it."""

        def worth(stretch: Stretch) -> float:
            shared = {n.value for n in claim.numbers} & {n.value for n in stretch.claim.numbers}
            words = sum(self._idf_of(term) for term in claim.terms if stretch.holds(term))
            return words + len(shared) * self._idf_of("")

        best = max(self._stretches, key=worth)
        return (best.number,) if worth(best) > 0 else ()

    def _verbatim(self, text: str) -> int:
        """The number of a passage that holds a sentence as it is; 0 where none does."""
        plain = _plain(text)
        if len(plain.split()) < VERBATIM_WORDS:
            return 0
        return next((number for number, held in self._texts if plain in held), 0)

    def _check_sentence(self, text: str, start: int, end: int, language: str) -> Sentence:
        asked, told = _asked_and_told(_LABEL.sub("", text))
        claim = claim_of(told, language)
        masses = {term: self._idf_of(term) for term in claim.terms}
        near = self._near(asked, language) if asked else [0.0] * len(self._stretches)
        ranked = sorted(
            zip(align(claim, masses, self._stretches, self._places), near, strict=True),
            key=lambda pair: (
                -pair[0].quality - pair[1],
                pair[0].stretch.number,
                pair[0].stretch.sentences,
            ),
        )
        aligned = [alignment for alignment, _ in ranked]
        if number := self._verbatim(told):
            relevance = max(s.relevance for s in self._stretches if s.number == number)
            return Sentence(
                text, start, end, Support.FULL, (number,), 1.0, relevance=round(relevance, 3)
            )
        values = sorted({number.value for number in claim.numbers} - self._values)
        if values:
            absent = Reason(ABSENT_NUMBER, ", ".join(values))
            return Sentence(text, start, end, Support.NONE, problem=absent)
        if not aligned or not masses or aligned[0].coverage < PARTIAL_COVERAGE:
            return Sentence(text, start, end, Support.NONE, problem=Reason(NO_PASSAGE))
        best = aligned[0]
        coverage = round(best.coverage, 3)
        fault = best.problem or contradiction_of(claim, masses, aligned)
        if ranked[0][1] < ASKED_SHARE * max(near):
            fault = fault or Reason(PARTLY)
        full = best.coverage >= FULL_COVERAGE and best.own >= OWN_COVERAGE and not fault
        return Sentence(
            text,
            start,
            end,
            Support.FULL if full else Support.PARTIAL,
            _cited(masses, aligned),
            coverage,
            None if full else fault or Reason(PARTLY),
            round(best.stretch.relevance, 3),
        )

    def _near(self, question: str, language: str) -> list[float]:
        """What share of a question's mass each stretch holds."""
        masses = {term: self._idf_of(term) for term in claim_of(question, language).terms}
        total = sum(masses.values()) or 1.0
        return [
            sum(mass for term, mass in masses.items() if stretch.holds(term)) / total
            for stretch in self._stretches
        ]


def _asked_and_told(text: str) -> tuple[str, str]:
    """A question that a writer repeats claims nothing; what follows it answers it."""
    match = _ASKED.match(text)
    if match and any(map(str.isalnum, match["told"])):
        return match["asked"], match["told"]
    return "", text


def _plain(text: str) -> str:
    return " ".join(text.split())


def _cited(masses: dict[str, float], aligned: list[Alignment]) -> tuple[int, ...]:
    """The best passage's number, and a second one that adds much to it."""
    best = aligned[0]
    total = sum(masses.values())
    missing = {term: mass for term, mass in masses.items() if not best.stretch.holds(term)}
    for other in aligned[1:]:
        gain = sum(mass for term, mass in missing.items() if term in other.stretch.claim.terms)
        if other.stretch.number != best.stretch.number and gain / total >= SECOND_CITATION_GAIN:
            return best.stretch.number, other.stretch.number
    return (best.stretch.number,)


def _claim_spans(answer: str) -> Iterator[tuple[int, int]]:
    """Sentences; "Yes." and a list's bare "1." go together with what follows them."""
    pending: int | None = None
    end = 0
    spans = list(_with_whole_blocks(answer, list(split_sentences(answer))))
    for index, (start, end) in enumerate(spans):
        begin = start if pending is None else pending
        piece = MARKER.sub("", answer[start:end]).strip(" *_-#>\t")
        if _FORMULA.fullmatch(piece) or _is_table_head(answer, spans[index : index + 2]):
            continue
        if _LEAD_IN.fullmatch(piece) or piece.endswith("?"):
            pending = begin
            continue
        pending = None
        if not _PLEASANTRY.fullmatch(piece):
            yield begin, end
    if pending is not None:
        yield pending, end


def _with_whole_blocks(answer: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Sentences, but a block of code from fence to fence as one."""
    opened: int | None = None
    for start, end in spans:
        is_fence = answer.startswith(FENCES, start)
        if opened is None and is_fence:
            opened = start
        elif opened is not None and is_fence:
            yield opened, end
            opened = None
        elif opened is None:
            yield start, end
    if opened is not None:
        yield opened, spans[-1][1]


def _is_table_head(answer: str, spans: Sequence[tuple[int, int]]) -> bool:
    if len(spans) == 1 or answer[spans[0][0]] != "|":
        return False
    return bool(_TABLE_RULE.fullmatch(answer[slice(*spans[1])]))


def cite(
    text: str, sentences: Sequence[Sentence], *, drop: frozenset[int] = frozenset()
) -> tuple[str, tuple[Sentence, ...]]:
    """Return a text with the citations that its sentences earned, and the sentences' new offsets.

    Whatever markers the writer set are taken out. ``drop`` names sentences, by position, to leave
    out altogether.
    """
    pieces: list[str] = []
    moved: list[Sentence] = []
    position = length = 0
    for index, sentence in enumerate(sentences):
        between = _between(text[position : sentence.start])
        position = sentence.end
        if index in drop:
            continue
        body = MARKER.sub("", text[sentence.start : sentence.end]).rstrip()
        pieces.append(between)
        markers = "".join(f" [{number}]" for number in sentence.citations)
        if body.endswith("|"):  # a table's row: what stands after its last bar is lost
            body = f"{body[:-1].rstrip()}{markers} |"
            markers = ""
        elif body.startswith(FENCES):
            markers = f"\n\n{markers.strip()}" if markers else ""
        pieces += [body, markers]
        start = length + len(between)
        moved.append(replace(sentence, start=start, end=start + len(body)))
        length = start + len(body) + len(markers)
    pieces.append(_between(text[position:]))
    return "".join(pieces).rstrip(), tuple(moved)


def _between(text: str) -> str:
    """What stands between checked sentences, without markers and pleasantries."""
    plain = MARKER.sub("", text)
    return "" if _PLEASANTRY.fullmatch(plain.strip(" *_-#>\t\n")) else plain
