from __future__ import annotations

from dataclasses import replace

import pytest

from rag.domain.answers import (
    Answer,
    AnswerTimings,
    Attempt,
    Citation,
    Confidence,
    Listed,
    Outcome,
    Reason,
    ReasonCode,
    Sentence,
    Support,
)
from rag.domain.completions import Check, Generation, Timings, Usage
from rag.domain.requests import Intent, Request
from rag.domain.search import Evidence, EvidenceLevel
from rag.presentation.lines import (
    attempt_line,
    check_lines,
    doubts_markdown,
    milliseconds,
    model_markdown,
    summary_line,
)
from rag.presentation.marks import live_markdown
from rag.presentation.message import (
    MAX_LISTED,
    answer_markdown,
    answer_text,
    shown_hits,
    sources_mark,
)
from rag.presentation.texts import say
from rag.presentation.wording import place, reason_text
from rag.text.markdown import QUOTED_CODE
from tests.fakes import CORPUS, PRICE, RETURNS, hits_of, passage

HITS = hits_of(*CORPUS)


def answer(outcome: Outcome = Outcome.ANSWERED, **fields: object) -> Answer:
    known: dict[str, object] = {
        "question": "Q?",
        "intent": Intent.QUESTION,
        "text": "It costs 249 euros. [3]",
        "outcome": outcome,
        "model": "phi",
        "language": "en",
        "hits": HITS,
        "evidence": Evidence(EvidenceLevel.NONE, 0.0, (), ("Mongolia",)),
        "sentences": (Sentence("It costs 249 euros.", 0, 19, Support.FULL, (3,)),),
        "citations": (Citation(3, PRICE),),
        **fields,
    }
    return Answer(**known)  # type: ignore[arg-type]


def attempt(role: str = "small", text: str = "Draft.", estimated: bool = False) -> Attempt:  # noqa: FBT001, FBT002
    generation = Generation(
        "phi", text, "stop", Usage(100, 12, 0, estimated), Timings(total_ms=1240)
    )
    confidence = Confidence(0.0, accepted=False, reasons=(Reason(ReasonCode.EMPTY),), signals=())
    return Attempt(role, generation, (), confidence)  # type: ignore[arg-type]


def test_supported_text_is_shown_as_it_is() -> None:
    assert answer_markdown(answer()) == "It costs 249 euros. [3]"


def test_an_address_in_a_reason_stays_an_address() -> None:
    reason = Reason(ReasonCode.FAILED, "Nothing answers at http://127.0.0.1:1/v1.")
    assert reason_text(reason) == "Nothing answers at http://127.0.0.1:1/v1."


def test_a_quotation_is_said_to_be_one_and_cannot_format() -> None:
    quoted = Sentence("# *Big* [1] ![x](y)", 0, 5, Support.FULL, (2,))
    text = answer_markdown(answer(Outcome.QUOTED, sentences=(quoted,)))
    assert text.startswith(say("quoted"))
    assert "> \\# \\*Big\\* \\[1\\] \\!\\[x\\](y) [2]" in text


def test_quoted_rows_of_a_table_look_like_a_table() -> None:
    head = "| Model | Voltage |\n|---|---|"
    text = "| R1 | 12 V |\n| R_2 | 24 V |"
    hits = hits_of(passage(text, table_header=head), RETURNS)
    rows = [
        Sentence(read, 0, len(read), Support.FULL, (1,))
        for read in ("Model: R1; Voltage: 12 V", "Model: R_2; Voltage: 24 V")
    ]
    prose = Sentence("It has a fuse.", 0, 14, Support.FULL, (2,))
    shown = answer_markdown(answer(Outcome.QUOTED, sentences=(*rows, prose), hits=hits))
    assert shown.endswith(
        "> | Model | Voltage |\n> | --- | --- |\n> | R1 | 12 V [1] |\n> | R\\_2 | 24 V [1] |\n>\n"
        "> It has a fuse. [2]"
    )


def test_a_models_step_folds_what_it_thought_below_its_text() -> None:
    made = Generation("gpt", "30 days.", "stop", reasoning="*Look*\n\nat [1]", reasoning_tokens=7)
    thought = "What it thought before (7 tokens):\n\n> \\*Look\\*\n>\n> at \\[1\\]"
    doubted = replace(attempt(), generation=made)
    assert model_markdown(doubted) == f"30 days.\n\n{thought}"
    assert model_markdown(doubted, text=False) == thought
    assert model_markdown(replace(doubted, generation=replace(made, reasoning=""))) == "30 days."


def test_a_quoted_row_with_more_cells_than_its_head_keeps_them() -> None:
    hits = hits_of(passage("| R1 | 12 V | new |", table_header="| Model | Voltage |\n|---|---|"))
    row = Sentence("Model: R1; Voltage: 12 V; new", 0, 29, Support.FULL, (1,))
    shown = answer_markdown(answer(Outcome.QUOTED, sentences=(row,), hits=hits))
    assert shown.endswith("> | R1 | 12 V new [1] |")


def test_code_and_addresses_in_a_quotation_are_shown_as_code() -> None:
    quoted = Sentence("Set `RAG_TOP_K` at http://a.b/c.", 0, 5, Support.FULL, (2,))
    text = answer_markdown(answer(Outcome.QUOTED, sentences=(quoted,)))
    assert "> Set `RAG_TOP_K` at `http://a.b/c`. [2]" in text


def test_code_in_a_quotation_is_shown_as_code_whatever_it_holds() -> None:
    code = "# <b>\n  run ``` [x](y)"
    text = f"{QUOTED_CODE}{code}\n{QUOTED_CODE}[2]"
    start = len(QUOTED_CODE)
    quoted = Sentence(code, start, start + len(code), Support.FULL, (2,))
    shown = answer_markdown(answer(Outcome.QUOTED, text=text, sentences=(quoted,)))
    assert "> ````\n> # <b>\n>   run ``` [x](y)\n> ````\n> \n> [2]" in shown


def test_a_block_of_code_in_a_quoted_piece_ends_with_it() -> None:
    piece = "Run this:\n\n```sh\nls *\n"
    quoted = Sentence(piece, 0, len(piece), Support.FULL, (2,))
    shown = answer_markdown(answer(Outcome.QUOTED, text=piece, sentences=(quoted,)))
    assert "> Run this:\n> ```\n> ls *\n> ```\n> \n> [2]" in shown


def test_the_lines_of_a_quoted_piece_stay_lines() -> None:
    piece = "One *box*.\nTwo boxes."
    quoted = Sentence(piece, 0, len(piece), Support.FULL, (2,))
    shown = answer_markdown(answer(Outcome.QUOTED, text=piece, sentences=(quoted,)))
    assert "> One \\*box\\*.  \n> Two boxes. [2]" in shown


def test_a_refusal_names_missing_words_and_nearest_passages() -> None:
    text = answer_markdown(answer(Outcome.REFUSED, sentences=(), citations=()))
    assert "“Mongolia”" in text
    assert "[1] returns.md · Returns › Deadline" in text
    assert [hit.rank for hit in shown_hits(answer(Outcome.REFUSED))] == [1, 2, 3]


def test_a_refusal_by_the_large_model_names_it() -> None:
    refused = answer(
        Outcome.REFUSED, attempts=(attempt("large"),), reasons=(Reason(ReasonCode.HEDGING),)
    )
    text = answer_text(refused)
    assert text.startswith("phi found no answer")


def test_a_failure_is_its_sentence() -> None:
    failed = answer(Outcome.FAILED, reasons=(Reason(ReasonCode.FAILED, "It broke. Mend it."),))
    assert answer_markdown(failed) == "It broke. Mend it."


def test_help_counts_the_documents() -> None:
    text = answer_text(answer(intent=Intent.HELP, documents=7, passages=70))
    assert "7 documents (70 passages)" in text


def test_only_cited_hits_get_a_chip() -> None:
    assert [hit.rank for hit in shown_hits(answer())] == [3]


def test_the_line_under_an_answer() -> None:
    fast = answer(attempts=(attempt(),), timings=AnswerTimings(first_token_ms=612, total_ms=1240))
    assert summary_line(fast) == "phi · 612 ms to first token · 12 tok · 1 source"


def test_the_line_tells_the_whole_time_where_more_was_done_and_what_is_weak() -> None:
    weak = Sentence("Hm.", 0, 3, Support.NONE)
    slow = answer(
        attempts=(attempt(), attempt("large")),
        timings=AnswerTimings(first_token_ms=612, total_ms=5140),
        sentences=(weak,),
        citations=(),
    )
    assert summary_line(slow) == "phi · 5.1 s · 612 ms to first token · 12 tok · 1 marked"


@pytest.mark.parametrize(
    ("outcome", "word"), [(Outcome.REFUSED, "refused"), (Outcome.QUOTED, "quotation")]
)
def test_the_line_says_what_it_is_where_no_model_wrote(outcome: Outcome, word: str) -> None:
    assert summary_line(answer(outcome, model="")).startswith(word)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0.0, "0 ms"), (0.2, "<1 ms"), (612.4, "612 ms"), (1240.0, "1.2 s")],
)
def test_durations_read_like_durations(value: float | None, text: str) -> None:
    assert milliseconds(value) == text


def test_steps_carry_time_and_tokens() -> None:
    assert attempt_line(attempt(), draft=True) == "Draft by phi · 1.2 s · 12 tok"
    assert "≈12 tok" in attempt_line(attempt(estimated=True), draft=False)


def test_doubts_are_listed() -> None:
    assert "- The draft was empty." in doubts_markdown(attempt())


def test_a_place_names_page_and_headings() -> None:
    found = passage("x", "a.pdf", title="T", heading="T › H", page=4)
    assert place(found) == "a.pdf, page 4 · T › H"
    assert place(RETURNS) == "returns.md · Returns › Deadline"


def test_no_large_model_says_how_to_connect_one() -> None:
    assert "RAG_LARGE_BASE_URL" in reason_text(Reason(ReasonCode.UNREACHABLE))


def test_checks_tell_faults_from_notes() -> None:
    lines = check_lines(
        [
            Check("a", ok=True, detail="fine", remedy="never shown"),
            Check("b", ok=False, detail="bad.", remedy="Mend it."),
            Check("c", ok=False, detail="odd.", required=False),
        ]
    )
    assert lines == "  ok  a: fine\nFAIL  b: bad. Mend it.\nnote  c: odd."


@pytest.mark.parametrize("code", ReasonCode)
def test_every_reason_has_its_sentence(code: ReasonCode) -> None:
    assert reason_text(Reason(code, "a detail", 1, 2)).strip()


@pytest.mark.parametrize(
    "code",
    ["empty", "short", "hedging", "cut_off", "repeated", "low_logprob", "unreachable", "off_topic"],
)
def test_every_fault_tells_what_would_have_changed_it(code: str) -> None:
    assert say(f"change.without_{code}")


def test_while_it_is_written_what_was_not_checked_is_soft() -> None:
    text = "It costs 249 euros. It is pi"
    checked = (Sentence("It costs 249 euros.", 0, 19, Support.FULL, (3,)),)
    shown = live_markdown(text, 19, checked, "en")
    assert shown == "It costs 249 euros. [It is pi](#unchecked)"


def test_while_a_list_is_written_its_marks_stay_outside() -> None:
    assert live_markdown("- one\n- tw", 0, (), "en") == "- [one](#unchecked)\n- [tw](#unchecked)"


def test_the_sources_go_with_the_message_for_whoever_copies_it() -> None:
    mark = sources_mark(answer())
    assert mark == '\n\n[](#sources "3 faq.md · RelayBox FAQ")'
    assert not sources_mark(answer(Outcome.ANSWERED, citations=()))


def listing(topic: str, *listed: Listed) -> Answer:
    request = Request(Intent.CORPUS, topic=topic)
    found = answer(text="", sentences=(), citations=(), intent=Intent.CORPUS, request=request)
    return replace(found, listed=listed, documents=3, passages=7)


def test_documents_are_listed_with_links_and_the_passage_that_mentions_the_topic() -> None:
    text = answer_markdown(listing("price", Listed("a b.md", "A [b]", 2, 3)))
    assert "1 document out of 3 mentions “price”" in text
    assert "[a b.md](/corpus/a%20b.md) · A \\[b\\] · 2 passages [3]" in text


def test_a_long_list_tells_how_many_more_there_are() -> None:
    many = [Listed(f"{number}.md", "", 1) for number in range(MAX_LISTED + 5)]
    assert answer_text(listing("", *many)).endswith("… and 5 more.")


def test_a_topic_that_no_document_mentions_is_said() -> None:
    assert answer_text(listing("snow")) == "No document mentions “snow”."


@pytest.mark.parametrize(("share", "said"), [(1.0, "Read in full: "), (0.25, "Read 25% of ")])
def test_a_read_document_tells_what_share_was_read(share: float, said: str) -> None:
    read = answer(intent=Intent.DOCUMENT, share_read=share)
    assert said in answer_text(read)
    assert said in answer_markdown(read)


def test_a_remark_on_the_window_has_its_numbers() -> None:
    reason = Reason(ReasonCode.WINDOW, part=1, whole=11)
    assert "The window of the model held only 1 of 11 passages." in answer_text(
        answer(reasons=(reason,))
    )


def test_a_question_in_another_language_than_the_documents_is_told_so() -> None:
    other = answer(language="nl", reasons=(Reason(ReasonCode.OTHER_LANGUAGE, "en"),))
    assert "Je documenten zijn in het Engels" in answer_text(other)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "gpt-oss-20b did not answer at 127.0.0.1:1234; here is what the documents say:"),
        ("de", "gpt-oss-20b hat unter 127.0.0.1:1234 nicht geantwortet; das sagen die Dokumente:"),
        ("nl", "gpt-oss-20b heeft op 127.0.0.1:1234 niet geantwoord; dit zeggen de documenten:"),
    ],
)
def test_a_quotation_says_which_model_did_not_answer(language: str, said: str) -> None:
    silent = replace(
        attempt("large"),
        generation=Generation(
            "gpt-oss-20b", "", "error", error="It broke.", address="127.0.0.1:1234"
        ),
    )
    quoted = answer(outcome=Outcome.QUOTED, attempts=(attempt(), silent), language=language)
    assert answer_text(quoted).startswith(said)
