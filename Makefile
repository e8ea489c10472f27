# Two commands for everybody: make run, make test. The rest is for developers.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif

.PHONY: run install dev test test-units test-pages test-foundry soak check format lock guide eval bench

run: install ## set up and start the chat on http://127.0.0.1:8000
	$(BIN)/rag serve --open

install: ## create .venv with the pinned packages
	@$(PYTHON) -m rag.install

dev:
	@$(PYTHON) -m rag.install --dev

test: dev ## everything, in a real browser too
	$(BIN)/python -m tests.browser
	$(BIN)/coverage erase
	@$(MAKE) --no-print-directory --jobs 2 test-units test-pages
	$(BIN)/coverage combine -q
	$(BIN)/coverage report

test-units:
	$(BIN)/coverage run -m pytest -q --ignore tests/e2e

test-pages: ## beside the units, since a browser's tests mostly wait
	$(BIN)/coverage run -m pytest -q tests/e2e

soak: dev ## the tests that take long, in full length; make test runs them short
	SOAK=1 $(BIN)/python -m pytest -q tests/corpus/test_crash.py

ONNX := build/onnx
ONNX_PACKAGES := torch transformers accelerate safetensors gguf onnx onnx-ir onnxruntime-genai

test-foundry: dev ## Foundry Local's package for real, on ONNX Runtime: 5 GB of packages
	$(BIN)/uv venv -q --allow-existing --python $(BIN)/python build/foundry
	$(BIN)/uv pip install -q --python build/foundry --no-deps -r requirements-dev.lock
	$(BIN)/uv pip install -q --python build/foundry -e ".[foundry]" $(ONNX_PACKAGES)
	test -f $(ONNX)/genai_config.json || PYTHONPATH=. $(subst .venv,build/foundry,$(BIN))/python docs/onnx_model.py $(ONNX)
	FOUNDRY_TEST_MODEL=$(ONNX) $(subst .venv,build/foundry,$(BIN))/python -m pytest -q tests/models/test_foundry.py tests/models/test_contract.py

check: dev ## format, lint, types, imports, documents, packages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/readme.py --check
	$(BIN)/python docs/guide/build.py --check
	$(BIN)/python docs/packages.py

format: dev
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

lock: dev ## resolve the packages anew, for every platform
	$(BIN)/uv pip compile pyproject.toml --group weights --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url -q -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev --group weights --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --no-emit-index-url -q -o requirements-dev.lock \
	  -c requirements.lock

guide: dev ## build the guide's binary documents and the README's generated parts
	$(BIN)/python docs/guide/build.py
	$(BIN)/python docs/readme.py

SETS ?= ../shared/data

eval: dev ## quality of retrieval and of answers on the sets in SETS, against what was accepted
	@test -d $(SETS) || { echo "No sets in $(SETS): make eval SETS=folder of sets in BEIR layout." >&2; exit 1; }
	$(BIN)/rag eval retrieval --baseline docs/baseline.json $(dir $(wildcard $(SETS)/*/corpus.jsonl))
	$(BIN)/rag eval answers --baseline docs/baseline.json --limit 600 $(SETS)/squad2
	$(BIN)/rag eval support --half report --baseline docs/baseline.json $(wildcard $(SETS)/judged/*.jsonl)
	$(BIN)/rag eval questions --baseline docs/baseline.json docs/guide/questions.jsonl --corpus docs_corpus

bench: dev ## speed of the search on passages made from a set in SETS
	@test -d $(SETS) || { echo "No sets in $(SETS): make bench SETS=folder of sets in BEIR layout." >&2; exit 1; }
	$(BIN)/rag bench retrieval $(SETS)/squad2
