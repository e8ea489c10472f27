"""Conversion between the domain's frozen values and plain JSON data, driven by type hints."""

from __future__ import annotations

import dataclasses
import types
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def to_plain(value: object) -> Any:  # noqa: ANN401 - JSON data
    """Return dataclasses as dicts, tuples as lists, enums as their values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    return value


def from_plain(kind: type[T], data: Any) -> T:  # noqa: ANN401 - as above
    """Return a value of ``kind``; fields missing in the data get their defaults.

    Raises KeyError, TypeError or ValueError if the data has another shape.
    """
    value: T = _reader(kind)(data)  # type: ignore[arg-type]  # a class is hashable
    return value


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - type hints have many types
    """Return the converter to ``kind``; cached, since answers have thousands of values."""
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        inner = _reader(next(k for k in get_args(kind) if k is not type(None)))
        return lambda data: None if data is None else inner(data)
    if origin is tuple:
        item = _reader(get_args(kind)[0])
        return lambda data: tuple(map(item, data))
    if origin is Literal or kind in {str, int, float, bool, Any}:
        return lambda data: data
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    fields = cache(lambda: _field_readers(kind))  # later: a class may hold values of its own kind
    return lambda data: kind(**{n: read(data[n]) for n, read in fields().items() if n in data})


def _field_readers(kind: Any) -> dict[str, Callable[[Any], Any]]:  # noqa: ANN401 - as above
    hints = get_type_hints(kind)
    return {field.name: _reader(hints[field.name]) for field in dataclasses.fields(kind)}
