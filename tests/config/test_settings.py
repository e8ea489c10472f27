from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rag.config.environment import default_text, load_settings, unknown_settings
from rag.config.model_choice import build_large, build_small
from rag.config.settings import Settings
from rag.config.state_folder import corpus_state, ensure_writable
from rag.domain.errors import SettingsError
from rag.domain.requests import Escalation

if TYPE_CHECKING:
    from pathlib import Path


def test_defaults_serve_the_shipped_corpus_with_the_built_in_model() -> None:
    settings = load_settings()
    assert settings.corpus_dir.name == "docs_corpus"
    assert settings.small_base_url == ""
    assert settings.guide is True


def test_our_name_wins_over_the_workshops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOUNDRY_LOCAL_ENDPOINT", "http://127.0.0.1:5273")
    monkeypatch.setenv("SLM_ALIAS", "phi")
    assert load_settings().small_base_url == "http://127.0.0.1:5273"
    assert load_settings().large_base_url == "http://127.0.0.1:5273"
    monkeypatch.setenv("RAG_SMALL_MODEL", "mine")
    assert load_settings().small_model == "mine"


def test_a_file_named_env_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("RAG_TOP_K=7\nRAG_ESCALATION=never\n")
    monkeypatch.setenv("RAG_ENV_FILE", str(tmp_path / ".env"))
    settings = load_settings()
    assert (settings.top_k, settings.escalation) == (7, Escalation.NEVER)


@pytest.mark.parametrize(
    ("value", "on"), [("on", True), ("off", False), ("1", True), ("no", False)]
)
def test_switches_are_on_or_off(monkeypatch: pytest.MonkeyPatch, value: str, on: bool) -> None:  # noqa: FBT001
    monkeypatch.setenv("RAG_GUIDE", value)
    assert load_settings().guide is on


def test_prices_are_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_PRICES", '{"m": [0.1, 0.5]}')
    assert load_settings().prices == {"m": (0.1, 0.5)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RAG_TOP_K", "none"),
        ("RAG_TOP_K", "-1"),
        ("RAG_PORT", "99999"),
        ("RAG_ESCALATION", "maybe"),
        ("RAG_MIN_CONFIDENCE", "2"),
        ("RAG_PRICES", "not json"),
        ("RAG_GUIDE", "perhaps"),
        ("RAG_SMALL_BASE_URL", "http://[bad"),
        ("RAG_LARGE_BASE_URL", "http://127.0.0.1:99999"),
        ("RAG_LARGE_BASE_URL", "ftp://127.0.0.1"),
        ("RAG_LARGE_BASE_URL", "http://me:s3cret@127.0.0.1:notaport"),
        ("RAG_LARGE_BASE_URL", "http://me:s3cr/et@127.0.0.1"),
        ("RAG_LARGE_BASE_URL", "http:/me:s3cret@127.0.0.1"),
    ],
)
def test_an_impossible_value_is_one_sentence_with_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert name in caught.value.sentence
    assert "\n" not in caught.value.sentence
    assert "s3cr" not in caught.value.sentence


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    [warning] = unknown_settings(["RAG_TOPK", "RAG_TOP_K", "PATH"])
    assert "RAG_TOPK" in warning
    assert "RAG_TOP_K?" in warning


def test_a_state_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(SettingsError, match="cannot be written"):
        ensure_writable(tmp_path / "file" / "state")


def test_keys_are_not_shown() -> None:
    assert "secret" not in repr(load_settings(small_api_key="secret"))


def test_defaults_are_shown_the_same_on_every_machine() -> None:
    texts = {name: default_text(field) for name, field in Settings.model_fields.items()}
    assert texts["corpus_dir"] == "docs_corpus"
    assert texts["guide"] == "on"
    assert not any(text.startswith("/") for text in texts.values())


@pytest.mark.parametrize("name", ["RAG_CORPUS_DIR", "RAG_STATE_DIR"])
def test_a_relative_folder_is_meant_from_where_the_person_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, "documents")
    field = name.removeprefix("RAG_").lower()
    assert getattr(load_settings(), field) == tmp_path / "documents"


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("RAG_CORPUS_DIR", "~/documents")
    assert load_settings().corpus_dir == tmp_path / "documents"


def test_a_home_that_nobody_has_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_CORPUS_DIR", "~nobody-at-all/documents")
    with pytest.raises(SettingsError, match="RAG_CORPUS_DIR"):
        load_settings()


def test_a_link_stays_a_link_and_keeps_the_state_of_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.chdir(tmp_path)
    linked, real = load_settings(corpus_dir="link"), load_settings(corpus_dir="real")
    assert linked.corpus_dir == tmp_path / "link"
    assert corpus_state(linked) == corpus_state(real)


def test_a_named_file_of_settings_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_ENV_FILE", "nowhere.env")
    with pytest.raises(SettingsError, match=r"RAG_ENV_FILE is 'nowhere.env', which is no file"):
        load_settings()


def test_each_server_is_sent_as_many_requests_at_once_as_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for role, slots in (("SMALL", "64"), ("LARGE", "2")):
        monkeypatch.setenv(f"RAG_{role}_BASE_URL", "http://127.0.0.1:9")
        monkeypatch.setenv(f"RAG_{role}_PARALLEL", slots)
    settings = load_settings()
    large = build_large(settings)
    assert large is not None
    assert build_small(settings).profile.parallel == 64
    assert large.profile.parallel == 2
