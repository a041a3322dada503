# Everything a newcomer or an operator runs. `make` alone lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := botkit game_bots llm_server playground
PROTO := proto/llm/v1/llm_service.proto
# `--no-deps`: the lock files are whole; else pip looks for newer releases of what another package wants with extras.
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet

.PHONY: help
help: ## List these targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  \033[1m%-12s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ---- installing -------------------------------------------------------------------------------------

$(VENV)/.playground: requirements-playground.lock pyproject.toml
	@test -x $(BIN)/python || { echo "creating $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "installing what the playground needs (once; about a minute)"
	@$(PIP) --no-deps --require-hashes -r requirements-playground.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.playground
	@echo "installing the tools for tests and checks (once)"
	@$(PIP) --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

.PHONY: setup
setup: $(VENV)/.dev ## Install everything into .venv
	@echo "ready: make run, make test, make check"

# ---- using ------------------------------------------------------------------------------------------

.PHONY: run
run: $(VENV)/.playground ## Start the whole system on this machine (no phone, key or Docker needed)
	@$(BIN)/python -m playground $(ARGS)

.PHONY: chat
chat: $(VENV)/.playground ## Talk to the running playground in this terminal
	@$(BIN)/python -m playground.chat $(ARGS)

# ---- proving ----------------------------------------------------------------------------------------

.PHONY: test
test: $(VENV)/.dev ## Run every test: unit, property, integration, end to end
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "not soak and not node" $(ARGS)

.PHONY: test-node
test-node: $(VENV)/.dev ## Reflection seen from another implementation (needs Node 20 and npm)
	@npm ci --prefix tests/node --ignore-scripts --no-audit --no-fund --loglevel=error
	@$(BIN)/python -m pytest -m node tests/llm_server/rpc/test_node.py $(ARGS)

.PHONY: conformance
conformance: $(VENV)/.dev ## Run a line for every route and rpc and write docs/conformance.md (after test-node)
	@GRPC_ENABLE_FORK_SUPPORT=0 $(BIN)/python -m tests.llm_server.conformance

.PHONY: guard-report
guard-report: $(VENV)/.dev ## What the guard finds, what it blocks by mistake, how long it takes
	@$(BIN)/python -m tests.llm_server.guard.report $(ARGS)

.PHONY: guard-train
guard-train: $(VENV)/.dev ## Learn the guard's weights anew after every change of its words or lines (ARGS=--folds: measure)
	@$(BIN)/python -m tests.llm_server.guard.train $(ARGS)

.PHONY: cov
cov: $(VENV)/.dev ## Run the tests of the pure modules; fails below 100 % branch coverage
	@$(BIN)/python -m tests.support.coverage

.PHONY: check
check: $(VENV)/.dev lint types proto-check cov ## Everything static, and the coverage of the pure modules

.PHONY: lint
lint: $(VENV)/.dev ## Formatting, lint, import rules, unused dependencies, module ceiling
	@$(BIN)/ruff format --check --quiet . || { echo "run: make fmt"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/deptry --no-ansi . 2>&1 | tail -n 5; exit $${PIPESTATUS[0]}
	@$(BIN)/python -m tests.support.ceiling

.PHONY: types
types: $(VENV)/.dev ## mypy --strict over everything
	@$(BIN)/mypy --no-error-summary

.PHONY: fmt
fmt: $(VENV)/.dev ## Format and sort, mend what can be mended
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

.PHONY: bench
bench: $(VENV)/.dev ## Measure latency, throughput and memory on this machine
	@$(BIN)/python -m benchmarks $(ARGS)

.PHONY: soak
soak: $(VENV)/.dev ## The long proofs (minutes; not part of make test)
	@$(BIN)/python -m pytest -m soak $(ARGS)

# ---- generating -------------------------------------------------------------------------------------

define PROTOC
$(BIN)/python -m grpc_tools.protoc --proto_path=proto --plugin=protoc-gen-mypy=$(BIN)/protoc-gen-mypy \
	--plugin=protoc-gen-mypy_grpc=$(BIN)/protoc-gen-mypy_grpc \
	--python_out=$(1) --grpc_python_out=$(1) --mypy_out=quiet:$(1) --mypy_grpc_out=quiet,only_async:$(1) $(PROTO)
endef

.PHONY: proto
proto: $(VENV)/.dev ## Generate the Python code of the contract
	@$(call PROTOC,proto)

.PHONY: proto-check
proto-check: $(VENV)/.dev ## Fail when the generated code and the contract differ
	@out=$$(mktemp -d) && trap 'rm -rf $$out' EXIT && $(call PROTOC,$$out) \
	&& for f in $$out/llm/v1/*; do cmp -s $$f proto/llm/v1/$$(basename $$f) \
	|| { echo "proto/llm/v1/$$(basename $$f) is out of date; run: make proto"; exit 1; }; done

.PHONY: lock
lock: $(VENV)/.dev ## Renew the lock files from pyproject.toml (needs the package index)
	@for spec in "requirements-dev.lock --extra dev" "requirements-playground.lock --extra playground --extra build" \
		"requirements.lock --extra otel"; do set -- $$spec; out=$$1; shift; \
		$(BIN)/uv pip compile pyproject.toml "$$@" --quiet --upgrade --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --no-annotate \
		$$([ $$out = requirements-dev.lock ] || echo -c requirements-dev.lock) -o $$out || exit 1; done

.PHONY: clean
clean: ## Remove caches and the playground's data (.run)
	@rm -rf .run .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .coverage*
	@find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +
