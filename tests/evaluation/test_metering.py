from __future__ import annotations

import pytest

from rag.evaluation import metering
from rag.evaluation.metering import Use, median_use, metered
from rag.models.model import Model
from rag.models.server_process import ServerProcess
from tests.fakes import FakeBackend, FakeClock, count_words


class Counters:
    """A server's counters, a step further at each look."""

    def __init__(self, *looks: Use) -> None:
        self.looks = list(looks)

    def __call__(self, _: ServerProcess | None) -> Use:
        return self.looks.pop(0)


async def answer() -> str:
    return "30 days."


@pytest.mark.parametrize(
    ("before", "after", "used"),
    [
        (Use(1.0, 50.0), Use(3.5, 80.0), Use(2.5, 30.0)),
        (Use(1.0, None), Use(3.5, None), Use(2.5, None)),
        (Use(None, 50.0), Use(3.5, 10.0), Use(None, None)),
    ],
)
async def test_an_answer_used_what_the_counters_went_on(
    before: Use, after: Use, used: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metering, "_so_far", Counters(before, after))
    model = Model("small", FakeBackend(), FakeClock(), count_words)
    assert await metered(model, answer()) == ("30 days.", used)


def test_the_middle_of_several_answers_is_told() -> None:
    assert median_use([Use(1.0), Use(9.0), Use(2.0, 5.0)]) == Use(2.0, 5.0)
    assert median_use([]) == Use(None, None)
