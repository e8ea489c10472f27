from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

from rag.domain.completions import Generation, Timings, Usage
from rag.evaluation.comparison import Comparison, Sentences, Side
from rag.evaluation.metering import Use
from rag.evaluation.model_figures import Known, missing_figures, model_figures
from rag.evaluation.rubric import Rubric
from rag.presentation.charts import models_svg
from rag.presentation.model_reports import comparison_report, figures_table, prices_table

RUN = Generation(
    "phi|4 <mini>",
    "Yes.",
    "stop",
    Usage(prompt_tokens=200, completion_tokens=51),
    Timings(prefill_ms=400, decode_ms=1_000, first_token_ms=400, total_ms=1_400),
    address="127.0.0.1:1234",
)
SLOW = replace(
    RUN, timings=Timings(prefill_ms=800, decode_ms=2_000, first_token_ms=800, total_ms=2_800)
)
SMALL = model_figures(
    RUN.model, RUN, [RUN, SLOW, SLOW], Known((1.0, 4.0), 8_192, 3_200.0, Use(1.5, None))
)
LARGE = missing_figures("gpt-oss-20b", "No server here has it.")


def row(table: str, name: str) -> list[str]:
    """The cells of a line of the table."""
    [line] = [line for line in table.splitlines() if line.startswith(f"| {name} ")]
    return [cell.strip() for cell in line.strip("|").replace("\\|", "/").split("|")][1:]


def test_a_figure_is_its_median_with_the_ends() -> None:
    table = figures_table([SMALL, LARGE])
    assert row(table, "first token") == ["800 (400–800) ms", "–"]
    assert row(table, "prefill") == ["250 (250–500) tok/s", "–"]
    assert row(table, "decoding") == ["25 (25–50) tok/s", "–"]
    assert row(table, "memory") == ["3,200 MB", "unknown"]
    assert row(table, "processor time") == ["1.5 s", "unknown"]
    assert row(table, "energy") == ["unknown", "unknown"]
    assert row(table, "window") == ["8,192 tok", "unknown"]
    assert row(table, "cost") == ["0.000404", "–"]
    assert table.endswith("\n\ngpt-oss-20b: No server here has it.")


def test_estimated_tokens_are_said_to_be() -> None:
    counted = replace(RUN, usage=replace(RUN.usage, estimated=True))
    table = figures_table([model_figures("phi", None, [counted])])
    assert row(table, "written") == ["51 tok (estimated)"]


def test_without_streams_only_whole_answers_are_reported() -> None:
    table = figures_table([SMALL], streamed=False)
    assert row(table, "whole answer") == ["2,800 (1,400–2,800) ms"]
    assert "first token" not in table
    assert "decoding" not in table


def test_a_name_breaks_neither_the_table_nor_the_chart() -> None:
    lines = figures_table([SMALL]).replace("\\|", "/").splitlines()
    assert {line.count("|") for line in lines} == {3}
    chart = ET.fromstring(models_svg([SMALL, LARGE]))
    texts = [element.text or "" for element in chart.iter() if element.tag.endswith("text")]
    assert "phi|4 <mini>" in texts
    assert "not measured" in texts
    assert "800.0" in texts


def test_a_comparison_tells_support_ratios_and_what_the_texts_share() -> None:
    large = model_figures("gpt-oss-20b", None, [_times(SLOW, 2)])
    report = comparison_report(
        Comparison(
            "How long?",
            3,
            Side("small", SMALL, "30 days.", Sentences(1, 0, 0), Rubric(5.0, 5.0, 5.0)),
            Side("large", large, "It is 30 days.", Sentences(2, 1, 0), Rubric(4.0, 4.3, 5.0)),
            0.5,
        )
    )
    assert report.startswith("Prompt, with 3 passages: How long?")
    assert "gpt-oss-20b: sentences supported 2, in part 1, not 0." in report
    assert "gpt-oss-20b takes 2.0 times as long to the first token." in report
    assert "gpt-oss-20b: coherence 4.0, factuality 4.3, brevity 5.0 (1 to 5)." in report
    assert "(brevity: 5 up to 40 words, 1 from 240 on)" in report
    assert "The texts have 50% of their words in common, in order." in report


def test_a_comparison_without_a_large_model_says_how_to_connect_one() -> None:
    alone = Comparison("How long?", 0, Side("small", SMALL, "30 days.", None, None), None, None)
    report = comparison_report(alone)
    assert report.startswith("Prompt, with no passages: How long?")
    assert "set RAG_LARGE_BASE_URL to connect one" in report


def test_a_month_costs_so_many_answers_a_day() -> None:
    table = prices_table([SMALL, LARGE], 1_000)
    assert row(table, "1,000 a day, 30 days") == ["12.12"]
    assert prices_table([LARGE], 1_000) == "No prices are set: RAG_PRICES."


def _times(generation: Generation, factor: float) -> Generation:
    old = generation.timings
    slower = replace(
        old, first_token_ms=(old.first_token_ms or 0) * factor, total_ms=old.total_ms * factor
    )
    return replace(generation, timings=slower)
