# Each goal does its own set-up: a .venv from any python3 >= 3.11, packages pinned by constraints.txt.
# Set-up is repeated only when pyproject.toml or constraints.txt changed.

PYTHON := $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,\
	$(if $(shell $(name) -c 'import sys; print(sys.version_info >= (3, 11) or "")' 2>/dev/null),$(name))))
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
SETUP := pyproject.toml constraints.txt

.PHONY: help quickstart test lint types bench clean

help:            ## list the goals
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile

quickstart: .venv/core  ## set up, and curate the bundled samples
	$(BIN)/curate run quickstart
	@echo
	@echo "Next: source .venv/bin/activate"
	@echo "      curate sql quickstart \"select source, label, count(*) from outcomes group by all\""
	@echo "      curate show quickstart"

test: lint types  ## set up, and lint, check types, run the tests
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2

lint: .venv/dev  ## check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev  ## check types
	$(BIN)/mypy

bench: .venv/dev  ## measure speed and memory
	$(BIN)/python -m tests.bench.run_scale

clean:           ## remove the environment
	rm -rf .venv

.venv/python:
	@test -n "$(PYTHON)" || { echo "fincurate needs Python 3.11 or newer: no such python3 was found"; exit 1; }
	@echo "making .venv with $(PYTHON)"
	@$(PYTHON) -m venv .venv && touch $@

.venv/core: $(SETUP) | .venv/python
	@echo "installing fincurate into .venv (about 700 MB, once)"
	@$(PIP) --editable . && touch $@

.venv/dev: $(SETUP) | .venv/python
	@echo "installing fincurate and its development tools into .venv (once)"
	@$(PIP) --editable '.[dev]' && touch .venv/core $@
