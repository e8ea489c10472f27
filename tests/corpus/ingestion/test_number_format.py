from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.ingestion.number_format import shown

MORNING = dt.datetime(2026, 3, 5, 9, 5)  # noqa: DTZ001 - a spreadsheet's have no zone


@pytest.mark.parametrize(
    ("number_format", "value", "seen"),
    [
        ("General", 5, "5"),
        ("General", 0.1 + 0.2, "0.3"),
        ("0.0%", 0.125, "12.5%"),
        ("0%", 0.07, "7%"),
        ("000000", 742, "000742"),
        ('000"-"0000', 1234567, "123-4567"),
        ("#,##0", 1234567, "1,234,567"),
        ('#,##0.00 "€"', 1234.5, "1,234.50 €"),
        ("[$€-407] #,##0.00", 12, "€ 12.00"),
        ("0.##", 2.5, "2.5"),
        ("0.0,", 12345, "12.3"),
        ("0.00E+00", 12345, "1.23E+4"),
        ("# ?/?", 1.5, "1 1/2"),
        ("0.00", -3, "-3.00"),
        ('#,##0;(#,##0);"none"', -1500, "(1,500)"),
        ('#,##0;(#,##0);"none"', 0, "none"),
        ("#,##0_);[Red](#,##0)", -5, "(5)"),
        ("@", "AX-1040", "AX-1040"),
        ("General", True, "TRUE"),
        ("General", None, ""),
    ],
)
def test_a_number_is_shown_as_people_see_it(number_format: str, value: object, seen: str) -> None:
    assert shown(value, number_format) == seen


@pytest.mark.parametrize(
    ("number_format", "value", "seen"),
    [
        ("hh:mm", dt.time(9, 30), "09:30"),
        ("h:mm AM/PM", dt.time(14, 5), "2:05 PM"),
        ("hh:mm:ss", dt.time(1, 2, 3), "01:02:03"),
        ("[h]:mm", dt.timedelta(hours=30), "30:00"),
        ("dd.mm.yyyy", MORNING, "05.03.2026"),
        ("d mmm yyyy", dt.date(2026, 3, 5), "5 Mar 2026"),
        ("dddd, d mmmm yy", dt.date(2026, 3, 5), "Thursday, 5 March 26"),
        ("yyyy-mm-dd hh:mm", MORNING, "2026-03-05 09:05"),
        ("General", dt.date(2026, 3, 5), "2026-03-05"),
    ],
)
def test_a_moment_is_shown_as_people_see_it(number_format: str, value: object, seen: str) -> None:
    assert shown(value, number_format) == seen


@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.text('0#?.,%;[]"E+-/hmsdy @_*\\', max_size=12),
)
def test_no_format_breaks_the_reader(value: float, number_format: str) -> None:
    assert isinstance(shown(value, number_format), str)
