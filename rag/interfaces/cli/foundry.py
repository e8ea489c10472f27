"""``rag foundry``"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.config.state_folder import foundry_home
from rag.interfaces.cli.output import print_error, print_json, print_progress, print_text
from rag.models.foundry import INSTALL, is_installed
from rag.models.foundry_catalog import download
from rag.models.foundry_models import OnnxModel, add_model, forget_model, models_in

if TYPE_CHECKING:
    import argparse

    from rag.config.settings import Settings

WHOLE = 100.0
"""Per cent."""


def run_list(options: argparse.Namespace, settings: Settings) -> int:
    """``rag foundry list``; return the exit code."""
    models = models_in(foundry_home(settings), settings.foundry_device)
    if options.json:
        print_json({"installed": is_installed(), "models": [_as_json(m) for m in models]})
        return 0
    for model in models:
        print_text(_line(model))
    if not models:
        print_error("There is no model yet: rag foundry download NAME, or rag foundry add FOLDER.")
    if not is_installed():
        print_error(f"Foundry Local's package, which runs them, is not installed: {INSTALL}")
    return 0


def run_add(options: argparse.Namespace, settings: Settings) -> int:
    """``rag foundry add``; return the exit code."""
    print_text(_line(add_model(foundry_home(settings), options.folder, options.name)))
    return 0


def run_remove(options: argparse.Namespace, settings: Settings) -> int:
    """``rag foundry remove``; return the exit code."""
    forget_model(foundry_home(settings), options.name)
    return 0


def run_download(options: argparse.Namespace, settings: Settings) -> int:
    """``rag foundry download``; return the exit code."""
    name = options.name or settings.small_model
    device = options.device or settings.foundry_device

    def show(percent: float) -> None:
        print_progress(f"{name}: {percent:.0f} %", last=percent >= WHOLE)

    print_text(_line(download(foundry_home(settings), name, device, show)))
    return 0


def _line(model: OnnxModel) -> str:
    return f"{model.name}  {model.device.upper()} ({model.provider})  {model.folder}"


def _as_json(model: OnnxModel) -> dict[str, str]:
    return {
        "name": model.name,
        "device": model.device,
        "execution_provider": model.provider,
        "folder": str(model.folder),
    }
