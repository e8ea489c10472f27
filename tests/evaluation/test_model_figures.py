from __future__ import annotations

from dataclasses import replace

import pytest

from rag.domain.completions import Generation, Timings, Usage
from rag.evaluation.model_figures import Known, missing_figures, model_figures, run_figures
from rag.evaluation.spread import ENOUGH, Spread, spread_of

RUN = Generation(
    "phi-4-mini",
    "Customers may return it.",
    "stop",
    Usage(prompt_tokens=200, completion_tokens=51),
    Timings(queue_ms=100, prefill_ms=400, decode_ms=1_000, first_token_ms=500, total_ms=1_500),
)
BROKEN = replace(RUN, error="Nothing answers.")


def test_the_rates_leave_out_the_queue_and_the_first_token() -> None:
    figures = run_figures(RUN)
    assert (figures.prefill_rate, figures.decode_rate) == (500.0, 50.0)
    assert (figures.first_token_ms, figures.total_ms) == (500, 1_500)


def test_what_the_server_had_read_before_is_no_prefill() -> None:
    half = replace(RUN, usage=replace(RUN.usage, cached_tokens=100))
    nearly_all = replace(RUN, usage=replace(RUN.usage, cached_tokens=199))
    assert run_figures(half).prefill_rate == 250.0
    assert run_figures(nearly_all).prefill_rate is None


@pytest.mark.parametrize("tokens", [0, 1])
def test_an_answer_of_one_token_has_no_rate_of_decoding(tokens: int) -> None:
    short = replace(RUN, usage=replace(RUN.usage, completion_tokens=tokens))
    assert run_figures(short).decode_rate is None


def test_failures_and_the_cold_answer_are_told_apart_from_the_warm_ones() -> None:
    cold = replace(RUN, timings=replace(RUN.timings, first_token_ms=9_000))
    figures = model_figures("phi-4-mini", cold, [RUN, BROKEN, RUN, RUN])
    assert figures.cold
    assert figures.cold.first_token_ms == 9_000
    assert figures.first_token_ms == Spread(500, 500, 500, None)
    assert (figures.runs, figures.success_rate, figures.failures) == (
        4,
        0.75,
        ("Nothing answers.",),
    )


def test_a_cold_answer_that_failed_is_a_failure_and_has_no_figures() -> None:
    figures = model_figures("phi-4-mini", BROKEN, [RUN])
    assert figures.cold is None
    assert figures.failures == ("Nothing answers.",)


def test_tokens_that_were_counted_here_are_said_to_be_estimated() -> None:
    counted = replace(RUN, usage=replace(RUN.usage, estimated=True))
    assert model_figures("phi-4-mini", None, [RUN, counted]).estimated
    assert not model_figures("phi-4-mini", None, [RUN]).estimated


def test_an_answer_costs_its_tokens_at_their_prices() -> None:
    known = Known(price=(1.0, 4.0))
    assert model_figures("phi-4-mini", None, [RUN], known).cost == (200 * 1.0 + 51 * 4.0) / 1e6
    assert model_figures("phi-4-mini", None, [RUN]).cost is None


def test_a_model_that_is_not_there_says_why_and_has_no_figures() -> None:
    figures = missing_figures("gpt-oss-20b", "No server here has it.")
    assert figures.failures == ("No server here has it.",)
    assert (figures.success_rate, figures.first_token_ms, figures.cost) == (None, None, None)


def test_a_percentile_needs_enough_measurements() -> None:
    few, many = spread_of(range(ENOUGH - 1)), spread_of(range(ENOUGH))
    assert few
    assert many
    assert few.p95 is None
    assert many.p95 == pytest.approx(18.95)
    assert (many.median, many.least, many.most) == (9.5, 0, 19)


def test_what_was_not_measured_has_no_spread() -> None:
    assert spread_of([None, None]) is None
    assert spread_of([None, 3.0]) == Spread(3.0, 3.0, 3.0, None)
