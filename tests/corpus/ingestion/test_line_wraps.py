from __future__ import annotations

import pytest

from rag.corpus.ingestion.line_wraps import rejoined, unwrapped


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("Error E31: no\nconnection to the meter.", "Error E31: no connection to the meter."),
        ("The reim-\nbursement is paid.", "The reimbursement is paid."),
        ("A well-\nknown fact is known as well.", "A well-known fact is known as well."),
        ("Mail us. The e-mail-\nserver is down.", "Mail us. The e-mail-server is down."),
        ("Die Rück-\nsendung und die Rücksendung", "Die Rücksendung und die Rücksendung"),
        (
            "It is paid within thirty\ndays of the claim.",
            "It is paid within thirty days of the claim.",
        ),
    ],
)
def test_words_and_sentences_run_on_over_the_ends_of_lines(broken: str, whole: str) -> None:
    assert unwrapped(broken) == whole


@pytest.mark.parametrize(
    "text",
    [
        "- first item of a list\n- second item\n",
        "apples\npears\nplums\n",
        "Nord-\nSüd lines",
        "mode = fast and good\nlevel = 3\n",
        "It ends here.\nthen it goes on",
        "A heading of four words\n\nthe text below",
        "| a cell of the row |\n| another cell |\n",
        "```\nrun this now please\nand that\n```\n",
        "  indented lines stay as\nthey are",
    ],
)
def test_items_rows_settings_and_code_stay_lines(text: str) -> None:
    assert unwrapped(text) == text


def test_a_hyphen_at_the_end_of_a_line_of_code_stays() -> None:
    code = "```\nrun --dry-\nrun now\n```\n"
    assert rejoined(f"A reim-\nbursement.\n\n{code}\nA reim-\nbursement.\n") == (
        f"A reimbursement.\n\n{code}\nA reimbursement.\n"
    )
