"""The domain's frozen values <-> plain JSON data, by their own type hints."""

from __future__ import annotations

import dataclasses
import types
from enum import Enum
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_plain(value: object) -> Any:  # noqa: ANN401 - JSON data has no narrower type
    """Return dataclasses as dicts, tuples as lists, enums as their values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    return value


def from_plain(kind: type[T], data: Any) -> T:  # noqa: ANN401 - as above
    """Return a value of ``kind``; fields that the data lacks take their defaults.

    Raises KeyError, TypeError or ValueError where the data is of another shape.
    """
    value: T = _read(kind, data)
    return value


def _read(kind: Any, data: Any) -> Any:  # noqa: ANN401 - type hints are objects of many kinds
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        if data is None:
            return None
        return _read(next(k for k in get_args(kind) if k is not type(None)), data)
    if origin is tuple:
        return tuple(_read(get_args(kind)[0], item) for item in data)
    if origin is Literal or kind in {str, int, float, bool, Any}:
        return data
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(data)
    hints = _hints(kind)
    return kind(**{name: _read(hints[name], data[name]) for name in hints if name in data})


@cache
def _hints(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}
