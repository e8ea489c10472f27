"""The two models side by side, with a clock that stands still between their words."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answering.assistant import Assistant
from rag.domain.completions import Profile
from rag.domain.errors import BackendUnreachable
from rag.evaluation.comparison import Comparing, Comparison, Plan
from rag.evaluation.model_bench import BenchPlan, bench_models
from rag.models.model import Model
from tests.builders import assistant_of
from tests.fakes import FakeBackend, FakeClock, count_words, says

QUESTION = "How long can a customer keep the RelayBox?"
RIGHT = "Customers may return the RelayBox within 30 days of delivery."
INVENTED = "Customers may return the RelayBox within 90 days of delivery, by boat."
GONE = BackendUnreachable("Nothing answers for gpt-oss-20b.")


def backend(text: str, name: str, **options: object) -> FakeBackend:
    return FakeBackend(says(text), model=name, **options)  # type: ignore[arg-type]


async def compare(assistant: Assistant, plan: Plan, prompt: str = QUESTION) -> Comparison:
    return await Comparing(assistant, prompt, plan).run({"small": (1.0, 2.0)})


async def test_both_answer_from_the_same_passages_by_turns(corpus: Path) -> None:
    small, large = backend(RIGHT, "small"), backend(INVENTED, "large")
    compared = await compare(assistant_of(corpus, small, large), Plan(rounds=2))
    assert compared.small
    assert compared.large
    assert compared.passages > 0
    assert (len(small.asked), len(large.asked)) == (3, 3)
    assert small.asked[0][-1].content == small.asked[2][-1].content
    assert (compared.small.figures.runs, compared.large.figures.runs) == (2, 2)


async def test_the_support_of_each_is_told_and_how_alike_they_are(corpus: Path) -> None:
    small, large = backend(RIGHT, "small"), backend(INVENTED, "large")
    compared = await compare(assistant_of(corpus, small, large), Plan(rounds=1))
    assert compared.small
    assert compared.large
    assert compared.small.support
    assert compared.large.support
    assert (compared.small.support.full, compared.large.support.full) == (1, 0)
    assert compared.alike == pytest.approx(2 * 8 / (10 + 12))
    assert compared.small.figures.cost is not None
    assert compared.large.figures.cost is None


async def test_a_prompt_that_the_documents_do_not_touch_is_asked_without_passages(
    corpus: Path,
) -> None:
    small = backend("Ulaanbaatar.", "small")
    compared = await compare(
        assistant_of(corpus, small), Plan(rounds=1), "Zebras quickly jump vexingly?"
    )
    assert compared.small
    assert (compared.passages, compared.small.support) == (0, None)
    assert compared.small.text == "Ulaanbaatar."


async def test_without_passages_each_round_has_a_prompt_of_its_own(corpus: Path) -> None:
    small = backend(RIGHT, "small")
    await compare(assistant_of(corpus, small), Plan(rounds=2, bare=True))
    assert len({messages[0].content for messages in small.asked}) == 3
    assert {messages[1].content for messages in small.asked} == {QUESTION}


async def test_a_model_that_is_down_is_told_and_the_other_is_measured(corpus: Path) -> None:
    large = FakeBackend(model="large", error=GONE)
    compared = await compare(assistant_of(corpus, backend(RIGHT, "small"), large), Plan(rounds=1))
    assert compared.small
    assert compared.large
    assert compared.small.text == RIGHT
    assert (compared.large.text, compared.alike) == ("", None)
    assert compared.large.figures.success_rate == 0
    assert "Nothing answers for gpt-oss-20b." in compared.large.figures.failures[0]


async def test_a_failed_answer_is_asked_for_again_as_often_as_is_set(corpus: Path) -> None:
    large = FakeBackend(model="large", error=GONE)
    await compare(
        assistant_of(corpus, backend(RIGHT, "small"), large), Plan(rounds=1, retries=1, bare=True)
    )
    assert len(large.asked) == 3  # then the breaker leaves it alone


async def test_a_demonstration_model_writes_its_draft_to_the_end(corpus: Path) -> None:
    demo = backend(INVENTED, "small", profile=Profile(300, 80, demo=True))
    compared = await compare(assistant_of(corpus, demo), Plan(rounds=1))
    assert compared.small
    assert compared.small.text == INVENTED


async def test_a_benchmark_has_a_cold_round_and_tells_its_progress() -> None:
    clock = FakeClock()
    fast, slow = backend("a b c", "fast", clock=clock), backend("a b c d", "slow", clock=clock)
    models = [Model("small", one, clock, count_words) for one in (fast, slow)]
    told: list[tuple[int, int]] = []
    figures = await bench_models(
        models, BenchPlan("Say it.", 2), {}, lambda done, total: told.append((done, total))
    )
    assert [one.model for one in figures] == ["fast", "slow"]
    assert [one.runs for one in figures] == [2, 2]
    assert all(one.cold for one in figures)
    assert told[-1] == (6, 6)


async def test_an_answer_without_a_word_is_a_failure() -> None:
    clock = FakeClock()
    silent = Model("small", FakeBackend(model="silent"), clock, count_words)
    [figures] = await bench_models([silent], BenchPlan("Say it.", 1), {}, lambda *_: None)
    assert (figures.success_rate, figures.failures) == (0, ("It wrote nothing.",) * 2)
