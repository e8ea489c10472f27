"""Every setting with its default and meaning; the only place that reads the environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from rag.domain.documents import Watch
from rag.domain.errors import SettingsError
from rag.domain.paths import PROJECT_FOLDER
from rag.domain.requests import Escalation, EscalationStyle, FoundryDevice, ReasoningEffort, WarmUp

EMBEDDED = "embedded"
"""The base URL that selects the built-in model."""
FOUNDRY = "foundry"
"""The base URL that selects the models of Foundry Local's package."""


def _switch(value: object) -> object:
    return {"on": True, "off": False}.get(str(value).strip().lower(), value)


def _address(value: str) -> str:
    """Accept a server's address, an empty string, ``embedded`` or ``foundry``."""
    if value in {"", EMBEDDED, FOUNDRY}:
        return value
    try:
        url = urlsplit(value if ":/" in value else f"http://{value}")
        possible = url.scheme in {"http", "https"} and url.hostname and url.port != 0
    except ValueError:  # its words may repeat a password
        possible = False
    if not possible:
        raise ValueError("it should be an address such as http://127.0.0.1:11434")
    return value.strip()


def _absolute(path: Path) -> Path:
    """Resolve relative folders now, since readers run elsewhere. Links are kept."""
    try:
        return path.expanduser().absolute()
    except (RuntimeError, OSError) as error:
        raise ValueError(f"it names no folder from here ({error})") from error


def _listed(value: object) -> object:
    """Split names at commas."""
    if not isinstance(value, str):
        return value
    return tuple(name.strip() for name in value.split(",") if name.strip())


Folder = Annotated[Path, AfterValidator(_absolute)]
Address = Annotated[str, AfterValidator(_address)]
Switch = Annotated[bool, BeforeValidator(_switch)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]


def _names(field: str, *others: str) -> AliasChoices:
    return AliasChoices(f"RAG_{field}", *others)


def env_file() -> Path:
    """Return the file of settings: ``RAG_ENV_FILE``, or ``.env`` beside the project.

    One in the working folder is not read: a folder of somebody else's files could name an address
    to which passages and keys are sent. Raises SettingsError if RAG_ENV_FILE names no file.
    """
    named = os.environ.get("RAG_ENV_FILE")
    if named and not Path(named).expanduser().is_file():
        raise SettingsError(
            f"RAG_ENV_FILE is {named!r}, which is no file.",
            "Name a file of settings, or leave RAG_ENV_FILE out.",
        )
    return Path(named).expanduser() if named else PROJECT_FOLDER / ".env"


class Settings(BaseSettings):
    """The settings, from environment variables or ``.env``; ``RAG_*`` wins."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        case_sensitive=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - of the working folder
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read ``.env`` from its own place, whatever folder a command is given in."""
        own = DotEnvSettingsSource(settings_cls, env_file=env_file())
        return init_settings, env_settings, own, file_secret_settings

    corpus_dir: Folder = Field(
        PROJECT_FOLDER / "docs_corpus",
        validation_alias=_names("CORPUS_DIR"),
        description="The folder of documents that is answered from.",
    )
    guide: Switch = Field(
        True,
        validation_alias=_names("GUIDE"),
        description="`on`: the shipped guide answers what is asked about Plumbline; `off`: not.",
    )
    state_dir: Folder = Field(
        user_data_path("plumbline", appauthor=False),
        validation_alias=_names("STATE_DIR"),
        description="Where Plumbline keeps its own files.",
    )
    watch: Watch = Field(
        Watch.AUTO,
        validation_alias=_names("WATCH"),
        description="How changes in the corpus folder are noticed while the chat runs: `native`: "
        "the operating system tells; `poll`: a look every second; `auto`: `poll` on network "
        "drives; `off`: a look at each question.",
    )
    upload_max_mb: int = Field(
        50,
        ge=0,
        le=200,
        validation_alias=_names("UPLOAD_MAX_MB"),
        description="The largest file that can be added to a conversation, in MB; 0: none can.",
    )
    discover: Switch = Field(
        True,
        validation_alias=_names("DISCOVER"),
        description="`on`: a model whose server no setting names is looked for on this machine, at "
        "Foundry Local and at the usual ports of Ollama, LM Studio, llama.cpp, Jan and vLLM; "
        "`off`: not.",
    )
    small_base_url: Address = Field(
        "",
        validation_alias=_names("SMALL_BASE_URL", "FOUNDRY_LOCAL_ENDPOINT"),
        description="Where the small model answers, with or without `/v1`; empty: where it is "
        "found, else the built-in model; `embedded`: the built-in model; `foundry`: a model that "
        "`rag foundry` has added.",
    )
    small_model: str = Field(
        "phi-4-mini",
        validation_alias=_names("SMALL_MODEL", "SLM_ALIAS"),
        description="The small model's name at its server.",
    )
    small_api_key: str = Field(
        "",
        validation_alias=_names("SMALL_API_KEY"),
        description="The key for the small model's server, where it wants one.",
        repr=False,
    )
    small_parallel: int = Field(
        0,
        ge=0,
        le=1_000,
        validation_alias=_names("SMALL_PARALLEL"),
        description="How many requests the small model's server is sent at once; more wait. 0: as "
        "many as the server tells, else 4, and more as long as its first token is not later for "
        "it; the built-in model keeps two.",
    )
    large_base_url: Address = Field(
        "",
        validation_alias=_names("LARGE_BASE_URL", "FOUNDRY_LOCAL_ENDPOINT"),
        description="Where the large model answers; empty: there is none, and weak drafts are "
        "replaced by a quotation.",
    )
    large_model: str = Field(
        "gpt-oss-20b",
        validation_alias=_names("LARGE_MODEL", "LLM_ALIAS"),
        description="The large model's name at its server.",
    )
    large_api_key: str = Field(
        "",
        validation_alias=_names("LARGE_API_KEY"),
        description="The key for the large model's server, where it wants one.",
        repr=False,
    )
    large_parallel: int = Field(
        0,
        ge=0,
        le=1_000,
        validation_alias=_names("LARGE_PARALLEL"),
        description="The same for the large model's server.",
    )
    reasoning_effort: ReasoningEffort = Field(
        ReasoningEffort.AUTO,
        validation_alias=_names("REASONING_EFFORT"),
        description="How long a large model such as gpt-oss thinks before it answers: `low`, "
        "`medium` or `high`; `auto`: as its server does by itself.",
    )
    warm_up: WarmUp = Field(
        WarmUp.SMALL,
        validation_alias=_names("WARM_UP"),
        description="Which models of servers are loaded when the chat starts: `small`, `both` "
        "(where both fit into memory) or `off`.",
    )
    foundry_device: FoundryDevice = Field(
        FoundryDevice.AUTO,
        validation_alias=_names("FOUNDRY_DEVICE"),
        description="What Foundry Local's package runs models on, where `rag foundry` has added "
        "one for it: `cpu`, `gpu` or `npu`; `auto`: the first there is of GPU, NPU and CPU.",
    )
    escalation: Escalation = Field(
        Escalation.AUTO,
        validation_alias=_names("ESCALATION"),
        description="When the large model is asked in mode Auto: `auto` when the draft is weak, "
        "`never`, or `always` after a draft.",
    )
    escalation_style: EscalationStyle = Field(
        EscalationStyle.ANSWER,
        validation_alias=_names("ESCALATION_STYLE"),
        description="What the large model does: `answer` afresh, or `refine` the draft; what loses "
        "its support then is put back.",
    )
    max_escalation_share: float = Field(
        1.0,
        ge=0,
        le=1,
        validation_alias=_names("MAX_ESCALATION_SHARE"),
        description="The share of the last 100 questions (0-1) that may go to the large model in "
        "mode Auto; beyond it passages are quoted.",
    )
    max_wait_s: float = Field(
        0.0,
        ge=0,
        le=3_600,
        validation_alias=_names("MAX_WAIT_S"),
        description="How many seconds a weak draft waits for the large model's first word, its "
        "queue included, before passages are quoted; 0: as long as it takes.",
    )
    min_confidence: float = Field(
        0.8,
        ge=0,
        le=1,
        validation_alias=_names("MIN_CONFIDENCE"),
        description="A draft whose chance of being faithful (0-1) is below this is doubted; the "
        "default was fitted.",
    )
    min_answer_tokens: int = Field(
        12,
        ge=0,
        le=1_000,
        validation_alias=_names("MIN_ANSWER_TOKENS"),
        description="A shorter draft is doubted, unless it is fully supported and the question "
        "asks for a value, a name or yes/no.",
    )
    strict: Switch = Field(
        False,
        validation_alias=_names("STRICT"),
        description="`on`: sentences without full support are taken out of the large model's "
        "answer; `off`: they are marked.",
    )
    expand: Switch = Field(
        True,
        validation_alias=_names("EXPAND"),
        description="`on`: where the documents seem to lack a question's words, the small model is "
        "asked for others, which are searched too; never the built-in one.",
    )
    top_k: int = Field(
        0,
        ge=0,
        le=60,
        validation_alias=_names("TOP_K"),
        description="The most passages that are looked for; 0: as many as `RAG_CONTEXT_TOKENS` "
        "holds.",
    )
    context_tokens: int = Field(
        0,
        ge=0,
        le=200_000,
        validation_alias=_names("CONTEXT_TOKENS"),
        description="How many tokens of passages a model is given; 0: what suits the model "
        "(built-in 300, others 2,000).",
    )
    timeout_s: float = Field(
        60,
        gt=0,
        le=3_600,
        validation_alias=_names("TIMEOUT_S"),
        description="How many seconds a model may take to its first word before it is given up.",
    )
    gap_timeout_s: float = Field(
        30,
        gt=0,
        le=3_600,
        validation_alias=_names("GAP_TIMEOUT_S"),
        description="How many seconds a model may pause in the middle of an answer; at most "
        "`RAG_TIMEOUT_S`.",
    )
    prices: dict[str, tuple[float, float]] = Field(
        {},
        validation_alias=_names("PRICES"),
        description="Notional prices as JSON: model -> [in, out] per million tokens.",
    )
    compare_prompt: str = Field(
        "List 5 benefits of local AI inference.",
        validation_alias=_names("COMPARE_PROMPT", "COMPARE_PROMPT"),
        description="What `rag compare` asks where no prompt is given.",
    )
    compare_retries: int = Field(
        0,
        ge=0,
        le=10,
        validation_alias=_names("COMPARE_RETRIES", "COMPARE_RETRIES"),
        description="How often `rag compare` asks again for an answer that failed.",
    )
    bench_models: Names = Field(
        (),
        validation_alias=_names("BENCH_MODELS", "BENCH_MODELS"),
        description="The models that `rag bench models` measures, with commas between; empty: the "
        "small and the large one.",
    )
    bench_rounds: int = Field(
        3,
        ge=1,
        le=1_000,
        validation_alias=_names("BENCH_ROUNDS", "BENCH_ROUNDS"),
        description="How often it asks each of them, after a first time that is told apart.",
    )
    bench_prompt: str = Field(
        "Explain retrieval augmented generation briefly.",
        validation_alias=_names("BENCH_PROMPT", "BENCH_PROMPT"),
        description="What it asks.",
    )
    bench_stream: Switch = Field(
        True,
        validation_alias=_names("BENCH_STREAM", "BENCH_STREAM"),
        description="`off`: only whole answers are reported, not first tokens and rates. Answers "
        "are streamed in any case.",
    )
    bench_max_tokens: int = Field(
        200,
        ge=1,
        le=100_000,
        validation_alias=_names("BENCH_MAX_TOKENS", "BENCH_MAX_TOKENS"),
        description="The most tokens of an answer there.",
    )
    bench_temperature: float = Field(
        0.0,
        ge=0,
        le=2,
        validation_alias=_names("BENCH_TEMPERATURE", "BENCH_TEMPERATURE"),
        description="The temperature there.",
    )
    host: str = Field(
        "127.0.0.1",
        validation_alias=_names("HOST"),
        description="The address that the chat listens on.",
    )
    port: int = Field(
        8000,
        ge=1,
        le=65_535,
        validation_alias=_names("PORT"),
        description="The port that the chat listens on.",
    )
