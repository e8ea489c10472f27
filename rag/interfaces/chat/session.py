"""The requests of a browser tab: asking, stopping, and cleaning up."""

from __future__ import annotations

import asyncio
import logging
import uuid
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

import chainlit as cl
from chainlit.data import get_data_layer

from rag.domain.answers import Answer, Outcome
from rag.domain.codec import to_plain
from rag.domain.conversation import Question
from rag.domain.requests import Mode
from rag.interfaces.chat.attachments import take_attachments
from rag.interfaces.chat.data_layer import RUNNING, HistoryDataLayer
from rag.interfaces.chat.found_models import offer_found
from rag.interfaces.chat.memory import (
    Exchange,
    conversation,
    current_corpus,
    large_model_name,
    page_language,
)
from rag.interfaces.chat.open_pages import (
    Running,
    forget_on_other_pages,
    other_conversations,
    other_pages,
    repeat_actions,
    running,
    share_answer,
)
from rag.interfaces.chat.page import tell_address, tell_previews, tell_welcome
from rag.interfaces.chat.pickers import (
    EVERYWHERE,
    MODE,
    SCOPE,
    USE,
    choose,
    chosen,
    look_who_answers,
    mode_named,
    offer_modes,
    offer_of,
)
from rag.interfaces.chat.reply import Reply
from rag.interfaces.chat.resume import catch_up, forget_steps_after, keep_page_short
from rag.interfaces.chat.sidebar import close_on_other_pages, restore, show_sidebar, show_trace
from rag.presentation.texts import say
from rag.text.language_detection import message_language

if TYPE_CHECKING:
    from rag.answering.assistant import Assistant
    from rag.history.conversations import History

logger = logging.getLogger(__name__)
_CHAINLITS_OWN_NOTE = "Task manually stopped."


async def begin(assistant: Assistant) -> None:
    """Show the pickers of a new chat, and what it answers from and with."""
    if assistant.finder:
        await assistant.finder.refresh()
    await look_who_answers(assistant)
    await offer_modes(assistant, Mode.AUTO, "")
    await tell_welcome(assistant)


async def answer_message(assistant: Assistant, message: cl.Message) -> None:
    """Answer a new or edited message; errors are reported in the chat."""
    if not conversation().asked:
        await tell_address()
    picked = message.modes or {}
    mode = str(picked.get(MODE, Mode.AUTO))
    # An edited question keeps the choice of its time; that is no choice of now.
    is_new = message.id not in conversation().asked
    if is_new and mode.startswith(USE) and assistant.finder:
        await assistant.finder.choose(mode.removeprefix(USE))
    scope = str(picked.get(SCOPE, EVERYWHERE))
    await catch_up(assistant)
    if message.id in conversation().asked:
        await _forget_from(message)
    else:
        await keep_page_short(message)
    await share_answer(message)
    if await take_attachments(assistant, message, page_language()):
        await offer_modes(assistant, *chosen())
        if not message.content.strip():
            await _name_after_files(message)
            return
    question = Question(
        message.content,
        mode=Mode(mode) if mode in set(Mode) else Mode.AUTO,
        scope="" if scope == EVERYWHERE else scope,
    )
    choose(question.mode, question.scope)
    await offer_found(assistant)  # before, so that the answer is the last and has its buttons
    await _answer_safely(assistant, question, message.id)


async def _name_after_files(message: cl.Message) -> None:
    """Name a message without a word after its files, and the conversation that begins with it.

    Without a text, Chainlit shows neither after a reload.
    """
    message.content = ", ".join(element.name for element in message.elements or ())
    await message.update()
    if not conversation().asked:
        await cl.context.emitter.init_thread(message.content)


async def _forget_from(message: cl.Message) -> None:
    """Forget the answer to an edited question, and all that follows."""
    for kept in (conversation(), *other_conversations()):
        gone = kept.forget_from(message.id)
    await forget_on_other_pages(gone)
    await forget_steps_after(message)


async def remove_stop_note() -> None:
    """Remove Chainlit's own note; the answer says that it was stopped."""
    for message in cl.chat_context.get():
        if message.content == _CHAINLITS_OWN_NOTE:
            await message.remove()


async def ask_anyway(assistant: Assistant, message_id: str) -> None:
    """Ask a model even though the evidence is insufficient."""
    await _ask_again(assistant, message_id, skip_gate=True)


async def search_everywhere(assistant: Assistant, message_id: str) -> None:
    """Ask again without the scope, and drop it for further questions."""
    await only_in(assistant, "")
    await _ask_again(assistant, message_id, scope="")


async def regenerate(assistant: Assistant, message_id: str) -> None:
    """Answer a question again in other words; the first answer stays."""
    await _ask_again(assistant, message_id, again=True)


async def retry_large(assistant: Assistant, message_id: str) -> None:
    """Answer a question with the large model; the first answer stays."""
    await _ask_again(assistant, message_id, mode=Mode.LARGE)


async def only_in(assistant: Assistant, scope: str, model: str = "") -> None:
    """Limit further questions to a folder or document; ``model``: the other picker's choice."""
    choose(mode_named(model) or chosen()[0], scope)
    await offer_modes(assistant, *chosen())


async def _ask_again(assistant: Assistant, message_id: str, **changes: object) -> None:
    """Repeat the question of an answer, with the Stop button while it runs."""
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
        repeated = None
        if question_id != kept.asked[-1]:  # its answer would be below other questions
            repeated = cl.Message(answer.question, type="user_message")
            await repeated.send()
            question_id = repeated.id
        # A run like those of new messages: Chainlit puts its buttons under their last answer.
        async with cl.Step(name="on_message", type="run", parent_id=question_id):
            await share_answer(repeated)
            await _answer_safely(assistant, changed, question_id, before)
    finally:
        await emitter.task_end()


async def _answer_safely(
    assistant: Assistant, question: Question, question_id: str, before: str = ""
) -> None:
    """Answer a question; errors are reported in the chat.

    The history ends before the question id ``before``: the question itself, or the one that it
    repeats.
    """
    task = asyncio.current_task()
    assert task is not None
    # Chainlit sets this for new messages only; otherwise Stop does not reach an edited one.
    for page in (cl.context.session, *other_pages()):
        page.current_task = task
    for kept in (conversation(), *other_conversations()):
        kept.begin(question_id)
    language = message_language(question.text, (), page_language()).reply
    thread_id = str(cl.context.session.thread_id)
    question = replace(question, language=page_language(), conversation=thread_id)
    reply = Reply(language, large_model_name(assistant))
    running[thread_id] = Running(task, reply)
    try:
        await _answer(assistant, question, question_id, before or question_id, reply)
    except asyncio.CancelledError:
        await _remember(question_id, reply, await reply.stop(question))
        raise
    except Exception:
        number = uuid.uuid4().hex[:8]
        logger.exception("Unexpected error %s", number)
        await reply.fail(say("unexpected", language, number=number))
    finally:
        running.pop(thread_id, None)


async def _answer(
    assistant: Assistant, question: Question, question_id: str, before: str, reply: Reply
) -> None:
    kept = conversation()
    asked = replace(question, history=kept.history(before))
    hits = (hit for turn in asked.history for hit in turn.hits)
    reply.leans_on = frozenset(hit.passage.sha256 for hit in hits)
    card = ""
    async with aclosing(assistant.ask(asked)) as events:
        async for event in events:
            card = kept.open_card  # the chips of the answer open their own
            await reply.take(event)
    if reply.answer is None:
        raise AssertionError("every request ends with Answered")
    await _remember(question_id, reply, reply.answer)
    corpus = await current_corpus(assistant)
    if offer_of(assistant, corpus) != kept.offered:
        await offer_modes(assistant, *chosen())
    # New chips open the sidebar: restore what was open, or close it.
    await close_on_other_pages()
    if kept.open_trace and reply.answer.outcome is not Outcome.FAILED:
        await open_trace(reply.message_id)
    elif not await restore(card, kept.until(reply.message_id)):
        await show_sidebar("", [])


async def _remember(question_id: str, reply: Reply, answer: Answer) -> None:
    """Store an answer, in the history and on the conversation's pages."""
    if isinstance(layer := get_data_layer(), HistoryDataLayer):
        await asyncio.to_thread(
            layer.history.put_answer,
            cl.context.session.thread_id,
            reply.message_id,
            question_id,
            to_plain(answer),
        )
    RUNNING.discard(reply.message_id)
    exchange = Exchange(question_id, reply.message_id, answer)
    for kept in (conversation(), *other_conversations()):
        if kept.exchange(reply.message_id) is None:  # a page opened since may have read it
            kept.begin(question_id)
            kept.exchanges.append(exchange)
        kept.with_actions.add(reply.message_id)
    await tell_previews([exchange])
    if reply.message:
        await repeat_actions(reply.message)


async def open_trace(message_id: str) -> None:
    """Show the trace of the answer in that message."""
    kept = conversation()
    answers = kept.until(message_id)
    if answers:
        kept.open_trace = message_id
        await show_trace(answers, message_id)


async def prefer(history: History, message_id: str, preferred: str) -> None:
    """Store whether the draft or the answer is preferred, for an answer of this conversation."""
    if preferred in {"draft", "answer"} and conversation().exchange(message_id):
        await asyncio.to_thread(history.feedback.prefer, message_id, preferred)


def close_trace(message_id: str) -> None:
    """Record that the trace of that answer was closed."""
    kept = conversation()
    if kept.open_trace == message_id:
        kept.open_trace = ""
