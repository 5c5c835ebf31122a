# Two commands do everything, on a bare machine with Python 3.11 to 3.13 (and its venv), make and git:
# `make site` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
export NO_MKDOCS_2_WARNING := 1

.PHONY: site serve test check lint fuzz bench otherwise torch lock clean

site: .venv/ready            ## validate all entries, run all notebooks that changed, build the site into build/site
	$(BIN)/lawbook site

serve: .venv/ready           ## the same, then serve it with live reload
	$(BIN)/lawbook serve

check: .venv/ready           ## validate all entries
	$(BIN)/lawbook check

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: .venv/ready browser lint  ## lint, types and all tests, in real Chromium too
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

fuzz: .venv/ready            ## try thousands of damaged and hostile inputs; `make test` tries a sample
	HYPOTHESIS_PROFILE=nightly $(BIN)/python -m pytest tests/fuzz tests/reference tests/evidence -m hypothesis

bench: .venv/ready           ## measure what has to be fast; asserts nothing
	$(BIN)/python tools/bench.py

otherwise: .venv/ready       ## build the site with the successors of MkDocs too; the pages must be the same
	$(BIN)/python tools/other_generator.py

torch: .venv-torch/ready     ## try the instruments on a PyTorch model, beside other packages; needs 1.5 GB
	.venv-torch/bin/python -m pytest tests/torch tests/test_guides.py
	.venv-torch/bin/python tools/bench_eigenvalues.py

# Where PyTorch's own index of CPU wheels cannot be reached: make torch TORCH="torch==…+cpu --find-links FOLDER"
TORCH ?= --torch-backend cpu
.venv-torch/ready: .venv/ready
	$(PYTHON) -m venv .venv-torch
	$(BIN)/uv pip sync --quiet --python .venv-torch/bin/python --require-hashes requirements.lock
	$(BIN)/uv pip install --quiet --python .venv-torch/bin/python --no-deps --no-build-isolation --editable .
	$(BIN)/uv pip install --quiet --python .venv-torch/bin/python --group torch $(TORCH)
	touch $@

.PHONY: browser
browser:
	@sh tools/chromium.sh >/dev/null

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@

lock:                        ## resolve the dependencies of pyproject.toml anew
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --fork-strategy fewest --all-extras pyproject.toml --output-file requirements.lock

clean:                       ## forget everything generated, the notebooks' runs too
	rm -rf build
