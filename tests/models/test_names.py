from __future__ import annotations

import pytest

from rag.models.names import fetch_command, model_for, shown


@pytest.mark.parametrize(
    ("wanted", "listed"),
    [
        ("phi-4-mini", "Phi-4-mini-instruct-generic-cpu:5"),
        ("phi-4-mini", "Phi-4-mini-instruct-generic-gpu:5"),
        ("phi-4-mini", "phi4-mini:latest"),
        ("phi-4-mini", "phi4-mini:3.8b-q4_K_M"),
        ("phi-4-mini", "microsoft/phi-4-mini"),
        ("phi-4-mini", "unsloth/Phi-4-mini-instruct-Q4_K_M.gguf"),
        ("phi4-mini", "phi-4-mini-instruct"),
        ("gpt-oss-20b", "gpt-oss:20b"),
        ("gpt-oss-20b", "openai/gpt-oss-20b"),
        ("gpt-oss-20b", "gpt-oss-20b-cuda-gpu:1"),
        ("gpt-oss-20b", "gpt-oss-20b-MXFP4.gguf"),
        ("gpt-oss", "gpt-oss:20b"),
        ("qwen3-8b", "qwen3:8b"),
        ("llama-3.1-8b", "llama3.1:8b-instruct-q4_0"),
        ("phi-3-mini", "Phi-3-mini-4k-instruct"),
    ],
)
def test_a_name_means_the_model_however_a_server_writes_it(wanted: str, listed: str) -> None:
    assert model_for(wanted, ["another-model", listed]) == listed


@pytest.mark.parametrize(
    ("wanted", "listed"),
    [
        ("phi-4-mini", "phi-4-mini-reasoning"),
        ("phi-4-mini", "phi-4"),
        ("phi-4", "phi-4-mini"),
        ("gpt-oss-20b", "gpt-oss-120b"),
        ("qwen3-8b", "qwen3:80b"),
        ("llama-3", "llama-3.1-8b"),
        ("phi-4-mini", "phi-4-mini-vision-instruct"),
        ("phi-4-mini", "text-embedding-phi-4-mini"),
    ],
)
def test_another_model_is_not_taken_for_it(wanted: str, listed: str) -> None:
    assert model_for(wanted, [listed]) is None


def test_the_very_name_wins_over_others_for_the_same() -> None:
    listed = ["phi-4-mini-instruct", "Phi-4-mini-instruct-generic-cpu:5"]
    assert model_for("Phi-4-mini-instruct-generic-cpu:5", listed) == listed[1]


def test_of_several_for_the_same_the_shortest_is_taken() -> None:
    listed = ["phi4-mini:3.8b-q8_0", "phi4-mini:latest"]
    assert model_for("phi-4-mini", listed) == "phi4-mini:latest"


@pytest.mark.parametrize(
    ("server", "model", "command"),
    [
        ("Ollama", "phi-4-mini", "ollama pull phi4-mini"),
        ("Ollama", "gpt-oss-20b", "ollama pull gpt-oss:20b"),
        ("LM Studio", "phi-4-mini", "lms get phi-4-mini"),
        ("Foundry Local", "phi-4-mini", "foundry model download phi-4-mini"),
        ("vLLM", "phi-4-mini", ""),
    ],
)
def test_the_command_that_gets_a_model_is_known(server: str, model: str, command: str) -> None:
    assert fetch_command(server, model) == command


def test_a_name_is_shown_as_one_short_line() -> None:
    assert shown("a\nb" + "c" * 200) == "a b" + "c" * 77
