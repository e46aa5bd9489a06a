# make          lists what there is
# make app      sets up and opens the app          make test     sets up and runs the tests
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
PYTEST := $(RUN) -m pytest --numprocesses logical --maxprocesses 4 --dist worksteal --durations 20
PIP := $(RUN) -m pip install --quiet --disable-pip-version-check --no-compile  # Python compiles what is used

.DEFAULT_GOAL := help
.PHONY: help app test lint build check bench soak lock licences sbom audit clean

help:  ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

app: $(VENV)/app.installed  ## set up what is needed and open the atlas in a browser
	$(RUN) -m streamlit run app.py

test: $(VENV)/test.installed  ## set up what is needed and run the tests
	$(PYTEST)
	$(RUN) tests/scripts.py test

lint: $(VENV)/lint.installed  ## set up what is needed and look for slips in the code
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m deptry .
	@$(RUN) tests/scripts.py lint & beside=$$!; $(RUN) -m mypy; status=$$?; wait $$beside && exit $$status

build: $(VENV)/test.installed  ## check the tables and write data/geojson
	$(RUN) -m dsr_geo build

check: $(VENV)/app.installed  ## say what is wrong with the tables
	$(RUN) -m dsr_geo check

bench: $(VENV)/bench.installed  ## measure the map and the pages (BENCHMARKS.md); half an hour on a quiet machine
	$(RUN) benchmarks/map.py
	$(RUN) benchmarks/pages.py

soak: $(VENV)/soak.installed $(VENV)/test.installed  ## run what is too long for every change: tests/soak, and what is marked so
	$(PYTEST) tests/soak
	$(PYTEST) -m soak

lock: $(VENV)/release.installed  ## write requirements.lock anew: what the app needs, with hashes
	$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	  --custom-compile-command 'make lock' --output-file requirements.lock requirements.txt

licences: $(VENV)/test.installed $(VENV)/lint.installed  ## print the licence of every dependency; fail on a strange one
	$(RUN) tests/licences.py

sbom: $(VENV)/release.installed  ## write sbom.json: what a release is made of (CycloneDX)
	$(RUN) -m cyclonedx_py requirements --pyproject pyproject.toml --output-reproducible --output-file sbom.json \
	  requirements.lock

audit: $(VENV)/release.installed  ## ask the network for known holes in what requirements.lock names
	$(RUN) -m pip_audit --requirement requirements.lock --require-hashes --disable-pip

clean:  ## remove the environment
	rm -rf $(VENV) node_modules

$(RUN):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "The atlas needs Python 3.11 or newer; '$(PYTHON)' is not. Install it, or name another: make app PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "Python could not make an environment. On Debian or Ubuntu: sudo apt install python3-venv"; exit 1; }
	$(PIP) 'pip>=25.1'  # reads the groups of pyproject.toml

$(VENV)/app.installed: requirements.txt constraints.txt | $(RUN)
	$(PIP) -r requirements.txt
	@touch $@

$(VENV)/%.installed: pyproject.toml $(VENV)/app.installed
	$(PIP) -c constraints.txt --group $*
	@touch $@

$(VENV)/test.installed: pyproject.toml $(VENV)/app.installed
	$(PIP) -c constraints.txt --group test
	$(RUN) tests/browser/chromium.py
	$(RUN) tests/debian.py
	@touch $@
