# Everything a newcomer or an operator runs. `make` alone lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := botkit game_bots hololive_bot iris_bridge llm_server playground workspace
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

.PHONY: ops
ops: $(VENV)/.playground ## The operators' command line, e.g. make ops ARGS=doctor (beside a playground: with its settings)
	@$(BIN)/python -m workspace $(if $(wildcard .run/env),--env-file .run/env) $(ARGS)

# ---- operating: docs/operations.md ------------------------------------------------------------------

COMPOSE := docker compose -f docker-compose.prod.yml
BOTS := twentyq-bot turtle-soup-bot hololive-bot
# Profiles that are in use take part in up, upgrade and restore: make up PROFILES="iris backup"
PROFILES ?=
ALL := $(COMPOSE) $(addprefix --profile ,$(PROFILES))
IN_TOOL := $(COMPOSE) --profile backup run --rm --no-deps --name llm-tool
TOOL := $(IN_TOOL) backup python -m workspace
COPY = $(notdir $(patsubst %/,%,$(FROM)))

.PHONY: image
image: ## Build the image of all programs (the last one stays as llm-workspace:previous)
	@docker tag llm-workspace:prod llm-workspace:previous 2>/dev/null || true
	@$(COMPOSE) build mcp-llm-server

.PHONY: up
up: ## Start the production stack, and wait until it is healthy
	@$(ALL) up -d --wait

.PHONY: down
down: ## Stop the production stack; data stays
	@$(COMPOSE) --profile '*' down --remove-orphans

.PHONY: ps
ps: ## What runs, and how it is
	@$(COMPOSE) ps -a

.PHONY: logs
logs: ## Follow the logs of the stack; one service: make logs ARGS=mcp-llm-server
	@$(COMPOSE) logs -f --tail 100 $(ARGS)

.PHONY: health
health: ## What is wrong with the stack, and what to do about it
	@$(TOOL) doctor

.PHONY: migrate
migrate: ## Bring the schemas in PostgreSQL up to date (each program does so at its start, too)
	@$(TOOL) migrate $(ARGS)

.PHONY: upgrade
upgrade: image ## Replace every program by a new build; lines that come meanwhile wait, none is lost
	@$(COMPOSE) stop $(BOTS)
	@$(COMPOSE) up -d --wait mcp-llm-server
	@$(ALL) up -d --wait

.PHONY: backup
backup: ## Copy PostgreSQL and both Valkeys into backups/
	@$(IN_TOOL) backup python nightly.py now

.PHONY: restore
restore: ## Put a copy back in place of what is there: make restore FROM=backups/20260101-030000
	@$(IN_TOOL) --entrypoint test backup -f /backups/$(COPY)/manifest.json </dev/null \
		|| { echo "no whole copy there; say which: make restore FROM=backups/…"; exit 2; }
	@read -r -p "Everything that stands there now will be lost. Type yes: " said && test "$$said" = yes
	@$(COMPOSE) --profile iris stop iris-bridge $(BOTS) mcp-llm-server
	@$(TOOL) restore /backups/$(COPY) --replace --yes
	@$(ALL) up -d --wait

# ---- proving ----------------------------------------------------------------------------------------

.PHONY: test
test: $(VENV)/.dev ## Run every test: unit, property, integration, end to end
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "not soak and not node and not browser and not compose" $(ARGS)

.PHONY: test-node
test-node: $(VENV)/.dev ## Reflection seen from another implementation (needs Node 20 and npm)
	@npm ci --prefix tests/node --ignore-scripts --no-audit --no-fund --loglevel=error
	@$(BIN)/python -m pytest -m node tests/llm_server/rpc/test_node.py $(ARGS)

.PHONY: browser-test
browser-test: $(VENV)/.dev ## The chat page in a real browser (needs Chromium: apt-get install chromium)
	@command -v chromium >/dev/null || { echo "no chromium here; as root: apt-get install chromium fonts-noto-cjk"; exit 1; }
	@$(BIN)/python -m pytest -m browser tests/playground/web $(ARGS)

.PHONY: compose-test
compose-test: $(VENV)/.dev ## Build, start, kill, upgrade, copy and restore the production stack (needs Docker and kubectl)
	@$(PIP) "kubernetes-validate>=1.37"
	@$(BIN)/python -m pytest -m compose tests/deploy -x -v $(ARGS)

.PHONY: conformance
conformance: $(VENV)/.dev ## Run a line for every route and rpc and write docs/conformance.md (after test-node)
	@GRPC_ENABLE_FORK_SUPPORT=0 $(BIN)/python -m tests.llm_server.conformance

.PHONY: guard-report
guard-report: $(VENV)/.dev ## What the guard finds, what it blocks by mistake, how long it takes
	@$(BIN)/python -m tests.llm_server.guard.report $(ARGS)

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
	@$(BIN)/python -m benchmarks.bridge
	@$(BIN)/python -m benchmarks.hololive

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

.PHONY: reference
reference: $(VENV)/.dev ## Write docs/reference.md: ports, variables, metrics and log events, read from the code
	@$(BIN)/python -m tests.deploy.reference

.PHONY: lock
lock: $(VENV)/.dev ## Bring the lock files up to pyproject.toml; ARGS=--upgrade takes newer releases (needs the package index)
	@for spec in "requirements-dev.lock --extra dev" "requirements-playground.lock --extra playground --extra build" \
		"requirements.lock --extra otel"; do set -- $$spec; out=$$1; shift; \
		$(BIN)/uv pip compile pyproject.toml "$$@" --quiet --universal $(ARGS) --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --no-annotate \
		$$([ $$out = requirements-dev.lock ] || echo -c requirements-dev.lock) -o $$out || exit 1; done

.PHONY: clean
clean: ## Remove caches and the playground's data (.run)
	@rm -rf .run .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .coverage*
	@find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +
