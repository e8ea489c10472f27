"""Makes an ONNX model of the built-in weights, for the tests of Foundry Local's package.

Usage: ``python docs/onnx_model.py FOLDER``; ``make test-foundry`` does all of it. Needs torch,
transformers, accelerate, safetensors, gguf, onnx, onnx-ir and onnxruntime-genai: 4 GB on Linux.
The GGUF is dequantised, written as a checkpoint of its architecture, and built by ONNX Runtime
GenAI in int8 (int4 answers are clearly worse). It takes a minute and fetches nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from rag.models.embedded import weights

ARCHITECTURE = "LlamaForCausalLM"
TIED = "lm_head.weight"
"""The same as the embedding in this model; a checkpoint has it once."""


def main() -> None:
    """Write the model into the folder that is named."""
    target = Path(sys.argv[1]).absolute()
    with tempfile.TemporaryDirectory() as scratch:
        checkpoint = Path(scratch) / "checkpoint"
        checkpoint.mkdir()
        write_checkpoint(weights(), checkpoint)
        build = [sys.executable, "-m", "onnxruntime_genai.models.builder"]
        places = ["-i", str(checkpoint), "-o", str(target), "-c", str(Path(scratch) / "cache")]
        subprocess.run([*build, *places, "-p", "int8", "-e", "cpu"], check=True)


def write_checkpoint(gguf: Path, folder: Path) -> None:
    """Write what the builder reads: weights, configuration and tokenizer."""
    source = {"pretrained_model_name_or_path": str(gguf.parent), "gguf_file": gguf.name}
    model = AutoModelForCausalLM.from_pretrained(**source, dtype=torch.float32)
    model.config.architectures = [ARCHITECTURE]
    del model.config.quantization_config  # the weights are whole numbers no longer
    model.config.save_pretrained(folder)
    model.generation_config.save_pretrained(folder)
    AutoTokenizer.from_pretrained(**source).save_pretrained(folder)
    tensors = {name: t.contiguous() for name, t in model.state_dict().items() if name != TIED}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


if __name__ == "__main__":
    main()
