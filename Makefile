# Everything here works in a fresh clone: each target builds .venv first when it is missing or out of date.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LOCK := requirements.lock
BENCH := .bench
BENCH_LOCK := benchmarks/requirements.lock
DEPLOY_LOCK := deploy/container/requirements.lock
EXTRAS_LOCK := tests/extras/requirements.lock
UV := $(shell command -v uv 2>/dev/null)
WANTED := $(shell cat .python-version)
# The first interpreter that is new enough; what a version manager only pretends to have fails its own call.
PYTHON := $(shell for name in python$(WANTED) python3.13 python3.12 python3 python; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1 && { command -v "$$name"; break; }; done)

# A version manager hides what .python-version does not name, unless it is asked for.
PYTHON_312 = $(shell PYENV_VERSION=3.12 python3.12 -c 'import sys; print(sys.executable)' 2>/dev/null)

# Where the documentation is built.
SITE := build/site

# The seed of a deep run; it stands in the run's first lines, and giving it again repeats the run.
SEED ?= $(shell $(BIN)/python -c 'import secrets; print(secrets.randbelow(2**32))')

.PHONY: help install parts demo test test-312 test-extras quickstart properties bench soak figures preset-faults comparison matrix pictures simulator fleet drill-alerts drill-wire docs packages check generate lock clean

help:  ## List what can be made
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

install: $(READY)  ## Build .venv from the hash-locked requirements

# $(call build,FOLDER,LOCK): an environment from a hash-locked file, with this project in it.
ifneq ($(UV),)
define build
@echo "building $(1) with uv"
@$(UV) venv --quiet --clear --python "$(or $(PYTHON),$(WANTED))" $(1)
@$(UV) pip install --quiet --python $(1)/bin/python --require-hashes -r $(2)
@$(UV) pip install --quiet --python $(1)/bin/python --no-deps --no-build-isolation -e .
@touch $(1)/.ready
endef
else ifneq ($(PYTHON),)
define build
@echo "building $(1) with $(PYTHON)"
@rm -rf $(1) && "$(PYTHON)" -m venv $(1)
@$(1)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(2)
@$(1)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
@touch $(1)/.ready
endef
else
define build
@echo "recon needs Python 3.12 or newer, and none was found; install Python $(WANTED), or uv" >&2; exit 1
endef
endif

$(READY): $(LOCK) pyproject.toml .python-version
	$(call build,$(VENV),$(LOCK))

$(BENCH)/.ready: $(BENCH_LOCK) pyproject.toml .python-version
	$(call build,$(BENCH),$(BENCH_LOCK))

# The script tells what they are; all but a browser, which a package manager has to install, go into .parts.
parts:  ## Fetch what tests use and is no Python package; without it their tests are left out, and fail in CI
	@tests/tools/parts.sh

demo: $(READY)  ## Watch a node reconcile, be killed, come back and recover
	@$(BIN)/recon demo

# Some environments forbid to keep what was compiled; every process of a test would compile all of it again.
COMPILED_ONCE := PYTHONDONTWRITEBYTECODE=

# Each process that imports numpy has threads of its linear algebra spin for 80 ms of a core, for nothing here.
ONE_THREAD := OPENBLAS_NUM_THREADS=1

test: $(READY)  ## Run every test
	@tests/tools/parts.sh unpacked
	@$(COMPILED_ONCE) $(ONE_THREAD) $(BIN)/python -m pytest --numprocesses 5 --dist worksteal

test-312:  ## Run every test on Python 3.12, in an environment of its own
	@test -n "$(or $(PYTHON_312),$(UV))" || { \
		echo "no Python 3.12 was found; install one (pyenv install 3.12), or uv, which fetches it" >&2; exit 1; }
	@$(MAKE) --no-print-directory test VENV=.venv-312 PYTHON="$(or $(PYTHON_312),3.12)"

test-extras:  ## Try the stock clients of adapters behind extras, in an environment of its own
	@$(MAKE) --no-print-directory install VENV=.venv-extras LOCK=$(EXTRAS_LOCK)
	@$(COMPILED_ONCE) EXTRAS=yes .venv-extras/bin/python -m pytest -q tests/engine/v1/test_stock_adapters.py

quickstart: $(READY)  ## Type the quickstart in an empty folder, and tell how long it takes
	@$(COMPILED_ONCE) $(BIN)/python -m pytest -q -s tests/docs/test_quickstart.py

properties: $(READY)  ## Run the Hypothesis suite deep: 10,000 examples a property, a hundred where each is a node's life
	@$(COMPILED_ONCE) HYPOTHESIS_PROFILE=deep $(BIN)/python -m pytest -m property --hypothesis-seed=$(SEED) --timeout=0 \
		--numprocesses auto --maxprocesses 4 --dist worksteal -v

# In small sizes it shows that all of it runs, and what it says of speed is printed and kept nowhere else.
MEASURED := $(if $(QUICK),build/bench,figures)
SMALL := $(if $(QUICK),--quick)

bench: $(BENCH)/.ready $(READY)  ## Measure everything beside what else there is, and write the page: an hour; QUICK=yes for small sizes, three minutes
	@$(BENCH)/bin/python -m benchmarks.run $(SMALL) --json $(MEASURED)/settings.json
	@$(BIN)/python -m benchmarks.boot $(SMALL) --json $(MEASURED)/boot.json
	@$(BIN)/python -m benchmarks.limits.run $(SMALL) --json $(MEASURED)
	@$(BIN)/python -m benchmarks.watched $(SMALL) --json $(MEASURED)/watched.json
	@$(BIN)/python -m figures.performance $(if $(QUICK),--show $(MEASURED))

soak: $(READY)  ## Have a node trade for thirty days of virtual time, hold its memory and its ledger, and write it: half an hour
	@$(BIN)/python -m benchmarks.soak.run --json figures/soak.json
	@$(BIN)/python -m figures.performance

figures: preset-faults comparison matrix pictures bench soak fleet simulator  ## Play and write anew what README and docs tell of measurements

preset-faults: $(READY)  ## Play every preset against fifteen scenarios, stock and guarded, and write the table: a minute
	@$(BIN)/python -m figures.presets

comparison: $(READY)  ## Play a hundred seeds with three presets, stock and guarded, and write the tables; GUARDED=yes for half
	@$(BIN)/python -m figures.comparison $(if $(GUARDED),--guarded)

matrix: $(READY)  ## Play every scenario with three presets and write the page
	@$(BIN)/python -m figures.matrix

# What a run asks first may hang on the order of sets, which is another in each process unless it is fixed.
pictures: $(READY)  ## Play a drill, ask a Prometheus what the dashboard asks, and draw it for the guide
	@tests/tools/parts.sh unpacked
	@PYTHONHASHSEED=0 $(BIN)/python -m figures.monitoring

fleet: $(READY)  ## Hold what recon plan says of several nodes against simulated ones and a real database, and write it: five minutes
	@$(BIN)/python -m benchmarks.fleet --json figures/fleet.json
	@$(BIN)/python -m benchmarks.database --json figures/database.json
	@$(BIN)/python -m figures.performance

simulator: $(READY)  ## Time what plays in virtual time, and write it: a quarter of an hour
	@$(BIN)/python -m figures.simulator
	@$(BIN)/python -m figures.performance

drill-alerts: $(READY)  ## Play every scenario and see that the alerts fire which it says: four minutes
	@tests/tools/parts.sh unpacked
	@$(COMPILED_ONCE) EVERY_SCENARIO=yes $(BIN)/python -m pytest tests/monitoring/test_drill_alerts.py -n auto

drill-wire: $(READY)  ## Play every scenario over processes, sockets and a real Valkey: an hour
	@$(BIN)/recon drill --wire --preset standard --settings-dir shipped

docs: $(READY)  ## Build the documentation as a site, with the library's reference; a warning is an error
	@$(BIN)/python -m sphinx -q -E -W --keep-going -c docs -d build/doctrees . $(SITE)
	@echo "$(SITE)/docs/index.html"

packages: $(READY)  ## Build wheel and sdist, and install and use each on Python 3.12 and 3.13, whichever are here
	@tests/tools/packages.sh $(PYTHONS)

check: $(READY)  ## Lint, types, import contracts, generated files, lock
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python docs/generate.py --check
	@$(BIN)/python tests/tools/check_lock.py

generate: $(READY)  ## Write what follows from the code: .env.example, schema, pages, diagrams, rule files
	@$(BIN)/python docs/generate.py

lock:  ## Resolve the requirements anew, with hashes and without addresses (needs uv or installs one)
ifneq ($(UV),)
	@$(UV) $(COMPILE)
	@$(UV) $(COMPILE_BENCH)
	@$(UV) $(COMPILE_DEPLOY)
	@$(UV) $(COMPILE_EXTRAS)
else
	@test -x .uv/bin/uv || { "$(PYTHON)" -m venv .uv && .uv/bin/pip install --quiet --disable-pip-version-check uv; }
	@.uv/bin/uv $(COMPILE)
	@.uv/bin/uv $(COMPILE_BENCH)
	@.uv/bin/uv $(COMPILE_DEPLOY)
	@.uv/bin/uv $(COMPILE_EXTRAS)
endif

COMPILE = pip compile --quiet --universal --python-version 3.12 --group dev --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --upgrade --output-file $(LOCK) pyproject.toml

# After the first, and within it: both environments hold the same pydantic.
COMPILE_BENCH = pip compile --quiet --universal --python-version 3.12 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --upgrade --constraints $(LOCK) \
	--output-file $(BENCH_LOCK) benchmarks/requirements.in

# What a node needs and no more, and what builds it; within the first too, so that what runs is what was tested.
COMPILE_DEPLOY = pip compile --quiet --universal --python-version 3.12 --group build --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --upgrade --constraints $(LOCK) \
	--output-file $(DEPLOY_LOCK) pyproject.toml

# The adapters behind extras, with what tests need.
COMPILE_EXTRAS = pip compile --quiet --universal --python-version 3.12 --group test --group build --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --upgrade --constraints $(LOCK) \
	--output-file $(EXTRAS_LOCK) pyproject.toml tests/extras/requirements.in

clean:  ## Remove what was built
	rm -rf $(VENV) .venv-312 .venv-extras $(BENCH) .uv .parts build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
