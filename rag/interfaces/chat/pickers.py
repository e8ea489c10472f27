"""The choices before a question: the model, the scope, a suggested question."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import chainlit as cl

from rag.answering.analysis_threads import analysed
from rag.answering.suggestions import suggested_questions
from rag.domain.documents import GUIDE_FOLDER, PRIVATE
from rag.domain.requests import Mode
from rag.interfaces.chat.memory import conversation, current_corpus, page_language
from rag.interfaces.chat.tabs import run_in_background
from rag.models.names import shown
from rag.presentation.texts import all_under, say

if TYPE_CHECKING:
    from rag.answering.assistant import Assistant
    from rag.corpus.snapshot import Snapshot
    from rag.models.model import Model

EVERYWHERE = "*"
LOOK_S = 0.3
MAX_PLACES = 1_000
"""The maximum list length; folders come first, so that all of a large corpus is reachable.

The page draws every option: 1,000 open in about a quarter of a second."""


@dataclass(frozen=True, slots=True)
class Place:
    """An option of the picker; ``id`` is a path of the corpus."""

    id: str
    name: str
    description: str


def places_of_nothing(language: str) -> list[Place]:
    """Return only the option for everywhere."""
    name = say("everywhere", language)
    return [Place(EVERYWHERE, name, say("everywhere_tip", language))]


def places_of(corpus: Snapshot, language: str) -> list[Place]:
    """Return everywhere, then the folders, then the documents, each by path."""
    folders = sorted(
        {
            str(parent)
            for path in corpus.titles
            if not path.startswith(PRIVATE)
            for parent in PurePosixPath(path).parents
            if str(parent) != "."
        }
    )
    return [
        *places_of_nothing(language),
        *_own_documents(corpus, language),
        *(Place(path, f"{path}/", say("only_in_folder", language, path=path)) for path in folders),
        *(
            Place(path, PurePosixPath(path).name, title or path)
            for path, title in corpus.titles.items()
            if not path.startswith(PRIVATE)
        ),
    ][:MAX_PLACES]


def _own_documents(corpus: Snapshot, language: str) -> list[Place]:
    own = [(path, title) for path, title in corpus.titles.items() if path.startswith(PRIVATE)]
    if not own:
        return []
    name = say("this_conversation", language)
    return [
        Place(PRIVATE, name, say("this_conversation_tip", language)),
        *(Place(path, path.removeprefix(PRIVATE), title) for path, title in own),
    ]


MODE = "model"
USE = "use:"
"""Before the name of a found model that is to be the small one."""
SCOPE = "scope"


async def offer_modes(assistant: Assistant, mode: Mode, scope: str) -> None:
    """Show the pickers of model and scope under the text field."""
    language = page_language()
    corpus = await current_corpus(assistant)
    places = places_of(corpus, language) if corpus else places_of_nothing(language)
    known = {place.id for place in places}
    chosen = (scope or EVERYWHERE) if (scope or EVERYWHERE) in known else EVERYWHERE
    conversation().offered = offer_of(assistant, corpus)
    await cl.context.emitter.set_modes(
        [
            cl.Mode(
                id=MODE,
                name=say("model", language),
                options=[
                    cl.ModeOption(
                        id=option.value,
                        name=_mode_name(assistant, option, language),
                        description=say(f"mode.{option.value}", language),
                        default=option is mode,
                    )
                    for option in Mode
                ]
                + _found_models(assistant, language),
            ),
            cl.Mode(
                id=SCOPE,
                name=say("only_in", language),
                options=[
                    cl.ModeOption(
                        id=place.id,
                        name=place.name,
                        description=place.description,
                        default=place.id == chosen,
                    )
                    for place in places
                ],
            ),
        ]
    )


def _found_models(assistant: Assistant, language: str) -> list[cl.ModeOption]:
    """The models of servers found that could take the small one's part."""
    offered = assistant.finder.offered if assistant.finder else ()
    tip = say("use_model_tip", language)
    return [cl.ModeOption(id=f"{USE}{name}", name=shown(name), description=tip) for name in offered]


def offer_of(assistant: Assistant, corpus: Snapshot | None) -> str:
    """Return what the pickers show, in short: it differs where they have to be shown anew."""
    cascade = assistant.cascade
    models = [f"{m.name} {m.reachable}" for m in (cascade.small, cascade.large) if m]
    offered = assistant.finder.offered if assistant.finder else ()
    return " ".join((corpus.revision if corpus else "", *models, *offered))


def _mode_name(assistant: Assistant, mode: Mode, language: str) -> str:
    """A mode's name with the models that it asks, in their order."""
    small = _with_dot(assistant.cascade.small)
    large = _with_dot(assistant.cascade.large) if assistant.cascade.large else ""
    asked = {
        Mode.AUTO: say("mode_then", language, small=small, large=large) if large else small,
        Mode.SMALL: small,
        Mode.LARGE: large or say("mode_none", language),
    }
    return f"{say(f'mode_name.{mode.value}', language)} ({asked[mode]})"


def _with_dot(model: Model) -> str:
    """A model's name after a dot: full where it answers, empty where it does not."""
    dots = {True: "● ", False: "○ ", None: ""}
    return f"{dots[model.reachable]}{model.name}"


async def look_who_answers(assistant: Assistant) -> None:
    """Ask the models' servers whether they answer; a slow one is not waited for."""
    models = [model for model in (assistant.cascade.small, assistant.cascade.large) if model]
    await asyncio.wait([run_in_background(_check(model)) for model in models], timeout=LOOK_S)


async def _check(model: Model) -> None:
    await model.check()


def mode_named(name: str) -> Mode | None:
    """Return the mode with that name on the page, without its models or with them, or None."""
    language = page_language()
    shown = {say(f"mode_name.{mode.value}", language).casefold(): mode for mode in Mode}
    return shown.get(name.partition(" (")[0].casefold())


def choose(mode: Mode, scope: str) -> None:
    """Store the choices of the pickers; Chainlit saves them with the thread."""
    cl.user_session.set("mode", mode.value)
    cl.user_session.set("scope", scope)


def chosen() -> tuple[Mode, str]:
    """Return the last choice of mode and scope."""
    mode = str(cl.user_session.get("mode") or "")
    scope = str(cl.user_session.get("scope") or "")
    return (Mode(mode) if mode in set(Mode) else Mode.AUTO), scope


async def _questions_about(corpus: Snapshot, language: str) -> list[str]:
    key = (corpus.revision, language)
    if key not in _suggested:
        asked = (corpus, language, _SHOWN, _definition)
        _suggested[key] = await analysed(suggested_questions, *asked)
        while len(_suggested) > _MOST_KEPT:
            del _suggested[next(iter(_suggested))]
    return _suggested[key]


def _definition(subject: str, language: str) -> str:
    return say("starter.definition", language, subject=subject)


_SHOWN = 4


_suggested: dict[tuple[str, str], list[str]] = {}
"""Revision and language -> questions; of the last states of the corpus."""
_MOST_KEPT = 8


async def starters(corpus: Snapshot | None, language: str) -> list[cl.Starter]:
    """Suggest questions that own documents answer, then what they say, then the guide's."""
    if corpus is None:
        return []
    documents = corpus.documents
    own = [d for d in documents if not d.path.startswith(f"{GUIDE_FOLDER}/")]
    found = [
        cl.Starter(label=question, message=question)
        for question in await _questions_about(corpus, language)
    ]
    found += [
        cl.Starter(label=asked, message=asked)
        for document in own[: _SHOWN - len(found)]
        for asked in [say("starter.own", language, title=document.title)]
    ]
    if corpus.guide or len(own) < len(documents):
        questions = all_under("starter.question.", language)
        labels = all_under("starter.label.", language)
        found += [cl.Starter(label=labels[key], message=text) for key, text in questions.items()]
    return found[:_SHOWN]
