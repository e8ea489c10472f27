"""How does the support check judge answers that people judged?

A file has one JSON object a line: ``id``, ``question``, ``answer``, ``model``, ``contexts`` (each
with ``title`` and ``text``) and ``faithfulness``, the median of the raters: 4 fully, 1 not at all.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rag.corpus.ingestion.chunking import passages_of
from rag.corpus.ingestion.index_terms import indexed
from rag.domain.answers import Sentence, Support
from rag.domain.completions import Generation, Usage
from rag.domain.documents import Document, Passage
from rag.evaluation.json_lines import load_lines
from rag.evaluation.metrics import mean
from rag.retrieval.calibration import auroc
from rag.retrieval.family import RETRIEVERS
from rag.text.language_detection import detect_language
from rag.verification.confidence import Asked, judge
from rag.verification.support import Grounding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from rag.domain.answers import Confidence
    from rag.domain.completions import ModelRole

FAITHFUL, UNFAITHFUL = 4.0, 2.0
"""What the raters' median is at least, and at most; between them they disagree."""
_BINS = 10


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
    """An answer with its passages, and what people said of it."""

    id: str
    question: str
    answer: str
    model: str
    contexts: tuple[str, ...]
    faithfulness: float

    @property
    def conversation(self) -> str:
        """What it belongs to: answers of one conversation are alike."""
        return self.id.partition("<::>")[0]

    @property
    def is_faithful(self) -> bool | None:
        """None where the raters disagree."""
        if self.faithfulness >= FAITHFUL:
            return True
        return False if self.faithfulness <= UNFAITHFUL else None


@dataclass(frozen=True)
class CheckedAnswer:
    """A judged answer with what the check says of it."""

    judged: JudgedAnswer
    sentences: tuple[Sentence, ...]
    decisions: dict[ModelRole, Confidence]

    @property
    def chance(self) -> float:
        """That it is faithful, as the check says."""
        return self.decisions["small"].value

    @property
    def worst(self) -> float:
        """The chance of its worst sentence."""
        return min((sentence.chance for sentence in self.sentences), default=0.0)


@dataclass
class JudgedReport:
    """What came of a file; shares are of answers, or of sentences."""

    name: str
    answers: int
    accepted: dict[str, dict[str, float]]
    """Role -> share of the faithful and of the unfaithful answers that stand."""
    sentences: dict[str, dict[str, float]]
    """Faithful, unfaithful -> share of their sentences at each level of support."""
    auroc: float
    """Of the chance: faithful answers against unfaithful ones."""
    auroc_worst: float
    """Of the worst sentence's chance."""
    calibration_error: float
    """Expected calibration error in ten bins (Guo et al. 2017, section 2)."""
    reliability: list[dict[str, float]] = field(default_factory=list)
    by_model: dict[str, dict[str, float]] = field(default_factory=dict)


def load_judged(path: Path) -> list[JudgedAnswer]:
    """Read a file. Raises CorpusError where it is not there or not as it should be."""
    return load_lines(path, _judged, "judged answers", "id, answer, contexts and faithfulness")


def _judged(record: dict[str, Any]) -> JudgedAnswer:
    return JudgedAnswer(
        str(record["id"]),
        str(record.get("question") or ""),
        str(record["answer"]),
        str(record.get("model") or ""),
        tuple(f"{c.get('title') or ''}\n{c['text']}".strip() for c in record["contexts"]),
        float(record["faithfulness"]),
    )


def half_of(answers: Sequence[JudgedAnswer], half: str) -> list[JudgedAnswer]:
    """One half of the conversations: ``fit`` is fitted on, ``report`` is reported.

    Conversations are taken by turns in the order of their hashes, within each model's set.
    """
    conversations = sorted(
        {answer.conversation for answer in answers},
        key=lambda one: hashlib.sha256(one.encode()).hexdigest(),
    )
    chosen = set(conversations[0 if half == "fit" else 1 :: 2])
    return [answer for answer in answers if answer.conversation in chosen]


def check_answers(answers: Sequence[JudgedAnswer]) -> list[CheckedAnswer]:
    """Hold answers against their passages. Blocks."""
    idf_of = _idf_of({text for answer in answers for text in answer.contexts})
    return [_checked(answer, idf_of) for answer in answers]


def _idf_of(texts: Iterable[str]) -> Callable[[str], float]:
    documents = [
        Document(f"{n}.txt", "", text, "", detect_language(text))
        for n, text in enumerate(sorted(texts), start=1)
    ]
    added = {n: indexed(one, passages_of(one)) for n, one in enumerate(documents, start=1)}
    return RETRIEVERS["bm25"]().change(added).idf_of


def _checked(answer: JudgedAnswer, idf_of: Callable[[str], float]) -> CheckedAnswer:
    passages = [
        (n, Passage(f"{n}.txt", "", text, 0, len(text), "", detect_language(text)))
        for n, text in enumerate(answer.contexts, start=1)
    ]
    sentences = Grounding(passages, idf_of, detect_language(answer.answer)).check(answer.answer)
    written = Generation(answer.model, answer.answer, "stop", Usage(0, len(answer.answer.split())))
    roles: tuple[ModelRole, ModelRole] = ("small", "large")
    decisions = {role: judge(role, written, sentences, Asked()) for role in roles}
    return CheckedAnswer(answer, sentences, decisions)


def report_on(name: str, checked: Sequence[CheckedAnswer]) -> JudgedReport:
    """Count what came of them."""
    faithful = [one for one in checked if one.judged.is_faithful is True]
    unfaithful = [one for one in checked if one.judged.is_faithful is False]
    groups = {"faithful": faithful, "unfaithful": unfaithful}
    bins = list(_reliability(faithful + unfaithful))
    total = len(faithful) + len(unfaithful) or 1
    return JudgedReport(
        name,
        len(checked),
        {
            role: {f"accepted_{kind}": _accepted(group, role) for kind, group in groups.items()}
            for role in ("small", "large")
        },
        {kind: _levels(group) for kind, group in groups.items()},
        _auroc([one.chance for one in faithful], [one.chance for one in unfaithful]),
        _auroc([one.worst for one in faithful], [one.worst for one in unfaithful]),
        sum(b["count"] * abs(b["chance"] - b["faithful"]) for b in bins) / total,
        bins,
        {model: _of_model(group) for model, group in _by_model(faithful + unfaithful).items()},
    )


def _accepted(group: Sequence[CheckedAnswer], role: ModelRole) -> float:
    return mean([float(one.decisions[role].accepted) for one in group])


def _levels(group: Sequence[CheckedAnswer]) -> dict[str, float]:
    counts = Counter(sentence.support for one in group for sentence in one.sentences)
    total = counts.total() or 1
    return {level.value: counts[level] / total for level in Support}


def _auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    return auroc(positive, negative) if positive and negative else 0.0


def _reliability(checked: Sequence[CheckedAnswer]) -> Iterable[dict[str, float]]:
    for number in range(_BINS):
        inside = [one for one in checked if min(_BINS - 1, int(one.chance * _BINS)) == number]
        if inside:
            yield {
                "low": number / _BINS,
                "count": len(inside),
                "chance": mean([one.chance for one in inside]),
                "faithful": mean([float(one.judged.is_faithful is True) for one in inside]),
            }


def _by_model(checked: Sequence[CheckedAnswer]) -> dict[str, list[CheckedAnswer]]:
    found: dict[str, list[CheckedAnswer]] = {}
    for one in checked:
        found.setdefault(one.judged.model, []).append(one)
    return found


def _of_model(group: Sequence[CheckedAnswer]) -> dict[str, float]:
    good = [one for one in group if one.judged.is_faithful]
    bad = [one for one in group if not one.judged.is_faithful]
    return {
        "answers": len(group),
        "auroc": _auroc([one.chance for one in good], [one.chance for one in bad]),
        "auroc_worst": _auroc([one.worst for one in good], [one.worst for one in bad]),
    }
