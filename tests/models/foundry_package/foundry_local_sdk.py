"""Stands in for Foundry Local's package 2.2.1 in child processes of tests.

It has the parts that are used, with the signatures of the package. Its model repeats the last
message word by word, and is slow where that has many words.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

CONTEXT = 200
WORD_S = 0.01


class FoundryLocalException(Exception): ...


class CatalogType(IntEnum):
    PUBLIC = 0
    LOCAL = 1


class FinishReason(IntEnum):
    NONE = 0
    ERROR = 1
    STOP = 2
    LENGTH = 3


@dataclass
class Configuration:
    app_name: str
    app_data_dir: str
    model_cache_dir: str
    logs_dir: str
    disable_nonessential_telemetry: bool = False


class ModelInfoBuilder:
    def __init__(self) -> None:
        self.properties: dict[str, str] = {}

    def set_string_property(self, key: str, value: str) -> ModelInfoBuilder:
        self.properties[key] = value
        return self


class IModel:
    def __init__(self, model_id: str, folder: Path, device: str = "CPU") -> None:
        runtime = SimpleNamespace(device_type=device)
        self.info = SimpleNamespace(id=model_id, context_length=CONTEXT, runtime=runtime)
        self.id = model_id
        self.folder = folder
        self.is_loaded = False
        self.variants = [self]

    def load(self) -> None:
        if "broken" in self.id.casefold():
            raise FoundryLocalException("the model's file is damaged")
        self.is_loaded = True

    def download(self, progress: Callable[[float], None]) -> None:
        for percent in (0.0, 50.0, 100.0):
            progress(percent)
        if "broken" in self.id.casefold():
            raise FoundryLocalException("the connection was lost")
        self.folder.mkdir(parents=True)
        description: object = {"model": {"decoder": {"session_options": {"provider_options": []}}}}
        (self.folder / "genai_config.json").write_text(json.dumps(description))

    def get_path(self) -> str:
        return str(self.folder)


class Catalog:
    """The local one keeps what was registered, as the package does; the other has two models."""

    def __init__(self, kind: CatalogType, configuration: Configuration) -> None:
        self.kind = kind
        self.configuration = configuration
        self.kept = Path(configuration.app_data_dir) / "registered.json"

    def _registered(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.kept.read_text()) if self.kept.exists() else {}
        return found

    def get_model_variant(self, model_id: str) -> IModel | None:
        path = self._registered().get(model_id)
        return IModel(model_id, Path(path)) if path else None

    def register_model(self, path: str, model_id: str, metadata: ModelInfoBuilder) -> IModel:
        assert metadata.properties["task"] == "chat-completion"
        registered = self._registered()
        if model_id in registered:
            raise FoundryLocalException("the model is registered already")
        self.kept.write_text(json.dumps({**registered, model_id: path}))
        return IModel(model_id, Path(path))

    def unregister_model(self, model_id: str) -> None:
        registered = self._registered()
        del registered[model_id]
        self.kept.write_text(json.dumps(registered))

    def get_model(self, alias: str) -> IModel | None:
        if alias not in {"phi-4-mini", "broken"}:
            return None
        cache = Path(self.configuration.model_cache_dir)
        name = f"{alias.capitalize()}-instruct-generic"
        model = IModel(f"{name}-cpu:5", cache / "cpu")
        model.variants = [model, IModel(f"{name}-gpu:5", cache / "gpu", "GPU")]
        return model


class FoundryLocalManager:
    instance: Any = None

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.catalog = self.get_catalog(CatalogType.PUBLIC)

    @staticmethod
    def initialize(configuration: Configuration) -> None:
        if FoundryLocalManager.instance is not None:
            raise FoundryLocalException("it has already been initialized")
        FoundryLocalManager.instance = FoundryLocalManager(configuration)

    def get_catalog(self, kind: CatalogType) -> Catalog:
        return Catalog(kind, self.configuration)

    def close(self) -> None:
        FoundryLocalManager.instance = None


@dataclass
class TextItem:
    text: str


@dataclass
class MessageItem:
    role: str
    text: str

    @staticmethod
    def system(content: str) -> MessageItem:
        return MessageItem("system", content)

    @staticmethod
    def user(content: str) -> MessageItem:
        return MessageItem("user", content)

    @staticmethod
    def assistant(content: str) -> MessageItem:
        return MessageItem("assistant", content)


@dataclass
class SearchOptions:
    temperature: float
    do_sample: bool
    max_output_tokens: int


@dataclass
class RequestOptions:
    search: SearchOptions


class Request:
    def __init__(self) -> None:
        self.items: list[MessageItem] = []
        self.cancelled = threading.Event()

    def add_item(self, item: MessageItem) -> Request:
        self.items.append(item)
        return self

    def cancel(self) -> None:
        self.cancelled.set()


class ChatSession:
    def __init__(self, model: IModel) -> None:
        if not model.is_loaded:
            raise FoundryLocalException("the model is not loaded")
        self.model = model
        self.options = RequestOptions(SearchOptions(0.0, False, 1))

    def set_streaming(self, enabled: bool) -> ChatSession:  # noqa: FBT001 - as the package has it
        assert enabled
        return self

    def set_options(self, options: RequestOptions) -> ChatSession:
        self.options = options
        return self

    def preflight_request(self, request: Request) -> Any:
        required = sum(len(item.text.split()) for item in request.items)
        required += self.options.search.max_output_tokens
        return SimpleNamespace(
            fits=required <= CONTEXT, required_tokens=required, context_limit_tokens=CONTEXT
        )

    def process_streaming_request(self, request: Request) -> Stream:
        return Stream(self, request)


class Final:
    def __init__(self, prompt: int, written: int, *, cut: bool) -> None:
        self.finish_reason = FinishReason.LENGTH if cut else FinishReason.STOP
        self.usage = SimpleNamespace(
            prompt_tokens=prompt, completion_tokens=written, total_tokens=prompt + written
        )

    def get_usage(self) -> Any:
        return self.usage

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


def connected() -> str:
    """What becomes of a connection to another machine, as the package tries to make one."""
    try:
        socket.create_connection(("192.0.2.1", 80), timeout=1).close()
    except OSError as error:
        return type(error).__name__
    return "connected"


class Stream:
    def __init__(self, session: ChatSession, request: Request) -> None:
        self.session = session
        self.request = request
        self.final_response: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def __iter__(self) -> Iterator[TextItem]:
        most = self.session.options.search.max_output_tokens
        words = self.request.items[-1].text.split()
        if words == ["connect"]:
            words = [connected()]
        if words == ["fail"]:
            raise FoundryLocalException("the graph failed")
        for number, word in enumerate(words[:most]):
            if self.request.cancelled.is_set():
                stopped = Path(FoundryLocalManager.instance.configuration.app_data_dir) / "stopped"
                stopped.write_text(str(number))
                return
            yield TextItem(word if number == 0 else f" {word}")
            time.sleep(WORD_S)
        prompt = sum(len(item.text.split()) for item in self.request.items)
        self.final_response = Final(prompt, len(words[:most]), cut=len(words) > most)
