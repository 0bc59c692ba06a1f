# One entry for people and CI alike. Needs Debian 12 with git, make and python3-venv; everything else is brought by name,
# version and hash from the lock files.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
CODE := mppmon collectors alerts tests grafana
# The tests that wait for real servers come first, so that no worker ends on a long one.
WORKERS ?= 3
SIDE_BY_SIDE = -n $(WORKERS) --no-loadscope-reorder

# Tests start some hundred processes of ours: bytecode is kept, whatever the shell around us says.
unexport PYTHONDONTWRITEBYTECODE

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help demo demo-check quick test test-inside test-deps check unit nightly nightly-inside bench faults truth lock dashboards wheel clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

# A repeat costs nothing: the stamp is newer than what it was made from. With the venv there, no network is asked.
$(READY): tests/requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is $$($(PYTHON) --version 2>&1): mppmon needs Python 3.11 or newer (make PYTHON=...)" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --only-binary :all: -r tests/requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY) ## the example mall on this machine, with a guided tour (PORT=8740)
	$(BIN)/mppmon demo$(if $(PORT), --port $(PORT))

demo-check: $(READY) ## the demo plays its story alone; exit 0 only if every step holds
	$(BIN)/mppmon demo --check

check: $(READY) ## lint, format, types, layers (contracts A to E)
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32 -p collectors.pc.agent
	$(BIN)/lint-imports

unit: $(READY)
	MPPMON_HYPOTHESIS=quick $(BIN)/pytest -q $(SIDE_BY_SIDE) tests/unit tests/stories

quick: check unit ## check, unit tests and stories: no root, no apt, no network

test-deps: ## install the Debian packages that are the real peers in the tests (as root)
	bash tests/deps.sh

test: test-deps $(READY) ## everything a change must pass
	$(BIN)/python -m tests.leftovers $(MAKE) --no-print-directory test-inside

test-inside: check
	MPPMON_HYPOTHESIS=test MPPMON_MUTANTS=$${MPPMON_MUTANTS:-100000} $(BIN)/pytest $(SIDE_BY_SIDE) tests
	$(BIN)/mppmon demo --check

nightly: test-deps $(READY) ## test, at length: 10^7 mutants, 2,000 examples, the demo out of the wheel too
	$(BIN)/python -m tests.leftovers $(MAKE) --no-print-directory nightly-inside

nightly-inside: check
	MPPMON_HYPOTHESIS=nightly MPPMON_MUTANTS=10000000 MPPMON_TRUTH=all $(BIN)/pytest --timeout 7200 tests
	$(BIN)/mppmon demo --check

bench: $(READY) ## one JSON line per figure (ONLY=line,... for some)
	$(BIN)/python -m tests.bench $(if $(ONLY),--only $(ONLY))

faults: $(READY) ## every fault at length, figures to docs/evidence (ONLY=1,9 for some, NIGHT=1 for the 1,000 kills)
	$(BIN)/python -m tests.faults $(if $(ONLY),--only $(ONLY)) $(if $(NIGHT),--night) --write docs/evidence/0004-faults.jsonl

truth: $(READY) ## all recorded devices against what their recordings say, counts as JSON lines
	$(BIN)/python -m tests.truth

lock: $(READY) ## rewrite the lock files (UPGRADE=1: with newer versions)
	$(BIN)/uv pip compile -q --universal --generate-hashes --python-version 3.11 --custom-compile-command "make lock" \
	  $(if $(UPGRADE),--upgrade) pyproject.toml -o deploy/requirements.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --python-version 3.11 --custom-compile-command "make lock" \
	  -c deploy/requirements.lock deploy/agent/pyproject.toml -o deploy/agent/requirements.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --python-version 3.11 --custom-compile-command "make lock" \
	  $(if $(UPGRADE),--upgrade) --extra dev -c deploy/requirements.lock pyproject.toml -o tests/requirements.lock

dashboards: $(READY) ## write grafana/dashboards/*.json from the code
	$(BIN)/python -m grafana

wheel: $(READY) ## dist/mppmon-*.whl, and mppmon_agent-*.whl for counter PCs
	rm -rf dist
	$(BIN)/hatchling build -t wheel
	cd deploy/agent && $(CURDIR)/$(BIN)/hatchling build -t wheel -d $(CURDIR)/dist

clean: ## remove all that make has made
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .state
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
