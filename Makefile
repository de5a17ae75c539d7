# make demo   a store with believable data, ready to look at
# make test   everything there is to check
# make check  linters, types and layers alone
# make clients  JavaScript clients from npm against a served store, see docs/clients.md
# make bench  the figures of docs/performance.md
# make soak   the long runs of docs/soak.md
# make lock   renew the lock files

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# The program is compiled once: each of the hundreds of processes of a run would do it again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check clients programs bench soak lock clean

demo: $(VENV)/.installed
	cd $(or $(DEMO_DIR),.) && LRS_LOG_FORMAT=console LRS_LOG_LEVEL=warning $(CURDIR)/$(BIN)/lrs demo

# Three workers on two cores: some of the tests wait for processes and databases.
test: check programs
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Where they may be they are installed; where one is missing, its tests say that they are skipped.
programs:
	@if ! { command -v "$${LRS_TEST_CHROMIUM:-chromium}" && \
	        PATH="$$PATH:/usr/sbin" command -v "$${LRS_TEST_PGBOUNCER:-pgbouncer}"; } >/dev/null \
	    && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing Chromium and PgBouncer for the tests with them."; \
	    export DEBIAN_FRONTEND=noninteractive; \
	    { timeout 300 apt-get update && \
	      timeout 600 apt-get install -y --no-install-recommends chromium pgbouncer; } \
	        >/dev/null 2>&1 || true; \
	fi

clients: $(VENV)/.installed-dev programs
	$(BIN)/python -m pytest -n 0 tests/system/clients/javascript.py

bench: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks

soak: $(VENV)/.installed-dev
	LRS_TEST_SOAK=1 $(BIN)/python -m pytest -m "not soak" -n 0 -o timeout=1800
	LRS_TEST_SOAK=1 $(BIN)/python -m pytest -m soak -n 0 -o timeout=7200

lock:
	uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-annotate --no-header --output-file requirements.txt
	uv pip compile pyproject.toml --extra build --extra dev --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-annotate --no-header --constraint requirements.txt \
	    --output-file requirements-dev.txt

clean:
	rm -rf $(VENV) var

# A fresh clone needs Python and nothing else. The build backend comes from the lock, too.
$(VENV)/.installed: requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@
