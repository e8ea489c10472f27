"""Gets models from Foundry Local's catalog, which is on the internet: only when a person asks."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rag.domain.errors import BackendUnreachable
from rag.models.foundry import INSTALL, is_installed
from rag.models.foundry_models import DEVICES, OnnxModel, add_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import foundry_local_sdk as sdk


def download(home: Path, name: str, device: str, progress: Callable[[float], None]) -> OnnxModel:
    """Download a model for a device and keep it; ``progress`` is told the percentage.

    ``device``: one of DEVICES, else the first that the catalog has the model for on this machine.
    Raises BackendUnreachable if the package is missing, the catalog cannot be asked or does not
    have the model, or the download breaks off; what was downloaded is used by the next try.
    """
    if not is_installed():
        raise BackendUnreachable("Foundry Local's package is not installed.", INSTALL)
    import foundry_local_sdk as sdk  # noqa: PLC0415 - an extra

    try:
        with _catalog(home) as catalog:
            variant = _variant(catalog.get_model(name), name, device)
            variant.download(progress)
            folder, full_name = Path(variant.get_path()), variant.id
    except sdk.FoundryLocalException as error:
        raise BackendUnreachable(
            f"{name} could not be downloaded ({error}).",
            "Try again: what is there already is kept.",
        ) from error
    return add_model(home, folder, full_name)


@contextmanager
def _catalog(home: Path) -> Iterator[sdk.Catalog]:
    import foundry_local_sdk as sdk  # noqa: PLC0415 - as above

    home.mkdir(parents=True, exist_ok=True)
    sdk.FoundryLocalManager.initialize(
        sdk.Configuration(
            app_name="plumbline",
            app_data_dir=str(home / "catalog"),
            model_cache_dir=str(home / "models"),
            logs_dir=str(home / "catalog" / "logs"),
            disable_nonessential_telemetry=True,
        )
    )
    manager = sdk.FoundryLocalManager.instance
    try:
        yield manager.catalog
    finally:
        manager.close()


def _variant(model: sdk.IModel | None, name: str, device: str) -> sdk.IModel:
    if model is None:
        raise BackendUnreachable(
            f"Foundry Local's catalog has no {name}, or it cannot be reached from here.",
            "Look at the name, and whether this machine is online; rag foundry add takes a folder"
            " that was brought otherwise.",
        )
    variants = {str(v.info.runtime.device_type).casefold(): v for v in model.variants}
    order = [device] if device in DEVICES else list(DEVICES)
    chosen = next((variants[one] for one in order if one in variants), None)
    if chosen is None:
        raise BackendUnreachable(
            f"{name} is not made for {device}.", f"There is one for: {', '.join(variants)}."
        )
    return chosen
