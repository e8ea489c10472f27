"""The quality of the gate and of the support check by themselves."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from rag.domain.answers import Support
from rag.evaluation.baselines import EvaluatedQuestion, share_of
from rag.evaluation.synthetic_claims import Construction, synthetic_claims
from rag.retrieval.calibration import auroc
from rag.retrieval.evidence import weigh
from rag.verification.support import Grounding

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from rag.domain.protocols import Clock
    from rag.evaluation.beir import EvaluationSet, Text
    from rag.evaluation.retrieval import SetIndex

CHECK_PASSAGES = 8


def evaluate_gate(
    testset: EvaluationSet, index: SetIndex, cases: Sequence[EvaluatedQuestion]
) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """How well the evidence tells questions with an answer in the set from those without."""
    titles = {document.id: document.title for document in testset.documents}
    answerable = [case for case in cases if case.asked.answerable]

    def strength(case: EvaluatedQuestion, held_out: frozenset[str]) -> float:
        query, hits = index.hits(case.asked, held_out=held_out)
        return weigh(query, hits, index.retriever.idf_of).strength

    def of_title(case: EvaluatedQuestion) -> frozenset[str]:
        own = {titles.get(document) for document in case.asked.relevant} - {None, ""}
        return (
            frozenset(d for d, title in titles.items() if title in own) | case.asked.relevant.keys()
        )

    found = {
        "answerable": [case.evidence.strength for case in answerable],
        "unanswerable": [c.evidence.strength for c in cases if not c.asked.answerable],
        "document held out": [strength(c, frozenset(c.asked.relevant)) for c in answerable],
        "title held out": [strength(c, of_title(c)) for c in answerable],
    }
    positive = found["answerable"]
    scores = {
        name: auroc(positive, negative)
        for name, negative in found.items()
        if name != "answerable" and positive and negative
    }
    levels = (0.05, 0.1, 0.125, 0.15, 0.2, 0.3, 0.5, 0.7)
    curve = {
        f"{level:g}": {
            name: share_of([one < level for one in values]) for name, values in found.items()
        }
        for level in levels
    }
    return scores, curve


def evaluate_support(
    testset: EvaluationSet,
    index: SetIndex,
    cases: Sequence[EvaluatedQuestion],
    clock: Clock,
    rng: random.Random,
) -> tuple[dict[str, dict[str, float]], float]:
    """How the check judges sentences that are true or false by construction."""
    documents = {document.id: document for document in testset.documents}
    judged: dict[Construction, list[bool]] = defaultdict(list)
    elapsed, checks = 0.0, 0
    for case in cases:
        asked = case.asked
        gold = next((documents[d] for d in asked.relevant if d in documents), None)
        if gold is None or not asked.answerable:
            continue
        _, hits = index.hits(asked, CHECK_PASSAGES)
        passages = [(hit.number, hit.passage) for hit in hits]
        texts = "\n".join(passage.text for _, passage in passages)
        if not any(asked.answers[0] in p.text for _, p in passages if p.document == gold.id):
            continue
        started = clock.now()
        grounding = Grounding(passages, index.retriever.idf_of, next(iter(index.languages)))
        for one in synthetic_claims(asked, gold, _other_than(gold, testset, rng), texts, rng):
            sentences = grounding.check(one.text)
            checks += 1
            full = bool(sentences) and all(s.support is Support.FULL for s in sentences)
            judged[one.made].append(full is one.made.is_true)
        elapsed += clock.now() - started
    table = {
        made.value: {"count": len(right), "right": share_of(right)}
        for made, right in judged.items()
    }
    return table, elapsed / checks if checks else 0.0


def _other_than(gold: Text, testset: EvaluationSet, rng: random.Random) -> Text:
    """A document of another title, or else another document."""
    titles = {document.title for document in testset.documents}
    while True:
        other = rng.choice(testset.documents)
        if other.id != gold.id and (other.title != gold.title or len(titles) == 1):
            return other
