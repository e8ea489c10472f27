"""Answers as Markdown for the chat and as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.domain.answers import Answer, Outcome, ReasonCode
from rag.domain.documents import SHIPPED_GUIDE
from rag.domain.requests import SMALL_TALK, Intent
from rag.presentation.briefs import brief_notes
from rag.presentation.markdown import escape, link_title
from rag.presentation.marks import marked
from rag.presentation.quotations import quotation_markdown
from rag.presentation.texts import say
from rag.presentation.wording import detailed, file_path, place, reason_text, shown_path

if TYPE_CHECKING:
    from rag.domain.answers import Listed
    from rag.domain.search import Hit

NEAREST = 3
_TOLD_AS_THEY_ARE = frozenset(
    {ReasonCode.DISAGREES, ReasonCode.PART_MISSING, ReasonCode.EXPANDED, ReasonCode.WINDOW}
)
"""Reasons that are remarks beside an answer."""
MAX_LISTED = 40
"""The maximum number of documents listed in an answer about the corpus."""


def answer_text(answer: Answer) -> str:
    """Return the answer as plain text with ``[n]``."""
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
    """Return the message for the chat: chips for ``[n]``, unsupported sentences marked."""
    if answer.outcome is Outcome.FAILED:
        return answer_text(answer)
    if answer.outcome is Outcome.REFUSED:
        opening, body = _refusal(answer, escaped=True), _nearest(answer)
    elif answer.outcome is Outcome.QUOTED and answer.intent is not Intent.REWORK:
        opening = _opening(answer, escaped=True)
        body = quotation_markdown(answer)
    else:
        opening = _opening(answer, escaped=True)
        text = marked(answer.text, answer.sentences, answer.language)
        body = text or _listing(answer, linked=True)
    notes = (f"*{escape(note)}*" for note in notes_of(answer))
    return "\n\n".join(part for part in (opening, body, *notes) if part)


def _nearest(answer: Answer) -> str:
    """The nearest passages as a list of chips; empty if there are none."""
    hits = answer.hits[:NEAREST]
    lines = [f"- [{h.number}] {escape(place(h.passage, answer.language))}" for h in hits]
    return "\n".join([say("nearest", answer.language), *lines]) if lines else ""


def _opening(answer: Answer, *, escaped: bool = False) -> str:
    """The introduction of an answer that is not a model's own text; empty otherwise."""
    language = answer.language
    codes = {reason.code for reason in answer.reasons}
    if answer.intent in SMALL_TALK:
        return say(answer.intent, language, **_sizes(answer))
    missing = next((r.detail for r in answer.reasons if r.code is ReasonCode.NO_SUCH_FILE), "")
    if missing:
        return say("no_such_file", language, name=escape(missing) if escaped else missing)
    for code in (ReasonCode.NOTHING_TO_REWORK, ReasonCode.WHICH_DOCUMENT, ReasonCode.UNCHANGED):
        if code in codes:
            return say(code, language)
    if answer.intent is Intent.CORPUS:
        return _listing_opening(answer, escaped=escaped)
    if answer.outcome is Outcome.QUOTED:
        keys = {Intent.REWORK: "rearranged", Intent.DOCUMENT: "leads"}
        if ReasonCode.DEMO in codes and answer.intent not in keys:
            return say("from_guide" if _is_of_the_guide(answer) else "from_documents", language)
        if _has_no_model(answer):
            return say("unreachable_opening", language)
        if silent := _silent(answer):
            return silent
        return say(keys.get(answer.intent, "quoted"), language)
    return ""


def _is_of_the_guide(answer: Answer) -> bool:
    """Whether all that an answer cites is of the guide beside one's own documents."""
    cited = [citation.passage.document for citation in answer.citations]
    return bool(cited) and all(document.startswith(SHIPPED_GUIDE) for document in cited)


def _has_no_model(answer: Answer) -> bool:
    """Whether no model was available."""
    unreachable = any(reason.code is ReasonCode.UNREACHABLE for reason in answer.reasons)
    return unreachable and all(attempt.generation.error for attempt in answer.attempts)


def _silent(answer: Answer) -> str:
    """Who did not answer, and where, if the last model asked did not; empty otherwise."""
    last = answer.attempts[-1].generation if answer.attempts else None
    if last is None or not last.error:
        return ""
    key = "silent_model_at" if last.address else "silent_model"
    return say(key, answer.language, model=last.model, address=last.address)


def _listing_opening(answer: Answer, *, escaped: bool) -> str:
    request = answer.request
    topic = request.topic if request else ""
    values = {
        "topic": escape(topic) if escaped else topic,
        "count": len(answer.listed),
        "documents": answer.documents,
    }
    if topic:
        return say("listed_topic" if answer.listed else "listed_none", answer.language, **values)
    key = "listed_newest" if request and request.newest_first else "listed_all"
    return say(key, answer.language, **_sizes(answer))


def _sizes(answer: Answer) -> dict[str, str]:
    """The numbers of searchable documents and passages, in words."""
    return {
        "documents": say("documents", answer.language, count=answer.documents),
        "passages": say("passages", answer.language, count=answer.passages),
    }


def _listing(answer: Answer, *, linked: bool = False) -> str:
    """The documents of an answer about the corpus, one per line."""
    lines = [_listed(item, answer, linked=linked) for item in answer.listed[:MAX_LISTED]]
    if more := len(answer.listed) - len(lines):
        lines.append(f"- {say('listed_more', answer.language, count=more)}")
    return "\n".join(lines)


def _listed(item: Listed, answer: Answer, *, linked: bool) -> str:
    language = answer.language
    shown = shown_path(item.path, language)
    title = item.title if item.title != item.path else ""
    name, title = (
        (f"[{escape(shown)}]({file_path(item.path, answer.conversation)})", escape(title))
        if linked
        else (shown, title)
    )
    passages = say("passages", language, count=item.passages)
    parts = [part for part in (name, title, passages) if part]
    return f"- {' · '.join(parts)}" + (f" [{item.number}]" if item.number else "")


def notes_of(answer: Answer) -> list[str]:
    """Return remarks shown beside the answer."""
    notes = []
    language = answer.language
    if answer.share_read is not None:
        names = dict.fromkeys(shown_path(h.passage.document, language) for h in answer.hits)
        documents = ", ".join(names)
        whole = answer.share_read >= 1
        key = "read_all" if whole else "read_share"
        notes.append(say(key, language, documents=documents, share=f"{answer.share_read:.0%}"))
    if answer.intent is Intent.BRIEF:
        notes += brief_notes(answer)
    if answer.intent is Intent.CORPUS and answer.scope:
        notes.append(say("listed_in", language, scope=shown_path(answer.scope, language)))
    for reason in answer.reasons:
        if reason.code is ReasonCode.PARTLY_QUOTED:
            notes.append(detailed("partly_quoted", reason, language))
        if reason.code is ReasonCode.READING:
            notes.append(detailed("note.reading", reason, language))
        if reason.code in _TOLD_AS_THEY_ARE:
            notes.append(reason_text(reason, language))
        if reason.code is ReasonCode.MAY_NOT_ANSWER:
            notes.append(say("reason.may_not_answer", language))
        if reason.code is ReasonCode.OTHER_LANGUAGE:
            name = say(f"language.{reason.detail}", language)
            notes.append(say("note.other_language", language, name=name))
    return notes


def shown_hits(answer: Answer) -> tuple[Hit, ...]:
    """Return the hits whose numbers occur in the message."""
    if answer.outcome is Outcome.REFUSED:
        return answer.hits[:NEAREST]
    shown = {citation.number for citation in answer.citations}
    shown |= {item.number for item in answer.listed[:MAX_LISTED]}
    return tuple(hit for hit in answer.hits if hit.number in shown)


def sources_mark(answer: Answer) -> str:
    """Return an invisible link that adds the sources when the answer is copied."""
    places = " ¦ ".join(
        f"{hit.number} {link_title(place(hit.passage, answer.language)).replace('¦', '|')}"
        for hit in shown_hits(answer)
    )
    return f'\n\n[](#sources "{places}")' if places else ""


def _refusal(answer: Answer, *, escaped: bool = False) -> str:
    if answer.reasons and answer.reasons[-1].code is ReasonCode.HEDGING:
        return say("model_refused", answer.language, model=answer.attempts[-1].generation.model)
    evidence, language = answer.evidence, answer.language
    scope = shown_path(answer.scope, language) if answer.scope else ""
    note = f" {say('listed_in', language, scope=scope)}" if scope else ""
    if evidence is None or not (evidence.missing or evidence.unknown):
        return say("refused", language) + note
    if evidence.unknown == ():
        return say("refused_apart", language) + note
    words = ", ".join(
        say("word", language, word=escape(word) if escaped else word)
        for word in (evidence.unknown or evidence.missing)[:6]
    )
    return say("refused_missing", language, words=words) + note
