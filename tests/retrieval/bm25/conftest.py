"""The engine's tests run with the compiled loops, as the chat does."""

from __future__ import annotations

import pytest

from rag.retrieval.bm25 import kernels


@pytest.fixture(autouse=True, scope="session")
def _compiled() -> None:
    assert kernels.use_compiled() == "numba"
