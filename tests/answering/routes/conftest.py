"""An assistant over the sample corpus, asked as a conversation."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import Talk
from tests.fakes import FakeBackend


@pytest.fixture
def talk(corpus: Path) -> Talk:
    return Talk(corpus, FakeBackend(model="phi"))
