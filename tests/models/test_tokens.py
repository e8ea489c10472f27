from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rag.models.tokens import ESTIMATE, TokenCounter

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("encoding", "tokens"), [("o200k_base", 5), ("cl100k_base", 5), (ESTIMATE, 6)]
)
def test_tokens_are_counted_without_a_network(tmp_path: Path, encoding: str, tokens: int) -> None:
    assert TokenCounter(tmp_path / "tables").count("Who pays the postage?", encoding) == tokens


def test_special_words_are_text(tmp_path: Path) -> None:
    assert TokenCounter(tmp_path).count("<|endoftext|>", "o200k_base") > 1


def test_the_table_is_unpacked_once(tmp_path: Path) -> None:
    TokenCounter(tmp_path).count("a", "cl100k_base")
    [table] = tmp_path.iterdir()
    before = table.stat().st_mtime_ns
    TokenCounter(tmp_path).count("a", "cl100k_base")
    assert table.stat().st_mtime_ns == before


def test_a_damaged_table_is_unpacked_again(tmp_path: Path) -> None:
    TokenCounter(tmp_path).count("a", "cl100k_base")
    [table] = tmp_path.iterdir()
    table.write_bytes(b"damaged")
    assert TokenCounter(tmp_path).count("a b", "cl100k_base") == 2
