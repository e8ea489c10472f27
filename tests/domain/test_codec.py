from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.domain.answers import Answer, Outcome
from rag.domain.codec import from_plain, to_plain
from rag.domain.documents import Passage
from rag.domain.search import Hit
from tests.builders import answered
from tests.fakes import PRICE, FakeBackend, hits_of, says

DRAFTS = {
    "answered": "Customers may return the RelayBox within 30 days of delivery.",
    "quoted": "Customers may return the RelayBox within 14 days of delivery.",
}


@pytest.mark.parametrize("outcome", sorted(DRAFTS))
async def test_an_answer_comes_back_from_json_as_it_was(corpus: Path, outcome: str) -> None:
    backend = FakeBackend(says(DRAFTS[outcome]))
    answer = await answered(corpus, "How long can a customer keep the RelayBox?", backend)
    assert answer.outcome is Outcome(outcome)
    assert from_plain(Answer, json.loads(json.dumps(to_plain(answer)))) == answer


def test_a_field_that_an_older_record_lacks_takes_its_default() -> None:
    [hit] = hits_of(PRICE)
    record = to_plain(hit)
    del record["matched"]
    assert from_plain(Hit, record).matched == ()


def test_a_record_of_another_shape_is_an_error() -> None:
    with pytest.raises(TypeError):
        from_plain(Passage, {"text": "x"})
