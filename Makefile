# make          lists what there is
# make app      sets up and opens the app          make test     sets up and runs every test
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python

.DEFAULT_GOAL := help
.PHONY: help app test build check bench clean

help:  ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

app: $(VENV)/app.installed  ## set up what is needed and open the atlas in a browser
	$(RUN) -m streamlit run app.py

test: $(VENV)/test.installed  ## set up what is needed and run every test
	$(RUN) -m pytest --numprocesses logical --maxprocesses 4 --dist worksteal --durations 20

build: $(VENV)/build.installed  ## check the tables and write data/geojson
	$(RUN) -m dsr_geo build

check: $(VENV)/app.installed  ## say what is wrong with the tables
	$(RUN) -m dsr_geo check

bench: $(VENV)/bench.installed  ## measure the map and the pages (BENCHMARKS.md); half an hour on a quiet machine
	$(RUN) benchmarks/map.py
	$(RUN) benchmarks/pages.py

clean:  ## remove the environment
	rm -rf $(VENV)

$(RUN):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "The atlas needs Python 3.11 or newer; '$(PYTHON)' is not. Install it, or name another: make app PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "Python could not make an environment. On Debian or Ubuntu: sudo apt install python3-venv"; exit 1; }

$(VENV)/%.installed: requirements-%.txt requirements.txt constraints.txt | $(RUN)
	$(RUN) -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

$(VENV)/app.installed: requirements.txt constraints.txt | $(RUN)
	$(RUN) -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

$(VENV)/bench.installed: requirements-bench.txt $(VENV)/test.installed
	$(RUN) -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

$(VENV)/test.installed: requirements-test.txt requirements-build.txt requirements.txt constraints.txt | $(RUN)
	$(RUN) -m pip install --quiet --disable-pip-version-check -r $<
	$(RUN) tests/browser/chromium.py
	@touch $@
