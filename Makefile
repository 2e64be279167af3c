# Everything here works in a fresh clone: each target builds .venv first when it is missing or out of date.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LOCK := requirements.lock
UV := $(shell command -v uv 2>/dev/null)
WANTED := $(shell cat .python-version)
# The first interpreter that is new enough; what a version manager only pretends to have fails its own call.
PYTHON := $(shell for name in python$(WANTED) python3.13 python3.12 python3 python; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1 && { command -v "$$name"; break; }; done)

.PHONY: help install demo test properties bench check generate lock clean

help:  ## List what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(READY)  ## Build .venv from the hash-locked requirements

$(READY): $(LOCK) pyproject.toml .python-version
ifeq ($(PYTHON)$(UV),)
	@echo "recon needs Python 3.12 or newer, and none was found; install Python $(WANTED), or uv" >&2; exit 1
endif
ifneq ($(UV),)
	@echo "building $(VENV) with uv"
	@$(UV) venv --quiet --clear --python "$(or $(PYTHON),$(WANTED))" $(VENV)
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r $(LOCK)
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
else
	@echo "building $(VENV) with $(PYTHON)"
	@rm -rf $(VENV) && "$(PYTHON)" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
endif
	@touch $(READY)

demo: $(READY)  ## Watch a node reconcile, be killed, come back and recover
	@$(BIN)/recon demo

test: $(READY)  ## Run every test
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

check: $(READY)  ## Lint, types, import contracts, generated files, lock
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python docs/generate.py --check
	@$(BIN)/python tests/tools/check_lock.py

generate: $(READY)  ## Write .env.example, the schema and the reference page from the models
	@$(BIN)/python docs/generate.py

lock:  ## Resolve the requirements anew, with hashes and without addresses (needs uv or installs one)
ifneq ($(UV),)
	@$(UV) $(COMPILE)
else
	@test -x .uv/bin/uv || { "$(PYTHON)" -m venv .uv && .uv/bin/pip install --quiet --disable-pip-version-check uv; }
	@.uv/bin/uv $(COMPILE)
endif

COMPILE = pip compile --quiet --universal --python-version 3.12 --group dev --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --upgrade --output-file $(LOCK) pyproject.toml

clean:  ## Remove what was built
	rm -rf $(VENV) .uv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
