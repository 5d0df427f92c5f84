# Every target sets up .venv by itself, from the lock files. Nothing is needed but make and Python 3.11 or newer.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory

ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for one in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if $$one -c '$(ENOUGH)' 2>/dev/null; then echo $$one; break; fi; done)
HERE := .venv/bin/python
LOCK := .venv/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --quiet

.PHONY: help demo run test test-whole test-faults soak accuracy check format docs bench lock clean

help:  ## This list
	@echo "Afterword. Two commands to begin with: make demo, make run"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: .venv/.runtime  ## The whole story on this machine, against a GitHub and a Jira of our own (ONCE=1: and then end)
	@$(HERE) -m service demo $(if $(ONCE),--once)

run: .venv/.runtime  ## The service in one process, with the settings that AFTERWORD_CONFIG names
	@$(HERE) -m service all

test: .venv/.dev  ## Every test, long ones sampled
	@$(HERE) -m pytest -q -n 2 -m "not whole"

test-whole: .venv/.dev  ## The long forms: fuzzing, simulations, soaks
	@$(HERE) -m pytest -q -n 2 -m "whole or fuzz" --hypothesis-profile whole --timeout 7200

accuracy: .venv/.dev  ## How well real postmortems are read, beside labels (AFTERWORD_SHARED: where they are)
	@$(HERE) -m tests.reading.accuracy

check: .venv/.dev  ## Style, types, architecture and docs
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@$(HERE) -m pytest -q tests/test_architecture.py tests/test_docs.py

format: .venv/.dev  ## Puts the code into shape
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

test-faults: .venv/.dev  ## Every crash point, every call and every fault, on both stores, counted in the trackers
	@$(HERE) -m tests.faults

soak: .venv/.dev  ## Kills, lost answers and delays at random (ROUNDS=1000, SEED= of an earlier run)
	@$(HERE) -m tests.faults.soak --rounds $(or $(ROUNDS),1000) $(if $(SEED),--seed $(SEED))

bench: .venv/.dev  ## Speed, memory and calls, as ratios beside a bare reference
	@$(HERE) -m bench

docs: .venv/.dev  ## Writes the README's tables of settings anew
	@PYTHONPATH=. $(HERE) tests/test_docs.py

lock: .venv/.dev  ## Resolves both lock files anew (UPGRADE=1: to the newest versions)
	@$(LOCK) $(if $(UPGRADE),--upgrade) --output-file requirements.lock
	@$(LOCK) $(if $(UPGRADE),--upgrade) --extra dev --constraint requirements.lock --output-file requirements-dev.lock

clean:  ## Removes .venv and the caches; var/ stays, it holds the data
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/.made:
	@test -n "$(PYTHON)" || { \
		echo "Afterword needs Python 3.11 or newer, and none was found. Install one, or name it: make run PYTHON=/path/to/python" >&2; \
		exit 1; }
	@$(PYTHON) -c '$(ENOUGH)' || { \
		echo "Afterword needs Python 3.11 or newer; $(PYTHON) is older or not there. Name another: make run PYTHON=/path/to/python" >&2; \
		exit 1; }
	@echo "Setting up .venv with $(PYTHON); this happens once."
	@$(PYTHON) -m venv .venv || { \
		echo "Python could not make .venv. On Debian and Ubuntu, install the package python3-venv." >&2; exit 1; }
	@touch $@

.venv/.runtime: .venv/.made requirements.lock
	@$(HERE) -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/.dev: .venv/.made requirements.lock requirements-dev.lock
	@$(HERE) -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ .venv/.runtime
