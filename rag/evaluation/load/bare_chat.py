"""A bare Chainlit chat of one step, to hold Plumbline's figures against: no search, no check.

Started by ``rag bench app --bare`` with ``chainlit run``; every question goes to the model server
of ``BARE_BASE_URL`` as it is.
"""

from __future__ import annotations

import os

import chainlit as cl
import openai

_client = openai.AsyncOpenAI(
    base_url=f"{os.environ.get('BARE_BASE_URL', 'http://127.0.0.1:8080')}/v1", api_key="none"
)


@cl.on_message
async def answer(message: cl.Message) -> None:
    """Stream what the model says."""
    reply = cl.Message(content="")
    stream = await _client.chat.completions.create(
        model=os.environ.get("BARE_MODEL", "phi-4-mini"),
        messages=[{"role": "user", "content": message.content}],
        stream=True,
    )
    async for chunk in stream:
        if chunk.choices and (token := chunk.choices[0].delta.content):
            await reply.stream_token(token)
    await reply.send()
