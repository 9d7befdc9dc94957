# `make help` lists what there is to do. Everything sets itself up: Poetry in .tools, the dependencies in .venv.

.DEFAULT_GOAL := help
.PHONY: help serve setup test test-all container-test check format docs openapi lock soak gallery bench bench-peers clean moved

# Without cached bytecode each start would compile all libraries: 3 s instead of 1.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
# Two processes; the tests of a file share the server that it starts.
PARALLEL := -n 2 --dist loadfile --no-loadscope-reorder
THOROUGH := --hypothesis-profile thorough
LOCKED := poetry.lock pyproject.toml requirements-tools.txt
# As in scripts/setup.sh: the environment of a checkout that was moved is of no use.
MOVED := $(shell grep -qsxF '$(CURDIR)' .venv/lib/python*/site-packages/web_single.pth || echo moved)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

serve: .venv/.installed-main ## serve the example model on 0.0.0.0:8000 (HOST, PORT and MODEL_PATH change it)
	@exec $(BIN)/python main.py

test: check ## run what is needed after each change: all checks and the quick tests (T=tests/api: a part of all tests)
	@$(PYTEST) $(PARALLEL) --durations 25 $(if $(T),$(T),-m "not slow")

test-all: check ## run everything, one lane after the other: coverage, made environments, the gallery, the container
	@$(BIN)/coverage erase
	@# What is served in the gallery and in the container measures no coverage: a start takes twice as long then.
	@export ROUNDS=$${ROUNDS:-5}; code=0; \
		$(BIN)/coverage run -m pytest $(PARALLEL) $(THOROUGH) $(addprefix --ignore tests/,container gallery) || code=1; \
		$(PYTEST) $(THOROUGH) tests/gallery || code=1; \
		$(PYTEST) $(THOROUGH) tests/container || code=1; \
		$(BIN)/coverage combine --quiet; \
		rm -f .coverage.*; \
		$(BIN)/coverage report || code=1; \
		exit $$code

check: .venv/.installed-dev ## lint, format, types, the direction of the tiers, the Dockerfile
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@cd examples/straightforward && ../../$(BIN)/mypy --config-file ../../pyproject.toml --cache-dir ../../.mypy_cache/straightforward .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/hadolint Dockerfile

format: .venv/.installed-dev ## put the code in form
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

docs: .venv/.installed-main ## write what is made from the code: the settings, the snippets of the tutorials
	@$(BIN)/python -m scripts.write_docs

openapi: .venv/.installed-dev ## write docs/openapi.json anew, the OpenAPI document of the example model
	@$(BIN)/python -m tests.support.openapi_document

container-test: .venv/.installed-dev ## build the image and test it, on Debian as root (`make test-all` does so too)
	@$(PYTEST) tests/container

soak: .venv/.installed-dev ## the system tests at length: ROUNDS of kills, CONVERSATIONS with both lanes, STEADY_SECONDS of load, ROWS to read
	@ROUNDS=$${ROUNDS:-50} CONVERSATIONS=$${CONVERSATIONS:-2300} STEADY_SECONDS=$${STEADY_SECONDS:-600} ROWS=$${ROWS:-1000000} $(PYTEST) $(THOROUGH) -s --timeout 3600 tests/system

gallery: .venv/.installed-dev ## serve deliveries of every style and of every time, and write the tables of docs/handover.md
	@GALLERY=all $(PYTEST) --timeout 1800 tests/gallery

bench: .venv/.installed-dev ## measure the service beside the straightforward one (GROWTH=1: more deliveries, rows, features, clients)
	@$(BIN)/python -m benchmarks.throughput measure $(if $(GROWTH),growth,ladder) $(BENCH)

bench-peers: .venv/.installed-dev ## measure other model servers beside it, each in an environment of its own
	@$(BIN)/python -m benchmarks.throughput measure peers $(BENCH)

setup: .venv/.installed-dev ## set everything up, development tools included

lock: ## resolve the dependencies anew
	@scripts/setup.sh lock

clean: ## remove what was set up
	rm -rf .tools .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/.installed-main: $(LOCKED) $(MOVED)
	@scripts/setup.sh main

.venv/.installed-dev: $(LOCKED) $(MOVED)
	@scripts/setup.sh dev
