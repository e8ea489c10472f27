"""The decision thresholds: the shipped ones, or those fitted to a corpus."""

from __future__ import annotations

import math
import tomllib
from dataclasses import asdict, dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from rag.domain.errors import SettingsError
from rag.domain.private_files import replace_private

if TYPE_CHECKING:
    from collections.abc import Mapping

SHIPPED = Path(__file__).with_name("thresholds.toml")
NAME = "thresholds.toml"


@dataclass(frozen=True, slots=True)
class Levels:
    """The log-odds below which evidence is none, weak or some; above all it is strong."""

    none: float
    weak: float
    some: float


@dataclass(frozen=True, slots=True)
class SupportLevels:
    """The chances from which a sentence is fully and partly supported."""

    full: float
    partial: float


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The chance that an answer is faithful, from which each model's stands."""

    small: float
    large: float


@dataclass(frozen=True)
class Linear:
    """A logistic regression from signals to log-odds."""

    intercept: float
    weights: Mapping[str, float]
    """Signal -> weight."""

    def chance(self, signals: Mapping[str, float]) -> float:
        """The chance, 0 to 1, that the signals speak of."""
        return 1 / (1 + math.exp(-self.log_odds(signals)))

    def log_odds(self, signals: Mapping[str, float]) -> float:
        """Return the log-odds for the signals; raises KeyError if one is missing."""
        return self.intercept + sum(w * signals[name] for name, w in self.weights.items())


@dataclass(frozen=True)
class Thresholds:
    """The models and their thresholds."""

    evidence: Linear
    """Predicts that the passages answer the question."""
    quotation: Linear
    """Predicts that a sentence of them contains the answer."""
    levels: Levels
    support: Linear
    """That the passages support a sentence."""
    support_levels: SupportLevels
    faithfulness: Linear
    """That an answer is faithful to the passages as a whole."""
    acceptance: Acceptance
    origin: str = "shipped"
    """The source of the levels."""


@cache
def shipped() -> Thresholds:
    """Return the thresholds shipped with Plumbline."""
    content = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    evidence, quotation, support, faithfulness = (
        Linear(content[name]["intercept"], content[name]["weights"])
        for name in ("evidence", "quotation", "support", "faithfulness")
    )
    return Thresholds(
        evidence,
        quotation,
        Levels(**content["evidence"]["levels"]),
        support,
        SupportLevels(**content["support"]["levels"]),
        faithfulness,
        Acceptance(**content["faithfulness"]["acceptance"]),
    )


def load(state: Path | None) -> Thresholds:
    """Return a corpus' thresholds, by its state folder. Raises SettingsError if damaged."""
    path = state / NAME if state else None
    try:
        return _read(path, path.stat().st_mtime_ns) if path else shipped()
    except FileNotFoundError:
        return shipped()


@lru_cache(maxsize=16)
def _read(path: Path, _changed: int) -> Thresholds:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        levels = Levels(**{name: float(value) for name, value in content["levels"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(
            f"{path} cannot be read ({error}).", "Delete it, or run `rag calibrate` again."
        ) from error
    return replace(shipped(), levels=levels, origin="calibrated")


def save(levels: Levels, facts: Mapping[str, float], state: Path) -> Path:
    """Store the levels fitted to a corpus and the ``facts`` behind them; return their file."""
    lines = ["# Written by `rag calibrate`; delete it to go back to what is shipped.", "[levels]"]
    lines += [f"{name} = {value:.4f}" for name, value in asdict(levels).items()]
    lines += ["", "[facts]", *(f"{name} = {value:g}" for name, value in facts.items()), ""]
    path = state / NAME
    replace_private(path, "\n".join(lines).encode())
    return path


def facts_of(state: Path) -> dict[str, float]:
    """Return the facts behind a corpus' own levels; empty if it has none."""
    try:
        content = tomllib.loads((state / NAME).read_text(encoding="utf-8"))
        return {name: float(value) for name, value in content["facts"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
