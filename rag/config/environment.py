"""Settings from the environment and ``.env``, by the names of their variables."""

from __future__ import annotations

import difflib
import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import dotenv_values
from pydantic import AliasChoices, ValidationError

from rag.config.settings import Settings, env_file
from rag.domain.errors import SettingsError
from rag.domain.paths import PROJECT_FOLDER
from rag.models.addresses import without_password

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic.fields import FieldInfo


def load_settings(**overrides: object) -> Settings:
    """Read the environment and ``.env``; ``overrides`` (by field name) win over both.

    Raises SettingsError with one sentence: the setting, its value, what is allowed.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        first = error.errors()[0]
        name = _env_name(str(first["loc"][0]))
        shown = _shown(name, first["input"])
        raise SettingsError(
            f"{name} is {shown!r}, which is not possible: {_allowed(first)}.",
            f"Change {name} in the environment or in .env.",
        ) from error
    except ValueError as error:  # pydantic-settings: a value that is not JSON
        raise SettingsError(
            f"A setting cannot be read: {error}.",
            'RAG_PRICES must be JSON such as {"gpt-oss-20b": [0.1, 0.5]}.',
        ) from error


def _shown(name: str, value: object) -> object:
    """Return a setting's value; an address is shown without the password in it."""
    return without_password(str(value)) if name.endswith(("_URL", "_ENDPOINT")) else value


def _env_name(location: str) -> str:
    field = Settings.model_fields.get(location)
    return location if field is None else env_names(field)[0]


def _allowed(error: Mapping[str, object] | object) -> str:
    message = str(error["msg"]).removeprefix("Value error, ")  # type: ignore[index]
    return message[0].lower() + message[1:].replace("Input should", "it should")


def env_names(field: FieldInfo) -> tuple[str, ...]:
    """Return the environment variables of a setting in order of precedence."""
    alias = field.validation_alias
    choices = alias.choices if isinstance(alias, AliasChoices) else []
    return tuple(choice for choice in choices if isinstance(choice, str))


def default_text(field: FieldInfo) -> str:
    """Return a setting's default for the documentation, the same on every machine."""
    value = field.default
    if isinstance(value, Path):
        inside = value.is_relative_to(PROJECT_FOLDER)
        return (
            value.relative_to(PROJECT_FOLDER).as_posix()
            if inside
            else "the platform's user data folder"
        )
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value.value if isinstance(value, StrEnum) else value or "")


def unknown_settings(environment: Iterable[str] | None = None) -> list[str]:
    """Return one warning per unknown ``RAG_*`` name, with the most similar known name."""
    known = {name for field in Settings.model_fields.values() for name in env_names(field)}
    names = {*os.environ, *dotenv_values(env_file())} if environment is None else environment
    warnings = []
    for name in sorted(
        n for n in names if n.startswith("RAG_") and n not in {*known, "RAG_ENV_FILE"}
    ):
        nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
        warnings.append(f"{name} is not a setting of Plumbline; did you mean {nearest[0]}?")
    return warnings
