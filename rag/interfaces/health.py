"""Health checks of the corpus and the models."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.domain.completions import Check
from rag.domain.errors import BackendError, CorpusError, SettingsError
from rag.retrieval.thresholds import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rag.answering.cascade import Cascade
    from rag.corpus.knowledge_base import KnowledgeBase
    from rag.corpus.snapshot import Snapshot
    from rag.domain.completions import Capabilities
    from rag.domain.protocols import ModelFinder
    from rag.models.model import Model

ANSWER_S = 120.0
"""How long a model may take to its first token, loading included, while one waits for a report."""


@dataclass(frozen=True, slots=True)
class BackendReport:
    """A model's server and capabilities."""

    role: str
    base_url: str
    model: str
    device: str
    capabilities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """All checks, and the models by role."""

    checks: tuple[Check, ...]
    backends: tuple[BackendReport, ...]

    @property
    def ok(self) -> bool:
        """Whether all required checks passed."""
        return all(check.ok for check in self.checks if check.required)


async def examine(
    knowledge: KnowledgeBase,
    cascade: Cascade,
    warnings: list[str],
    finder: ModelFinder | None = None,
    resting: Mapping[str, float] | None = None,
) -> DoctorReport:
    """Check the corpus and each model's server; never raises for a failed check.

    Each model of a server is asked for a token: many a server lists what it cannot load.
    ``resting``: the models that the running chat leaves alone, and for how many seconds.
    """
    if finder:
        await finder.refresh(wait=True)
    small, large = cascade.small, cascade.large
    models = [model for model in (small, large) if model is not None]
    reading = asyncio.create_task(asyncio.to_thread(_corpus_checks, knowledge))
    answers = await asyncio.gather(*(model.check() for model in models))
    checks = [*await reading, *answers[:1]]
    checks += [replace(check, required=False) for check in answers[1:]]
    if large is None:
        checks.append(
            Check(
                "large model",
                ok=False,
                detail="None is connected; weak drafts are replaced by a quotation.",
                remedy="Set RAG_LARGE_BASE_URL to connect one.",
                required=False,
            )
        )
    for model, listed in zip(models, answers, strict=True):
        if listed.ok and not model.profile.demo:
            checks.append(await _asked(model))
    checks += [
        Check(
            f"model {name} in the running chat",
            ok=False,
            detail=f"It failed several times in a row and is left alone for {left:.0f} s more.",
            remedy="Look at its server; it is asked again by itself.",
            required=False,
        )
        for name, left in (resting or {}).items()
    ]
    checks += finder.tried if finder else ()
    checks += [Check("setting", ok=False, detail=text, required=False) for text in warnings]
    return DoctorReport(tuple(checks), tuple(_report(model) for model in models))


async def _asked(model: Model) -> Check:
    """Whether a model answers a request for one token, which loads it."""
    name = f"answer of {model.name}"
    start = time.monotonic()
    try:
        async with asyncio.timeout(ANSWER_S):
            await asyncio.shield(model.load())
    except TimeoutError:
        detail = f"It gave no token within {ANSWER_S:g} s."
        remedy = "It may still be loading: ask again, and look at its server's log."
        return Check(name, ok=False, detail=detail, remedy=remedy, required=False)
    except BackendError as error:
        return Check(name, ok=False, detail=str(error), remedy=error.advice, required=False)
    took = f"{time.monotonic() - start:.1f} s"
    return Check(name, ok=True, detail=f"The first token took {took}.", required=False)


def _corpus_checks(knowledge: KnowledgeBase) -> list[Check]:
    try:
        corpus = knowledge.refresh()
    except CorpusError as error:
        return [Check("corpus", ok=False, detail=str(error), remedy=error.advice)]
    found = f"{len(corpus.documents)} documents, {corpus.passage_count} passages"
    checks = [
        Check(
            "corpus",
            ok=bool(corpus.documents),
            detail=f"{found} in {knowledge.folder}.",
            remedy="Put documents into the folder.",
        )
    ]
    checks.append(_threshold_check(corpus))
    checks += [
        Check(f"file {file.name}", ok=False, detail=file.reason, remedy="", required=False)
        for file in corpus.unreadable
    ]
    return checks


def _threshold_check(corpus: Snapshot) -> Check:
    """The source of the evidence levels."""
    try:
        found = load(corpus.state)
    except SettingsError as error:
        return Check("thresholds", ok=False, detail=str(error), remedy=error.advice, required=False)
    where = {
        "shipped": "as shipped; the chat calibrates them by itself, `rag calibrate` at once",
        "calibrated": "calibrated to this corpus",
    }
    level = f"no evidence below log-odds {found.levels.none:.2f}"
    return Check("thresholds", ok=True, detail=f"{level}, {where[found.origin]}.", required=False)


def _report(model: Model) -> BackendReport:
    profile = model.profile
    return BackendReport(
        role=model.role,
        base_url=model.backend.base_url,
        model=model.name,
        device="this machine" if profile.local else "another machine",
        capabilities=(
            "streaming",
            f"{profile.passage_tokens} passage tokens",
            f"{profile.answer_tokens} answer tokens",
            *_seen(model.capabilities),
        ),
    )


def _seen(seen: Capabilities) -> Iterator[str]:
    """What a model's server was seen to do, and not to do."""
    can = {
        "usage in streams": seen.usage,
        "log-probabilities": seen.logprobs,
        "cached tokens": seen.cached,
        "system messages": seen.system_role,
    }
    yield from (name if has else f"no {name}" for name, has in can.items() if has is not None)
    if seen.window:
        yield f"window of {seen.window} tokens"
