"""One browser tab's requests: asking, stopping, and what goes when the tab goes."""

from __future__ import annotations

import asyncio
import logging
import uuid
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import chainlit as cl
from chainlit.chat_context import chat_contexts
from chainlit.data import get_data_layer
from chainlit.session import ws_sessions_id

from rag.codec import from_plain, to_plain
from rag.domain import Answer, Mode, Outcome, Question
from rag.intent import reply_language
from rag.present.texts import CATALOGUE, say
from rag.ui.attachments import promote, take_attachments
from rag.ui.conversation import Conversation, Exchange
from rag.ui.data_layer import RUNNING, HistoryDataLayer
from rag.ui.places import EVERYWHERE, places_of, places_of_nothing
from rag.ui.reply import Reply, actions_of, show_sidebar, show_trace
from rag.ui.window import (
    EARLIER_TURNS,
    MOST_TURNS,
    OPENED_TURNS,
    mark_outdated,
    narrow,
    offer_earlier,
    show,
)

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from chainlit.session import WebsocketSession
    from chainlit.types import ThreadDict

    from rag.assistant import Assistant
    from rag.generation import Generation
    from rag.history import History
    from rag.knowledge import KnowledgeBase

logger = logging.getLogger(__name__)

CLOSED_TAB_GRACE_S = 30.0
"""A reload and a network blip look like a closed tab; their socket comes back in this time."""
SWEEP_S = 60.0
TELL_S = 0.5
WORTH_TELLING = 10
"""Fewer new files are read before anybody could read the line."""
RESUME_S = 0.3
MODE = "model"
SCOPE = "scope"


async def begin(assistant: Assistant) -> None:
    """Offer the models and places of a new chat."""
    await offer_modes(assistant, Mode.AUTO, "")


async def resume(assistant: Assistant, history: History, thread: ThreadDict) -> None:
    """Bring an old conversation back: its memory, the lines under its answers, its choices.

    Chainlit draws the thread after this; of a long one only its end is left in.
    """
    kept = await asyncio.to_thread(_remembered, history, thread["id"])
    cl.user_session.set("conversation", kept)
    language = page_language()
    kept.shown = OPENED_TURNS
    await offer_earlier(narrow(thread, kept.shown, language), language)
    corpus = await _corpus(assistant)
    if corpus:
        mark_outdated(thread, corpus, language)
    await _send_actions(assistant, thread)
    await offer_modes(assistant, *_chosen())
    _background(_close_sidebar_after_resume())


def _remembered(history: History, thread_id: str) -> Conversation:
    kept = Conversation()
    for message_id, question_id, record in history.answers(thread_id):
        kept.begin(question_id)
        kept.exchanges.append(Exchange(question_id, message_id, from_plain(Answer, record)))
    return kept


async def _send_actions(assistant: Assistant, thread: ThreadDict) -> None:
    """The lines and buttons under the answers on the page: Chainlit does not keep them."""
    kept = conversation()
    new = {step["id"] for step in thread["steps"]} - kept.with_actions
    kept.with_actions |= new
    await asyncio.gather(
        *(
            action.send(for_id=exchange.message_id)
            for exchange in kept.exchanges
            if exchange.message_id in new
            for action in actions_of(exchange.answer, _large(assistant))
        )
    )


async def show_earlier(assistant: Assistant) -> None:
    """Put some more of a long conversation on the page."""
    kept = conversation()
    kept.shown += EARLIER_TURNS
    thread = await _thread()
    if thread:
        if corpus := await _corpus(assistant):
            mark_outdated(thread, corpus, page_language())
        await show(thread, kept.shown, page_language())
        await _send_actions(assistant, thread)
        await _close_sidebar_after_resume()


async def _keep_page_short(message: cl.Message) -> None:
    """Take the oldest turns off a page that has grown long, before a new one begins."""
    kept = conversation()
    kept.shown += 1
    if kept.shown <= MOST_TURNS:
        return
    thread = await _thread()
    if thread:
        kept.shown = OPENED_TURNS
        step = cl.context.current_step
        latest = [message.to_dict(), *([step.to_dict()] if step else [])]
        await show(thread, kept.shown, page_language(), latest)


async def _catch_up(assistant: Assistant) -> None:
    """Learn of an answer that was finished for a tab which has been reloaded meanwhile.

    And of documents that were erased: what they gave is taken from the history, where it is gone.
    """
    layer = get_data_layer()
    if not isinstance(layer, HistoryDataLayer):
        return
    kept, thread_id = conversation(), cl.context.session.thread_id
    count = await asyncio.to_thread(layer.history.answer_count, thread_id)
    erased = await asyncio.to_thread(assistant.knowledge.ledger.erased)
    if count > len(kept.exchanges) or kept.holds(erased):
        found = await asyncio.to_thread(_remembered, layer.history, thread_id)
        kept.exchanges, kept.asked = found.exchanges, found.asked


async def _forget_steps_after(message: cl.Message) -> None:
    """Chainlit deletes the messages after an edited one, but not the steps beside them."""
    layer, run = get_data_layer(), cl.context.current_step
    if isinstance(layer, HistoryDataLayer):
        thread_id = cl.context.session.thread_id
        own = str(run.id) if run else ""
        await asyncio.to_thread(layer.history.delete_steps_after, thread_id, message.id, own)


async def _thread() -> ThreadDict | None:
    layer = get_data_layer()
    if layer is None:
        return None
    return cast("ThreadDict | None", await layer.get_thread(cl.context.session.thread_id))


async def _close_sidebar_after_resume() -> None:
    """The passages of old answers arrive after this handler, and open the sidebar."""
    await asyncio.sleep(RESUME_S)
    await show_sidebar("", [])


def conversation() -> Conversation:
    """What this chat remembers, made at first use."""
    kept = cl.user_session.get("conversation")
    if not isinstance(kept, Conversation):
        kept = Conversation()
        cl.user_session.set("conversation", kept)
    return kept


async def offer_modes(assistant: Assistant, mode: Mode, scope: str) -> None:
    """Show who may answer and where to look, under the text field."""
    language = page_language()
    corpus = await _corpus(assistant)
    places = places_of(corpus, language) if corpus else places_of_nothing(language)
    known = {place.id for place in places}
    chosen = (scope or EVERYWHERE) if (scope or EVERYWHERE) in known else EVERYWHERE
    conversation().offered = corpus.revision if corpus else ""
    await cl.context.emitter.set_modes(
        [
            cl.Mode(
                id=MODE,
                name=say("model", language),
                options=[
                    cl.ModeOption(
                        id=option.value,
                        name=option.value.capitalize(),
                        description=say(f"mode.{option.value}", language),
                        default=option is mode,
                    )
                    for option in Mode
                ],
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


async def _corpus(assistant: Assistant) -> Generation | None:
    """What this chat is answered from, where the folder was looked at already."""
    shared, uploads = assistant.knowledge.current, assistant.uploads
    if shared is None or uploads is None:
        return shared
    return await asyncio.to_thread(uploads.with_shared, cl.context.session.thread_id, shared)


def page_language() -> str:
    """The browser's language, where the catalogue has it."""
    language = str(cl.context.session.language).partition("-")[0].lower()
    return language if language in CATALOGUE else "en"


def _large(assistant: Assistant) -> str:
    large = assistant.cascade.large
    return large.name if large else ""


async def answer_message(assistant: Assistant, message: cl.Message) -> None:
    """Answer what a person sent or edited; whatever goes wrong is said in the chat."""
    chosen = message.modes or {}
    mode = str(chosen.get(MODE, Mode.AUTO))
    scope = str(chosen.get(SCOPE, EVERYWHERE))
    await _catch_up(assistant)
    if message.id in conversation().asked:
        conversation().forget_from(message.id)
        await _forget_steps_after(message)
    else:
        await _keep_page_short(message)
    if await take_attachments(assistant, message, page_language()):
        await offer_modes(assistant, *_chosen())
        if not message.content.strip():
            return
    question = Question(
        message.content,
        mode=Mode(mode) if mode in set(Mode) else Mode.AUTO,
        scope="" if scope == EVERYWHERE else scope,
    )
    _choose(question.mode, question.scope)
    await _guarded(assistant, question, message.id)


def _choose(mode: Mode, scope: str) -> None:
    """Remember what the pickers show; Chainlit keeps it with the thread."""
    cl.user_session.set("mode", mode.value)
    cl.user_session.set("scope", scope)


def _chosen() -> tuple[Mode, str]:
    mode = str(cl.user_session.get("mode") or "")
    scope = str(cl.user_session.get("scope") or "")
    return (Mode(mode) if mode in set(Mode) else Mode.AUTO), scope


async def ask_anyway(assistant: Assistant, message_id: str) -> None:
    """Ask a model although the evidence said no."""
    await _ask_again(assistant, message_id, skip_gate=True)


async def regenerate(assistant: Assistant, message_id: str) -> None:
    """Answer a question once more, in other words; the first answer stays."""
    await _ask_again(assistant, message_id, again=True)


async def retry_large(assistant: Assistant, message_id: str) -> None:
    """Have the large model answer a question; the first answer stays."""
    await _ask_again(assistant, message_id, mode=Mode.LARGE)


async def only_in(assistant: Assistant, scope: str, model: str = "") -> None:
    """Narrow what follows to a folder or document; ``model`` is what the other picker shows."""
    _choose(Mode(model) if model in set(Mode) else _chosen()[0], scope)
    await offer_modes(assistant, *_chosen())


async def share(assistant: Assistant, path: str) -> None:
    """Share a document of this conversation with everybody."""
    await promote(assistant, path, page_language())


async def _ask_again(assistant: Assistant, message_id: str, **changes: object) -> None:
    """Ask the question of an answer again, with the Stop button while it runs."""
    exchange = conversation().exchange(message_id)
    if exchange is None:
        return
    answer = exchange.answer
    question = Question(answer.question, mode=answer.mode, scope=answer.scope)
    changed = replace(question, **changes)  # type: ignore[arg-type]
    emitter = cl.context.emitter
    await emitter.task_start()
    try:
        kept = conversation()
        question_id, before = exchange.question_id, exchange.question_id
        if question_id != kept.asked[-1]:  # its answer would stand below other questions
            repeated = cl.Message(answer.question, type="user_message")
            await repeated.send()
            question_id = repeated.id
        # A run like those of new messages: Chainlit puts its buttons under their last answer.
        async with cl.Step(name="on_message", type="run", parent_id=question_id):
            await _guarded(assistant, changed, question_id, before)
    finally:
        await emitter.task_end()


async def _guarded(
    assistant: Assistant, question: Question, question_id: str, before: str = ""
) -> None:
    """Answer, and whatever goes wrong is said in the chat.

    ``before`` is the question that what came earlier ends before: the question itself, or the one
    that it repeats.
    """
    # Chainlit sets this for new messages only; without it Stop does not reach an edited one.
    cl.context.session.current_task = asyncio.current_task()
    conversation().begin(question_id)
    language = reply_language(question.text, page_language())
    thread_id = str(cl.context.session.thread_id)
    question = replace(question, language=page_language(), conversation=thread_id)
    reply = Reply(language, _large(assistant))
    try:
        await _answer(assistant, question, question_id, before or question_id, reply)
    except asyncio.CancelledError:
        await _remember(question_id, reply, await reply.stop(question))
        raise
    except Exception:
        number = uuid.uuid4().hex[:8]
        logger.exception("Unexpected error %s", number)
        await reply.fail(say("unexpected", language, number=number))


async def _answer(
    assistant: Assistant, question: Question, question_id: str, before: str, reply: Reply
) -> None:
    kept = conversation()
    asked = replace(question, history=kept.history(before))
    async with aclosing(assistant.ask(asked)) as events:
        async for event in events:
            await reply.take(event)
    if reply.answer is None:
        raise AssertionError("every request ends with Answered")
    await _remember(question_id, reply, reply.answer)
    corpus = await _corpus(assistant)
    if corpus and corpus.revision != kept.offered:
        await offer_modes(assistant, *_chosen())
    # New chips open the sidebar by themselves: it shows what the person had open, or closes.
    if kept.open_trace and reply.answer.outcome is not Outcome.FAILED:
        await open_trace(reply.message_id)
    else:
        await show_sidebar("", [])


async def _remember(question_id: str, reply: Reply, answer: Answer) -> None:
    """Keep an answer, here and in the history."""
    kept = conversation()
    kept.exchanges.append(Exchange(question_id, reply.message_id, answer))
    kept.with_actions.add(reply.message_id)
    RUNNING.discard(reply.message_id)
    if isinstance(layer := get_data_layer(), HistoryDataLayer):
        await asyncio.to_thread(
            layer.history.put_answer,
            cl.context.session.thread_id,
            reply.message_id,
            question_id,
            to_plain(answer),
        )


async def open_trace(message_id: str) -> None:
    """Show the trace of the answer in that message."""
    kept = conversation()
    answers = kept.until(message_id)
    if answers:
        kept.open_trace = message_id
        await show_trace(answers, message_id)


async def prefer(history: History, message_id: str, preferred: str) -> None:
    """Keep whether a person prefers the draft or the answer, of one in this conversation."""
    if preferred in {"draft", "answer"} and conversation().exchange(message_id):
        await asyncio.to_thread(history.prefer, message_id, preferred)


def close_trace(message_id: str) -> None:
    """The person closed the trace of that answer."""
    kept = conversation()
    if kept.open_trace == message_id:
        kept.open_trace = ""


def cancel_after_grace(session: WebsocketSession) -> None:
    """End what a closed tab left running, unless the tab is back in time."""
    task, socket_id = session.current_task, session.socket_id
    if task is not None and not task.done():
        _background(_cancel_if_gone(session, task, socket_id))


async def _cancel_if_gone(
    session: WebsocketSession, task: asyncio.Task[None], socket_id: str
) -> None:
    await asyncio.sleep(CLOSED_TAB_GRACE_S)
    if session.socket_id == socket_id:
        task.cancel()


async def sweep() -> None:
    """Forget the messages of ended sessions; Chainlit keeps them for ever."""
    while True:
        await asyncio.sleep(SWEEP_S)
        for session_id in set(chat_contexts) - set(ws_sessions_id):
            chat_contexts.pop(session_id, None)


async def tell_of_reading(knowledge: KnowledgeBase) -> None:
    """Let every open page show how far new documents are read."""
    told: tuple[int, int] | None = None
    while True:
        await asyncio.sleep(TELL_S)
        progress = knowledge.progress
        if progress and progress[1] < WORTH_TELLING:
            progress = None
        if progress or told:
            data = {"plumbline": "reading", "progress": progress}
            for one in list(ws_sessions_id.values()):
                await one.emit("window_message", data)
        told = progress


_tasks: set[asyncio.Task[None]] = set()


def _background(work: Coroutine[None, None, None]) -> None:
    task = asyncio.create_task(work)
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
