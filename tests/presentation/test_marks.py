from __future__ import annotations

from collections.abc import Iterator

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from rag.domain.answers import Problem, ProblemCode, Sentence, Support
from rag.presentation.markdown import escape
from rag.presentation.marks import live_markdown, marked, without_links

PAGE = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
"""What the page makes of Markdown."""
SYNTAX = ["`", "``", "```", "~~~", "~", "*", "**", "_", "[", "]", "](#full)", "](u)", "](//h)",
          "[1]", "[1](", "[1]: ", "![", "!", "<b>", "<!--", "&lt;", "&", "\\", "|", "| - |", "- ",
          "1. ", "> ", "# ", "---", "===", "    ", "\t", "\n", "\n\n", "\r", "$", "$$", "http://h/p",
          "HTTPS://h", "www.h.example", "a@h.example", "\U000f0000", "\u00a0", " "]  # fmt: skip

UNSUPPORTED = "No passage says this"


def sentence(text: str, start: int, support: Support = Support.NONE) -> Sentence:
    problem = None if support is Support.FULL else Problem(ProblemCode.NO_PASSAGE)
    return Sentence(text, start, start + len(text), support, problem=problem)


def shown(text: str) -> str:
    return marked(text, (sentence(text, 0),)).replace(UNSUPPORTED, "N")


def tokens_of(markdown: str) -> Iterator[Token]:
    for token in PAGE.parse(markdown):
        yield token
        yield from token.children or ()


def inside_and_outside(markdown: str) -> tuple[str, str]:
    """Return the visible text within marks and beside them; code blocks are left out."""
    inside = outside = ""
    depth = 0
    for token in tokens_of(markdown):
        depth += (token.type == "link_open") - (token.type == "link_close")
        if token.type in {"text", "code_inline"}:
            inside += token.content if depth else ""
            outside += "" if depth else token.content
    return inside, outside


words = st.lists(st.sampled_from([*SYNTAX, "ab", "cd"]), min_size=1, max_size=12).map("".join)


@settings(max_examples=400)
@given(st.lists(st.tuples(words, st.booleans()), min_size=1, max_size=5))
def test_the_page_shows_exactly_the_marks_of_the_check(parts: list[tuple[str, bool]]) -> None:
    text, sentences = "", []
    for part, supported in parts:
        piece = part.lower() if supported else part.upper()
        support = Support.FULL if supported else Support.NONE
        sentences.append(sentence(piece, len(text), support))
        text += piece
    inside, outside = inside_and_outside(marked(text, sentences))
    assert not {"A", "B", "C", "D"} & set(outside.replace("HTTP", "").replace("\n", ""))
    assert not set("abcd") & set(inside.replace(UNSUPPORTED, ""))  # what is said below code


@given(words, st.integers(0, 30))
def test_only_marks_are_links_and_nothing_is_a_picture_or_html(text: str, checked: int) -> None:
    checked = min(checked, len(text))
    weak = [sentence(text[:checked], 0)] if checked else []
    for markdown in (
        without_links(text),
        marked(text, [sentence(text, 0)]),
        live_markdown(text, checked, weak, "en"),
        escape(text),
    ):
        for token in tokens_of(markdown):
            assert token.type not in {"image", "html_block", "html_inline"}
            if token.type == "link_open":
                assert token.attrs["href"] in {"#none", "#unchecked"}


@given(words.filter(lambda text: not any(fence in text for fence in ("```", "~~~", "~~", "``"))))
def test_no_letter_of_a_text_is_lost(text: str) -> None:
    inside, outside = inside_and_outside(without_links(text))
    code = "".join(t.content for t in tokens_of(without_links(text)) if t.type == "fence")
    assert (inside + outside + code).count("ab") >= text.count("ab")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- maybe", '- [maybe](#none "N")'),
        ("4. Click **here** now", '4. [Click **here** now](#none "N")'),
        ("| a | b |\n| - | - |\n| c | d |",
         '| [a](#none "N") | [b](#none "N") |\n| --- | --- |\n| [c](#none "N") | [d](#none "N") |'),
        ("one\ntwo", '[one\ntwo](#none "N")'),
        ("half a `code", '[half a \\`code](#none "N")'),
        ("use ``a`b`` here", '[use ``a`b`` here](#none "N")'),
        ("a stray ] and `", '[a stray \\] and \\`](#none "N")'),
        ("fine](#full) [so", '[fine\\](\\#full) \\[so](#none "N")'),
        ("**bold** says", '[**bold** says](#none "N")'),
        ("# Head", '# [Head](#none "N")'),
        ("> said", '> [said](#none "N")'),
    ],
)  # fmt: skip
def test_a_mark_covers_what_is_said_and_no_structure(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_a_backtick_of_one_sentence_does_not_take_the_mark_off_the_next() -> None:
    first, second = "It costs ` 9 euros.", "It is ~~~ blue."
    sentences = [sentence(first, 0, Support.FULL), sentence(second, len(first) + 1)]
    markdown = marked(f"{first} {second}", sentences)
    inside, outside = inside_and_outside(markdown)
    assert (inside, outside.strip()) == (second, first)


def test_a_carriage_return_takes_no_mark_off() -> None:
    text = "Returned items\rare kept.\n\n---\nREFUNDS COST 77.\n"
    start = text.index("REFUNDS")
    shown = marked(text, [sentence(text[start:-1], start)])
    assert "[REFUNDS COST 77.](#none" in shown


def test_code_that_is_not_supported_is_said_to_be_so_once() -> None:
    text = "Run:\n\n```sh\nrm x\nrm y\n```"
    start = text.index("rm x")
    weak = [sentence("rm x", start), sentence("rm y", start + 5)]
    markdown = marked(text, [sentence("Run:", 0, Support.FULL), *weak])
    assert markdown.endswith(f'[{UNSUPPORTED}](#none "{UNSUPPORTED}")')
    assert markdown.count("#none") == 1
    assert "```sh\nrm x\nrm y\n```" in markdown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("![x](http://evil.example/a)", "\\!\\[x\\](`http://evil.example/a`)"),
        ("[click [here]](http://e)", "\\[click \\[here\\]\\](`http://e`)"),
        ("[1](HTTP://evil.example)", "[1]\\(`HTTP://evil.example`)"),
        ("mail a.b@evil.example", "mail `a.b@evil.example`"),
        ("[1]: http://evil.example", "[1]\\: `http://evil.example`"),
        ("<b>bold</b>", "\\<b\\>bold\\</b\\>"),
        ("fine [1] and `argv[0] <x>` too", "fine [1] and `argv[0] <x>` too"),
    ],
)
def test_links_images_and_html_of_a_model_are_only_text(text: str, expected: str) -> None:
    assert without_links(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "www.)@evil.example/login",
        "www.]@evil.example",
        "www.*x*.evil.example",
        "a" * 70 + "@evil.example",
        "me@" + "b" * 70 + ".example",
        "me@a." + "b" * 70 + ".example",
    ],
)
def test_what_a_page_takes_for_an_address_stands_in_code(text: str) -> None:
    for shown in (escape(text), without_links(text)):
        plain = regex.sub(r"`[^`]*`", "", shown)
        assert not regex.search(r"www\.|[\w.+-]@[\w-]+\.", plain)


@pytest.mark.parametrize(
    "formula",
    [
        r"$E = m*c*2$",
        r"$x_1$ and $y_1$",
        r"\(x_1 + y_1\)",
        r"\[ \frac{a_1}{b_1} * c * d \]",
        "$$\nF = a_1 * b_1 * c\n$$",
        r"\(n\)",
    ],
)
def test_a_formula_is_left_as_it_is_written(formula: str) -> None:
    [token] = PAGE.parseInline(without_links(f"It is {formula} here."))
    assert (
        "".join(
            "\n" if child.type == "softbreak" else child.content for child in token.children or ()
        )
        == f"It is {formula} here."
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It costs $5 or *about* $6.", "It costs \\$5 or *about* \\$6."),
        (r"\(see the *manual*\)", "(see the *manual*)"),
        (r"\(x_1 *is* open", "(x\\_1 *is* open"),
    ],
)
def test_a_price_or_a_remark_is_no_formula(text: str, expected: str) -> None:
    assert without_links(text) == expected


@pytest.mark.parametrize("text", ["Press :save now", "a:not[1]", ":note{x=y}", ":été"])
def test_a_colon_begins_no_directive(text: str) -> None:
    for shown in (escape(text), without_links(text)):
        assert not regex.search(r"(?<!\\):[\p{L}_]", shown)
        [paragraph] = MarkdownIt("commonmark").parseInline(shown)
        assert text in "".join(token.content for token in paragraph.children or ())


TABLE = "| a b | c |\n| --- | --- |\n| d e | f |\n| g h | i |\n\nFine text.\n\n| j | k |\n| - | - |"


@pytest.mark.parametrize("row", [line for line in TABLE.split("\n") if line.count(" ") > 3][:3])
def test_the_mark_of_a_tables_row_ends_with_it(row: str) -> None:
    start = TABLE.index(row)
    wrong = Sentence(row, start, start + len(row), Support.NONE)
    shown = marked(TABLE, (wrong,))
    tables = [token for token in tokens_of(shown) if token.type == "table_open"]
    inside, outside = inside_and_outside(shown)
    assert len(tables) == 2
    assert regex.sub(r"\W", "", inside) == regex.sub(r"\W", "", row)
    assert "Fine text." in outside


def test_a_citation_in_a_marked_cell_stays_a_citation() -> None:
    row = "| Weight | 1.2 kg [2] |"
    text = f"| Fact | Value |\n|---|---|\n{row}"
    start = text.index(row)
    sentence = Sentence(row, start, start + len(row), Support.NONE)
    [*_, last] = marked(text, [sentence]).split("\n")
    assert last == "| [Weight](#none) | [1.2 kg](#none) [2] |"


def test_code_within_a_mark_stays_as_it_is() -> None:
    text = "Use `argv[1]` and [2] it"
    sentence = Sentence(text, 0, len(text), Support.PARTIAL)
    assert marked(text, [sentence]) == r"[Use `argv[1]` and \[2\] it](#partial)"


def test_within_a_mark_a_citation_is_text_as_no_link_holds_another() -> None:
    text = "It was [1] made [2] there [3]"
    sentence = Sentence(text, 0, len(text), Support.PARTIAL)
    assert marked(text, [sentence]) == r"[It was \[1\] made \[2\] there](#partial) [3]"
    assert live_markdown(text, 0, [], "en") == r"[It was \[1\] made \[2\] there](#unchecked) [3]"


@pytest.mark.parametrize("info", ["python all refunds are given", "~all refunds are given"])
def test_what_stands_behind_a_fence_is_shown(info: str) -> None:
    shown = without_links(f"```{info}\nprint(1)\n```")
    [fence] = [token for token in tokens_of(shown) if token.type == "fence"]
    assert "all refunds are given\nprint(1)" in fence.content


def test_a_document_cannot_cite() -> None:
    assert escape("as said [1]") == "as said \\[1\\]"


@pytest.mark.parametrize("text", ["> " * 3000 + "deep", "\n".join("  " * n + "- x" for n in range(300)),
                                  "**a " * 100_000, "[" * 100_000])  # fmt: skip
def test_nesting_is_bounded_and_nothing_is_lost(text: str) -> None:
    markdown = marked(text, [sentence(text, 0)])
    assert max(token.level for token in PAGE.parse(markdown)) < 30
    assert markdown.count("deep") == text.count("deep")
    assert markdown.count("x") == text.count("x")


def test_the_unchecked_rest_of_a_stream_is_marked() -> None:
    assert live_markdown("Yes. And `no", 4, [sentence("Yes.", 0, Support.FULL)], "en") == (
        "Yes. [And \\`no](#unchecked)"
    )
