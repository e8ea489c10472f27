"""What was measured of a model's answers, each figure from one and the same streamed request.

The rates follow the usual definitions of serving: prefill is prompt tokens that were read anew over
the time to the first token, the queue left out; decoding is the tokens after the first over the
time between the first and the last.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from rag.evaluation.metering import Use
from rag.evaluation.spread import Spread, spread_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.domain.completions import Generation

_PER_MILLION = 1_000_000
NOT_READ = Use()
_ENOUGH_READ = 16
"""Tokens of a prompt that were read anew; of fewer the time tells no rate."""


@dataclass(frozen=True, slots=True)
class RunFigures:
    """One answer."""

    first_token_ms: float | None
    """From the request to the first token, queue included."""
    prefill_rate: float | None
    """Tokens a second."""
    decode_rate: float | None
    """Tokens a second."""
    total_ms: float


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """One model's answers to one prompt; the first, which may have loaded it, stands apart."""

    model: str
    address: str
    runs: int
    """Warm answers that were asked for."""
    failures: tuple[str, ...]
    """Why answers failed, the cold one among them."""
    success_rate: float | None
    """Of the warm ones."""
    cold: RunFigures | None
    first_token_ms: Spread | None
    prefill_rate: Spread | None
    decode_rate: Spread | None
    total_ms: Spread | None
    prompt_tokens: float | None
    completion_tokens: float | None
    cached_tokens: float | None
    """Of the prompt, which the server says that it had read before; all three are medians."""
    estimated: bool
    """Whether tokens were counted here, as the server tells none."""
    characters: float | None
    window: int | None
    memory_mb: float | None
    """Of the server's process, or what it reports; None: unknown."""
    processor_seconds: float | None
    """Of the server, for an answer, on all processors; None: unknown."""
    joules: float | None
    """Of this machine's processors, for an answer; None: unknown."""
    cost: float | None
    """Of an answer, in the currency of RAG_PRICES."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a model beside its answers; None where it is not."""

    price: tuple[float, float] | None = None
    """In and out, for a million tokens."""
    window: int | None = None
    memory_mb: float | None = None
    use: Use = NOT_READ


def run_figures(generation: Generation) -> RunFigures:
    """Return the figures of an answer that went well."""
    timings, usage = generation.timings, generation.usage
    read = usage.prompt_tokens - usage.cached_tokens
    has_prefill = (
        read >= _ENOUGH_READ and timings.first_token_ms is not None and timings.prefill_ms > 0
    )
    has_decode = timings.decode_ms > 0 and usage.completion_tokens > 1
    return RunFigures(
        timings.first_token_ms,
        1_000 * read / timings.prefill_ms if has_prefill else None,
        1_000 * (usage.completion_tokens - 1) / timings.decode_ms if has_decode else None,
        timings.total_ms,
    )


def model_figures(
    name: str, cold: Generation | None, warm: Sequence[Generation], known: Known | None = None
) -> ModelFigures:
    """Return the figures of a model's answers."""
    known = known or Known()
    asked = [*([cold] if cold else []), *warm]
    good = [one for one in warm if not one.error]
    runs = [run_figures(one) for one in good]
    prompt = _middle([one.usage.prompt_tokens for one in good])
    written = _middle([one.usage.completion_tokens for one in good])
    cost = None
    price = known.price
    if price and prompt is not None and written is not None:
        cost = (prompt * price[0] + written * price[1]) / _PER_MILLION
    return ModelFigures(
        name,
        next((one.address for one in asked if one.address), ""),
        len(warm),
        tuple(one.error for one in asked if one.error),
        len(good) / len(warm) if warm else None,
        run_figures(cold) if cold and not cold.error else None,
        spread_of(run.first_token_ms for run in runs),
        spread_of(run.prefill_rate for run in runs),
        spread_of(run.decode_rate for run in runs),
        spread_of(run.total_ms for run in runs),
        prompt,
        written,
        _middle([one.usage.cached_tokens for one in good]),
        any(one.usage.estimated for one in good),
        _middle([len(one.text) for one in good]),
        known.window,
        known.memory_mb,
        known.use.processor_seconds,
        known.use.joules,
        cost,
    )


def _middle(values: Sequence[float]) -> float | None:
    return median(values) if values else None


def missing_figures(name: str, why: str) -> ModelFigures:
    """Return the place of a model that is not there."""
    nothing = model_figures(name, None, ())
    return replace(nothing, failures=(why,))
