"""Answers -> what a person reads: the chat's Markdown, plain text, single lines."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import regex

from rag.domain import PRIVATE, SMALL_TALK, Answer, Hit, Intent, Outcome, Reason, Sentence, Support
from rag.grounding import FENCES
from rag.present.texts import say
from rag.prompt import source_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.domain import Listed, Passage

NEAREST = 3
MAX_LISTED = 40
"""Documents named in an answer about the corpus; more would not be read."""
FILES_PATH = "/corpus/"
"""Where the chat serves the corpus' files."""
_MARKDOWN = regex.compile(r"([\\*_{}\[\]<>#|~$])")
_LINE_MARK = regex.compile(r"^(\s*(?:(?:[-*+]|\d{1,2}[.)])\s+|#{1,6}\s+|>\s*)*)")
_CODE_MARK = regex.compile(r"(`+|~~~+)")
_LINK_OPENING = regex.compile(r"!?\[(?!\d{1,3}\](?!\())|<")
_ADDRESS = regex.compile(r"(?:https?://|www\.)[^\s<>`\[\])|]*[^\s<>`\[\])|.,;:!?]")
"""A bare address would become a link; as code it can be read and copied."""
_RULE = regex.compile(r"[\s:|-]*")


def reason_text(reason: Reason, language: str = "en") -> str:
    """Say a reason in a sentence."""
    if reason.code == "unreachable" and not reason.detail:
        return say("reason.no_large", language)
    detail = reason.detail
    if reason.code in {"unsupported", "partly_quoted", "reading"}:
        detail = share_text(detail, language)
    return say(f"reason.{reason.code}", language, detail=detail)


def share_text(value: str, language: str) -> str:
    """Say ``2/3`` in words; other values as they are."""
    full, slash, count = value.partition("/")
    return say("value.of", language, full=full, count=count) if slash else value


def escape(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    plain = " ".join(text.split())
    if plain.count("`") % 2:
        plain = plain.replace("`", "'")
    parts = _CODE_MARK.split(plain)
    for index in range(0, len(parts), 4):  # text, mark, code, mark, text, ...
        parts[index] = _ADDRESS.sub(r"`\g<0>`", _MARKDOWN.sub(r"\\\1", parts[index]))
    return "".join(parts)


def answer_text(answer: Answer) -> str:
    """Return what a person reads, as plain text with ``[n]``."""
    language = answer.language
    if answer.outcome is Outcome.FAILED:
        return " ".join(reason_text(reason, language) for reason in answer.reasons)
    if answer.outcome is Outcome.REFUSED:
        hits = answer.hits[:NEAREST]
        lines = [f"[{hit.number}] {place(hit.passage, language)}" for hit in hits]
        nearest = "\n".join([say("nearest", language), *lines]) if lines else ""
        parts = ["\n".join(part for part in (_refusal(answer), nearest) if part)]
    else:
        parts = [_opening(answer), answer.text or _listing(answer)]
    return "\n\n".join(part for part in (*parts, *notes_of(answer)) if part)


def answer_markdown(answer: Answer) -> str:
    """Return the message in the chat: chips where ``[n]`` stands, weak sentences marked."""
    if answer.outcome is Outcome.FAILED:
        return answer_text(answer)
    if answer.outcome is Outcome.REFUSED:
        opening, body = _refusal(answer, escaped=True), _nearest(answer)
    elif answer.outcome is Outcome.QUOTED and answer.intent is not Intent.REWORK:
        opening = _opening(answer, escaped=True)
        body = "\n>\n".join(
            f"> {escape(_without_bars(s.text))} {_chips(s.citations)}" for s in answer.sentences
        )
    else:
        opening = _opening(answer, escaped=True)
        text = marked(answer.text, answer.sentences, answer.language)
        body = text or _listing(answer, linked=True)
    notes = (f"*{escape(note)}*" for note in notes_of(answer))
    return "\n\n".join(part for part in (opening, body, *notes) if part)


def _nearest(answer: Answer) -> str:
    """The nearest passages as a list of chips; empty where none was found."""
    hits = answer.hits[:NEAREST]
    lines = [f"- [{h.number}] {escape(place(h.passage, answer.language))}" for h in hits]
    return "\n".join([say("nearest", answer.language), *lines]) if lines else ""


def _opening(answer: Answer, *, escaped: bool = False) -> str:
    """What stands above an answer that is not a model's own text; empty above one that is."""
    language = answer.language
    codes = {reason.code for reason in answer.reasons}
    if answer.intent in SMALL_TALK:
        counts = {"documents": answer.documents, "passages": answer.passages}
        return say(answer.intent, language, **counts)
    missing = next((r.detail for r in answer.reasons if r.code == "no_such_file"), "")
    if missing:
        return say("no_such_file", language, name=escape(missing) if escaped else missing)
    for code in ("nothing_to_rework", "which_document", "unchanged"):
        if code in codes:
            return say(code, language)
    if answer.intent is Intent.CORPUS:
        return _listing_opening(answer, escaped=escaped)
    if answer.outcome is Outcome.QUOTED:
        keys = {Intent.REWORK: "rearranged", Intent.DOCUMENT: "leads"}
        if _nobody_wrote(answer):
            return say("unreachable_opening", language)
        return say(keys.get(answer.intent, "quoted"), language)
    return ""


def _nobody_wrote(answer: Answer) -> bool:
    """Was there no model to be had at all?"""
    unreachable = any(reason.code == "unreachable" for reason in answer.reasons)
    return unreachable and all(attempt.generation.error for attempt in answer.attempts)


def _listing_opening(answer: Answer, *, escaped: bool) -> str:
    request = answer.request
    topic = request.topic if request else ""
    values = {
        "topic": escape(topic) if escaped else topic,
        "count": len(answer.listed),
        "documents": answer.documents,
        "passages": answer.passages,
    }
    if topic:
        key = {0: "listed_none", 1: "listed_topic_one"}.get(len(answer.listed), "listed_topic")
    else:
        key = "listed_newest" if request and request.newest_first else "listed_all"
    return say(key, answer.language, **values)


def _listing(answer: Answer, *, linked: bool = False) -> str:
    """The documents of an answer about the corpus, one a line."""
    lines = [_listed(item, answer, linked=linked) for item in answer.listed[:MAX_LISTED]]
    if more := len(answer.listed) - len(lines):
        lines.append(f"- {say('listed_more', answer.language, count=more)}")
    return "\n".join(lines)


def _listed(item: Listed, answer: Answer, *, linked: bool) -> str:
    language = answer.language
    shown = shown_path(item.path, language)
    key = "listed_passages_one" if item.passages == 1 else "listed_passages"
    title = item.title if item.title != item.path else ""
    name, title = (
        (f"[{escape(shown)}]({file_path(item.path, answer.conversation)})", escape(title))
        if linked
        else (shown, title)
    )
    parts = [part for part in (name, title, say(key, language, count=item.passages)) if part]
    return f"- {' · '.join(parts)}" + (f" [{item.number}]" if item.number else "")


def notes_of(answer: Answer) -> list[str]:
    """What a person should know beside the answer."""
    notes = []
    language = answer.language
    if answer.share_read is not None:
        names = dict.fromkeys(shown_path(h.passage.document, language) for h in answer.hits)
        documents = ", ".join(names)
        whole = answer.share_read >= 1
        key = "read_all" if whole else "read_share"
        notes.append(say(key, language, documents=documents, share=f"{answer.share_read:.0%}"))
    if answer.intent is Intent.CORPUS and answer.scope:
        notes.append(say("listed_in", language, scope=shown_path(answer.scope, language)))
    for reason in answer.reasons:
        if reason.code == "partly_quoted":
            share = share_text(reason.detail, language)
            notes.append(say("partly_quoted", language, share=share))
        if reason.code == "reading":
            detail = share_text(reason.detail, language)
            notes.append(say("note.reading", language, detail=detail))
        if reason.code == "may_not_answer":
            notes.append(say("reason.may_not_answer", language))
        if reason.code == "other_language":
            name = say(f"language.{reason.detail}", language)
            notes.append(say("note.other_language", language, name=name))
    return notes


def _without_bars(text: str) -> str:
    """A table's row as its cells; other text as it is."""
    if not text.startswith("|"):
        return text
    return " – ".join(cell.strip() for cell in text.strip("|").split("|"))


def shown_hits(answer: Answer) -> tuple[Hit, ...]:
    """The hits whose numbers stand in the message."""
    if answer.outcome is Outcome.REFUSED:
        return answer.hits[:NEAREST]
    shown = {citation.number for citation in answer.citations}
    shown |= {item.number for item in answer.listed[:MAX_LISTED]}
    return tuple(hit for hit in answer.hits if hit.number in shown)


def _refusal(answer: Answer, *, escaped: bool = False) -> str:
    if answer.reasons and answer.reasons[-1].code == "hedging":
        return say("model_refused", answer.language, model=answer.attempts[-1].generation.model)
    missing = answer.evidence.missing if answer.evidence else ()
    if not missing:
        return say("refused", answer.language)
    words = ", ".join(
        say("word", answer.language, word=escape(word) if escaped else word) for word in missing[:6]
    )
    return say("refused_missing", answer.language, words=words)


def marked(text: str, sentences: Sequence[Sentence], language: str = "en") -> str:
    """Mark each sentence without full support as a link that the stylesheet draws."""
    pieces, position, in_code = [], 0, False
    for sentence in sentences:
        before = text[position : sentence.start]
        pieces.append(tame(before, in_code=in_code))
        in_code ^= _opens_code(before)
        body = text[sentence.start : sentence.end]
        shown = tame(body, in_code=in_code)
        if sentence.support is Support.FULL or in_code:
            pieces.append(shown)
        elif body.startswith(FENCES):  # within it a mark would be code
            mark = f'[⟨⟩](#{sentence.support} "{_problem_title(sentence, language)}")'
            pieces.append(f"{shown}\n\n{mark}")
        else:
            pieces.append(_mark(shown, sentence, language))
        in_code ^= _opens_code(body)
        position = sentence.end
    return "".join([*pieces, tame(text[position:], in_code=in_code)])


def live_markdown(text: str, checked: int, sentences: Sequence[Sentence], language: str) -> str:
    """Return a text that is still being written; ``checked`` characters of it were looked at.

    What no look has seen yet is marked too, for the stylesheet to draw in soft ink.
    """
    seen = marked(text[:checked], sentences, language)
    rest = text[checked:]
    lead = rest[: len(rest) - len(rest.lstrip())]
    in_code = _opens_code(text[:checked])
    lines = []
    for line in tame(rest[len(lead) :], in_code=in_code).split("\n"):
        is_fence = line.lstrip().startswith(FENCES)
        lines.append(line if in_code or is_fence else _mark_line(line, "unchecked", ""))
        in_code ^= is_fence
    return seen + lead + "\n".join(lines)


def sources_mark(answer: Answer) -> str:
    """A link that shows nothing and carries the sources to whoever copies the answer."""
    places = " ¦ ".join(
        f"{hit.number} {place(hit.passage, answer.language)}" for hit in shown_hits(answer)
    )
    return f'\n\n[](#sources "{_title(places)}")' if places else ""


def _title(text: str) -> str:
    return " ".join(text.split()).replace("\\", "/").replace('"', "”")


def tame(text: str, *, in_code: bool = False) -> str:
    """Take links, images and HTML out of a model's text; ``[n]`` and code stay as they are.

    A model may have an address from a document, and words that hide where it leads. The text may
    be a piece of a stream: ``in_code`` tells whether a code span is open before it.
    """
    parts = _CODE_MARK.split(text)
    for index, part in enumerate(parts):
        if _CODE_MARK.fullmatch(part):
            in_code = not in_code
        elif not in_code:
            parts[index] = _ADDRESS.sub(r"`\g<0>`", _LINK_OPENING.sub(r"\\\g<0>", part))
    return "".join(parts)


def _opens_code(text: str) -> bool:
    return len(_CODE_MARK.findall(text)) % 2 == 1


def _mark(body: str, sentence: Sentence, language: str) -> str:
    """Wrap what can be wrapped: each line, and in a table's row each cell."""
    title = _problem_title(sentence, language)
    return "\n".join(_mark_line(line, str(sentence.support), title) for line in body.split("\n"))


def _problem_title(sentence: Sentence, language: str) -> str:
    return _title(problem_text(sentence, language))


def _mark_line(line: str, support: str, title: str) -> str:
    if line.lstrip().startswith("|"):
        cells = line.strip().strip("|").split("|")
        return "| " + " | ".join(_wrap(cell.strip(), support, title) for cell in cells) + " |"
    lead = _LINE_MARK.match(line)
    start = lead.end() if lead else 0
    return line[:start] + _wrap(line[start:], support, title)


def _wrap(words: str, support: str, title: str) -> str:
    unfit = not words or _opens_code(words) or _RULE.fullmatch(words)
    if unfit:
        return words
    return f'[{words}](#{support} "{title}")' if title else f"[{words}](#{support})"


def problem_text(sentence: Sentence, language: str = "en") -> str:
    """Say what keeps a sentence from full support; empty where nothing does."""
    if sentence.problem is None:
        return ""
    return say(f"problem.{sentence.problem.code}", language, detail=sentence.problem.detail)


def _chips(numbers: Sequence[int]) -> str:
    return " ".join(f"[{number}]" for number in numbers)


def shown_path(path: str, language: str = "en") -> str:
    """A document's path as people read it."""
    if not path.startswith(PRIVATE):
        return path
    return say("private_document", language, name=path.removeprefix(PRIVATE))


def file_path(path: str, conversation: str = "") -> str:
    """Where the chat serves a document's file."""
    own = f"?conversation={quote(conversation)}" if path.startswith(PRIVATE) else ""
    return f"{FILES_PATH}{quote(path)}{own}"


def place(passage: Passage, language: str = "en") -> str:
    """Where a passage stands: file, page, headings."""
    page = f", {say('page', language, page=passage.page)}" if passage.page is not None else ""
    source = source_of(passage)
    return f"{shown_path(passage.document, language)}{page}" + (f" · {source}" if source else "")
