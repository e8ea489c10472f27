"""Messages with what they ask for, in three languages."""

from __future__ import annotations

from pathlib import Path

from rag.domain.conversation import Turn

HISTORY = (Turn("What is the RelayBox?", "A relay. [1]"),)
DOCUMENTS = {
    "returns.md": "Returns",
    "faq.md": "RelayBox FAQ",
    "office/holidays.md": "Holidays",
    "handbook-2026.pdf": "Employee handbook",
    "privacy.docx": "Privacy",
    "how-escalation-decides.pdf": "How escalation decides",
}
TABLE = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "requests.tsv").read_text(encoding="utf-8").splitlines()
]
