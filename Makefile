# The few commands people type. Each sets up what it needs; only Python 3.11 or newer, git and make must be there.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# The first of these that is 3.11 or newer; PYTHON=… chooses another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)

.DEFAULT_GOAL := help
.PHONY: help run test test-long mutations fuzz soak check lint format bench image-test audit clean

help: ## Show these commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

# The lock file says which versions; uv lives in the environment itself, so that nothing else is touched.
$(READY): pyproject.toml uv.lock
	@test -n "$(PYTHON)" || { echo "supportbot needs Python 3.11 or newer; none was found. Install it, or say PYTHON=/path/to/python3."; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.5'
	UV_PROJECT_ENVIRONMENT=$(VENV) $(BIN)/uv sync --quiet --frozen --inexact --extra dev
	@touch $@

run: $(READY) ## Try everything in a browser, without a Discord token
	$(BIN)/supportbot sandbox

test: $(READY) ## Run the whole default suite
	$(BIN)/pytest -n auto --dist loadgroup

test-long: $(READY) ## Run the long stories: in a browser, and every screen there is
	$(BIN)/pytest -n auto --dist loadgroup -m long

mutations: $(READY) ## Change the triage in one place at a time: a test must notice each
	$(BIN)/python tests/mutations/triage.py

fuzz: $(READY) ## Send 10,000 malformed interactions to a running bot; SEED=… repeats a run
	$(BIN)/python -m tests.fuzz --count $(or $(COUNT),10000) $(if $(SEED),--seed $(SEED))

soak: $(READY) ## Kill 500 bots at any moment, under every weather; RUNS=… SEED=… as you like
	$(BIN)/python -m tests.soak --runs $(or $(RUNS),500) $(if $(SEED),--seed $(SEED))

check: lint test ## Everything that CI checks

lint: $(READY) ## Format, lint, types, import contracts, dependencies, content
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/hadolint Dockerfile
	$(BIN)/supportbot content lint

format: $(READY) ## Put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY) ## Measure, each figure beside its peer and its limit
	missed=0; for each in benchmarks/bench_*.py; do $(BIN)/python $$each || missed=1; done; exit $$missed

image-test: $(READY) ## Build the image without a container engine, start it, and run its check
	bash docker/image-test.sh

audit: $(READY) ## Look for known holes in what the image installs; AUDIT="-s osv" asks another service
	$(BIN)/python .ci/audit.py $(AUDIT)

clean: ## Take away the environment and what the tests left
	rm -rf $(VENV) artefacts .pytest_cache .ruff_cache .hypothesis dist build
