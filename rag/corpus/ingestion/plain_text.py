"""Files of text without markup: source code, settings, logs, subtitles, calendars, cards."""

from __future__ import annotations

import codecs

import charset_normalizer
import regex

from rag.domain.errors import ExtractionError

UNKNOWN = "It is of no known kind of document."
PLAIN, CODE = "text/plain", "text/x-source-code"
SUBTITLES = frozenset({"application/x-subrip", "text/vtt", "text/vnd.dvb.subtitle"})
RECORDS = frozenset({"text/calendar", "text/x-vcard"})
"""Kinds made of content lines, ``NAME;PARAMETER=...:value`` (RFC 5545, RFC 6350)."""
PLAIN_KINDS = frozenset({PLAIN, CODE, "text/x-nfo", *SUBTITLES, *RECORDS})
"""The kinds of text that have no markup."""
_ENCODINGS = [
    *("cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256"),
    *("cp932", "euc_jp", "gb18030", "big5", "euc_kr"),
]
"""Windows' encodings before UTF-8, by country; guessing among all encodings errs more often."""
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ZEROS_SAMPLE = 4_000
_MIN_ZERO_SHARE = 0.3
"""Of UTF-16 without a mark nearly every other byte is zero where the script is Latin."""
_MAX_CONTROL_SHARE = 0.02
"""Text has hardly any control characters; random bytes have a tenth."""
_CONTROL = regex.compile(r"[\p{Cc}\p{Cn}\p{Cs}\ufffd--\s\x1b\b]", regex.V1)
_TERMINAL = regex.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-_()#][0-9A-Za-z]?|.\x08"
)
"""Colours and movements of a terminal (ECMA-48), and letters that were typed over."""
_CUE_TIME = regex.compile(r"^\s*(?:\d+:)?\d+:\d\d[.,]\d+\s*-->.*$")
_CUE_SPEAKER = regex.compile(r"<v(?:\.[\w.]+)?\s+([^>]+)>")
_CUE_TAG = regex.compile(r"</?[a-z0-9.:]{1,50}+[^<>]{0,500}>|\{\\[^{}]{0,500}\}", regex.IGNORECASE)
_CUE_BLOCK = regex.compile(r"\n\s*\n")
_NO_CUE = ("WEBVTT", "NOTE", "STYLE", "REGION")
_FOLDED = regex.compile(r"\r?\n[ \t]")
_CONTENT_LINE = regex.compile(
    r"(?P<name>[\w.-]+)(?P<parameters>(?:;[^:\"]*(?:\"[^\"]*\")?)*):(?P<value>.*)"
)
_ESCAPED = regex.compile(r"\\([,;\\])")
_DATE_TIME = regex.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?")
_ZONE = regex.compile(r";TZID=([^;:]+)")
_COMMON_NAME = regex.compile(r";CN=\"?([^;:\"]+)")
_RECORD_LABELS = {
    "SUMMARY": "Summary",
    "DTSTART": "Start",
    "DTEND": "End",
    "DUE": "Due",
    "LOCATION": "Location",
    "DESCRIPTION": "Description",
    "COMMENT": "Comment",
    "ORGANIZER": "Organizer",
    "ATTENDEE": "Attendee",
    "CATEGORIES": "Categories",
    "STATUS": "Status",
    "RRULE": "Repeats",
    "URL": "Address",
    "FN": "Name",
    "ORG": "Organisation",
    "TITLE": "Position",
    "TEL": "Telephone",
    "EMAIL": "E-mail",
    "ADR": "Address",
    "BDAY": "Birthday",
    "NOTE": "Note",
}
"""The properties that say something to people; others, such as identifiers, are left out."""


def decoded(data: bytes) -> str:
    """Decode by byte order mark, as UTF-8, or by a guess.

    Raises ExtractionError if more than 2 % are control characters: then it is no text. Joiners,
    soft hyphens and other format characters are text.
    """
    text = _by_mark(data)
    if text is None:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            guessed = charset_normalizer.from_bytes(data, cp_isolation=_ENCODINGS).best()
            if guessed is None:
                raise ExtractionError(UNKNOWN) from None
            text = str(guessed)
    if len(_CONTROL.findall(text)) > _MAX_CONTROL_SHARE * len(text):
        raise ExtractionError(UNKNOWN)
    return _TERMINAL.sub("", text).replace("\r\n", "\n")


def _by_mark(data: bytes) -> str | None:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    sample = data[:_ZEROS_SAMPLE]
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros, others = sample[first::2].count(0), sample[1 - first :: 2].count(0)
        if zeros > _MIN_ZERO_SHARE * len(sample) > 2 * others:
            return data.decode(encoding, errors="replace")
    return None


def plain_text(text: str, kind: str) -> str:
    """Return what people read of a text of this kind: no time codes, no identifiers."""
    if kind in SUBTITLES:
        return _spoken(text)
    if kind in RECORDS:
        return _records(text)
    return text


def _spoken(text: str) -> str:
    """Return the words of subtitles, one line for each."""
    spoken: list[str] = []
    for block in _CUE_BLOCK.split(text.strip()):
        lines = block.splitlines()
        timed = next((n for n, line in enumerate(lines) if _CUE_TIME.match(line)), None)
        if timed is None and lines and lines[0].startswith(_NO_CUE):
            continue
        for line in lines[0 if timed is None else timed + 1 :]:
            said = _CUE_TAG.sub("", _CUE_SPEAKER.sub(r"\1: ", line)).strip()
            if said and said != (spoken[-1] if spoken else None):  # rolling subtitles repeat lines
                spoken.append(said)
    return "\n".join(spoken)


def _records(text: str) -> str:
    """Return events or contacts as lines of "Label: value", a blank line between them."""
    lines: list[str] = []
    for line in _FOLDED.sub("", text).splitlines():
        match = _CONTENT_LINE.fullmatch(line.strip())
        if not match:
            continue
        name = match["name"].rpartition(".")[2].upper()
        if name == "BEGIN" and lines and lines[-1]:
            lines.append("")
        if label := _RECORD_LABELS.get(name):
            lines.append(f"{label}: {_record_value(match['value'], match['parameters'])}")
    return "\n".join(lines)


def _record_value(value: str, parameters: str) -> str:
    if named := _COMMON_NAME.search(parameters):
        address = value.partition(":")[2] if value.lower().startswith("mailto:") else ""
        return f"{named[1]} ({address})" if address else named[1]
    if moment := _DATE_TIME.fullmatch(value):
        year, month, day, hour, minute, utc = moment.groups()
        zone = _ZONE.search(parameters)
        time = f" {hour}:{minute}{' UTC' if utc else ''}" if hour else ""
        return f"{year}-{month}-{day}{time}{f' ({zone[1]})' if zone else ''}"
    value = value.replace("\\n", "\n").replace("\\N", "\n")
    value = _ESCAPED.sub(r"\1", value)
    return ", ".join(part for part in value.split(";") if part) if ";" in value else value
