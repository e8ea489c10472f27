"""Every error that Plumbline raises on purpose, as a hierarchy.

RagError                    the base class
├── SettingsError           a setting has an impossible value
├── CorpusError             the corpus folder cannot be read
├── ExtractionError         one file gives no text
│   └── FileBusy            the file cannot be opened now, but perhaps later
├── IndexDamaged            the index on disk is damaged or of another version
├── UploadError             a file was not added to a conversation
├── QuestionError           a question is empty or too long
└── BackendError            a model could not be asked, or stopped midway
    ├── BackendUnreachable  nothing answers at the address, or it is not a model server
    ├── BackendRefused      the server answered with an error
    │   └── PromptTooLong   the prompt does not fit the model's window
    ├── BackendTimeout      the server was silent for too long
    └── BackendBroken       the stream broke off or violated the protocol

Each is raised where a foreign library is called, with the foreign error as its cause. The
message is one sentence that says what happened; ``advice`` says what to do. Only the
interfaces show them to users.
"""

from __future__ import annotations


class RagError(Exception):
    """The base class of all errors raised on purpose."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice

    @property
    def sentence(self) -> str:
        """The message and the advice."""
        return f"{self} {self.advice}".strip()


class SettingsError(RagError):
    """A setting has an impossible value."""


class CorpusError(RagError):
    """The corpus folder cannot be read."""


class ExtractionError(RagError):
    """One file gives no text."""


class FileBusy(ExtractionError):
    """A file cannot be opened now, but perhaps later."""


class IndexDamaged(RagError):
    """The index on disk is damaged or of another version."""


class UploadError(RagError):
    """A file was not added to a conversation."""


class QuestionError(RagError):
    """A question is empty or too long."""


class BackendError(RagError):
    """A model could not be asked, or stopped midway."""


class BackendUnreachable(BackendError):
    """Nothing answers at the address, or it is not a model server."""


class BackendRefused(BackendError):
    """The server answered with an error."""


class PromptTooLong(BackendRefused):
    """The prompt does not fit the model's window, of ``window_tokens`` if the server states it."""

    def __init__(self, message: str, advice: str = "", window_tokens: int | None = None) -> None:
        super().__init__(message, advice)
        self.window_tokens = window_tokens


class BackendTimeout(BackendError):
    """The server was silent for too long."""


class BackendBroken(BackendError):
    """The stream broke off or violated the protocol."""
