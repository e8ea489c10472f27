"""E-mails (RFC 5322) as text: what their reader sees, and each attachment under its name."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.corpus.ingestion.hidden_text import without_hidden

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage, MIMEPart

MAIL, OUTLOOK = "message/rfc822", "application/vnd.ms-outlook"
_HEADERS = ("From", "To", "Cc", "Date")


@dataclass(frozen=True)
class Mail:
    """A mail's parts; of ``html`` and ``plain`` one is empty: HTML is what people see."""

    subject: str
    head: str
    """The subject as a heading, sender, recipients and date as lines."""
    html: str
    plain: str
    attachments: list[tuple[str, bytes]]


def mail_of(data: bytes) -> Mail:
    """Return the parts of a mail; HTML without what is hidden."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    subject = _header(message, "Subject")
    lines = [f"{name}: {text}" for name in _HEADERS if (text := _header(message, name))]
    body = message.get_body(preferencelist=("html", "plain"))
    text = _content(body) if body is not None else ""
    is_html = body is not None and body.get_content_type() == "text/html"
    return Mail(
        subject,
        "\n".join([*([f"# {subject}", ""] if subject else []), *lines]),
        without_hidden(text) if is_html else "",
        "" if is_html else text,
        list(_attachments(message)),
    )


def _header(message: EmailMessage, name: str) -> str:
    return " ".join(str(message.get(name, "")).split())


def _content(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):  # an encoding that nobody knows
        payload = part.get_payload(decode=True)
        return payload.decode("latin-1") if isinstance(payload, bytes) else ""


def _attachments(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    for number, part in enumerate(message.iter_attachments(), start=1):
        name = part.get_filename() or f"attachment {number}"
        if part.get_content_type() == MAIL:
            inner = part.get_content()
            yield (name if name.endswith(".eml") else f"{name}.eml"), inner.as_bytes()
        elif isinstance(payload := part.get_payload(decode=True), bytes) and payload:
            yield name, payload
