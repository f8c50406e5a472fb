# The front door. Everything runs in .venv, made from the locks: no other tool than Python >= 3.11 is needed.
PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin

# The tests start some hundred processes: each would compile all modules again where this is set.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test lint check fmt serve lock bench chaos soak audit pictures clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

demo: $(VENV)/.installed ## sandbox + service + sample tickets (ARGS=--exit: print the outcome and stop)
	$(BIN)/pointsman demo $(ARGS)

test: $(VENV)/.installed-dev ## all tests (ARGS="-k name" for some)
	$(BIN)/pytest $(ARGS)

lint: $(VENV)/.installed-dev ## ruff, mypy --strict, import directions, declared packages, the shipped YAML, what is vendored
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/pointsman check
	$(BIN)/python -m app.desk.vendor check

check: lint test ## what CI runs

fmt: $(VENV)/.installed-dev ## format the code
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

serve: $(VENV)/.installed ## API and worker in one process (settings from the environment)
	$(BIN)/pointsman serve $(ARGS)

bench: $(VENV)/.installed-dev ## the measurements of docs/benchmarks.md
	$(BIN)/python -m bench $(ARGS)

chaos: $(VENV)/.installed-dev ## the kill test, long form (ARGS="--seed 2 --workers 2 --database postgresql://...")
	$(BIN)/python -m tests.chaos $(ARGS)

soak: $(VENV)/.installed-dev ## memory over 20,000 tickets (ARGS="--tickets 5000 --database postgresql://..."); Linux
	$(BIN)/python -m tests.soak $(ARGS)

audit: $(VENV)/.installed-dev ## known vulnerabilities of the locked dependencies
	$(BIN)/python .ci/audit.py requirements/runtime.lock requirements/dev.lock

pictures: $(VENV)/.installed-dev ## the pictures of the docs, made from the demo's pages (needs Chromium)
	$(BIN)/python docs/pictures/make.py

lock: ## resolve the dependencies again, with hashes (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --upgrade \
		pyproject.toml requirements/build.in -o requirements/runtime.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --upgrade \
		pyproject.toml --extra dev --extra train requirements/build.in -o requirements/dev.lock

clean: ## remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Pointsman needs Python 3.11 or newer: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)

# The build back end is in the lock too, so that nothing is installed without a hash.
$(VENV)/.installed: requirements/runtime.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/runtime.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: requirements/dev.lock $(VENV)/.installed
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@
