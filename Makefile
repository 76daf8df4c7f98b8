# make demo    everything on one machine: the origin, the gateway in front of it, GraphiQL
# make test    the tests       make check   lint, types, layers, schema       make verify  the long proofs
# make bench   measurements    make env     the environment alone             make mutants the tests' own test
# make explorer  GraphiQL's files                make coverage what the tests do not run

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.made
PAGE := gateway/explorer/dist/index.html
PAGE_SOURCES := $(addprefix gateway/explorer/,src index.html vite.config.js package.json package-lock.json)

.PHONY: demo env test coverage check bench verify mutants explorer explorer-if-node schema lock clean
.DEFAULT_GOAL := demo

demo: env explorer-if-node
	@exec $(BIN)/gateway demo

env: $(STAMP)

$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Name another with: make PYTHON=python3.12")'
	@echo "Building the environment in $(VENV)…"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $(STAMP)

test: env explorer-if-node
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(MEASURED)

# Two to three times as slow as the tests alone; at least 95 % must be run.
coverage:
	@$(MAKE) --no-print-directory test MEASURED="--cov --cov-report="
	@$(BIN)/coverage report --skip-covered --skip-empty

check: env
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/gateway schema | diff schema.graphql - || { echo "schema.graphql is old: make schema"; exit 1; }

bench: env
	@for file in bench/*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

verify: env
	@$(BIN)/python -m pytest -m verify

# Whether the tests notice the mistakes they are there for.
mutants: env
	@$(BIN)/python -m tests.mutants

schema: env
	@$(BIN)/gateway schema > schema.graphql

explorer:
	@command -v npm >/dev/null || { echo "GraphiQL needs Node 20.19 or newer to be built, and npm is not here."; exit 1; }
	@cd gateway/explorer && npm ci --silent --no-audit --no-fund && npm run --silent build

explorer-if-node:
	@if [ -f $(PAGE) ] && [ -z "$$(find $(PAGE_SOURCES) -newer $(PAGE))" ]; then :; \
	elif command -v npm >/dev/null; then echo "Building GraphiQL…"; $(MAKE) --no-print-directory explorer || [ -f $(PAGE) ]; \
	else echo "GraphiQL is not built, or not anew, for there is no npm here; everything else works."; fi

# The pinned versions, from the lower bounds of pyproject.toml.
lock: env
	@$(BIN)/python -m pip freeze --exclude-editable > requirements.txt

clean:
	rm -rf $(VENV) gateway/explorer/node_modules gateway/explorer/dist
