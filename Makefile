# Every task, a line on each: `make`.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help run test lint format bench docs screenshots lock vendor clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

run: $(VENV)/run.stamp ## start the application (the first time with a demo company) and print its URL
	@$(BIN)/python dashboard.py

test: $(VENV)/dev.stamp ## run all tests, browser tests included
	@scripts/chromium.sh $(BIN)/python >/dev/null
	@CHROMIUM="$$(scripts/chromium.sh $(BIN)/python)" $(BIN)/python -m pytest -n 2 --dist loadgroup

lint: $(VENV)/dev.stamp ## check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy dashboard.py settings.py access.py crm planning queries components pages callbacks

format: $(VENV)/dev.stamp ## put the code into the agreed form
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

bench: $(VENV)/dev.stamp ## measure speed beside the bare SQL; writes benchmarks/README.md
	@CHROMIUM="$$(scripts/chromium.sh $(BIN)/python)" $(BIN)/python -m benchmarks

docs: $(VENV)/dev.stamp ## write docs/metrics.md from the vocabulary
	@$(BIN)/python -m scripts.metrics_page

screenshots: $(VENV)/dev.stamp ## draw the pictures of the README from the running application
	@CHROMIUM="$$(scripts/chromium.sh $(BIN)/python)" $(BIN)/python -m scripts.screenshots

lock: $(VENV)/dev.stamp ## pin all dependencies, transitive ones included, with hashes
	@$(BIN)/python -m pip install -q uv
	@for f in requirements requirements-dev; do \
	  $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header -q $$f.in -o $$f.txt; done

vendor: ## fetch the vendored styles, icons, fonts and locales anew
	@scripts/vendor.sh

clean: ## remove the virtual environment and caches; data stays
	@rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "This needs Python 3.11 or later; this is " + sys.version.split()[0] + ". Name a later one: make PYTHON=python3.12 run")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt | $(VENV)/bin/python
	@echo "Installing the pinned dependencies ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing the pinned dependencies for development ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/run.stamp
