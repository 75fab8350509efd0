# Everything a person runs. Each target prepares .venv by itself, and only when a lock file changed.
.DEFAULT_GOAL := help
.PHONY: help run install test check format docs contract browser bench eval-formats eval-policy eval-terms crash crash-campaign soak figures lock clean

PY := .venv/bin/python
export PYTHONPATH := src
PREPARE = @PY=$$(PYTHON="$(PYTHON)" sh scripts/find_python) && PYTHONPATH= "$$PY" scripts/prepare.py

# Four at once on two cores as well: a third of their time the tests wait. What takes longest and waits most begins, so that nothing is
# left for one of the four to do alone at the end. `-n` shares by modules and classes, whose fixtures are made once.
LONGEST_FIRST = tests/browser tests/journeys tests/contract tests/bench tests/unit
# Where Python is told to keep no compiled files, each of the hundreds of processes that tests start would compile everything anew.
test browser crash contract: export PYTHONDONTWRITEBYTECODE :=

help: ## Lists the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

run: ## Installs what is needed and starts Wasl; options go in ARGS="…"
	$(PREPARE) default
	@exec .venv/bin/wasl serve $(ARGS)

install: ## Prepares .venv without starting; WITH=postgres, otel, passkeys, pdf or age adds an extra
	$(PREPARE) $(or $(WITH),default)

test: ## Prepares what the tests need and runs them all; a part with ARGS="tests/unit -k word"
	$(PREPARE) dev
	@$(PY) scripts/ensure_tools.py
ifdef ARGS
	$(PY) -m pytest $(ARGS)
else
	$(PY) -m pytest -n 4 --dist loadscope --no-loadscope-reorder $(LONGEST_FIRST)
	$(PY) -m pytest -n 3 --dist loadscope tests/crash
endif

check: ## Format, lint, types, import floors, docs
	$(PREPARE) dev
	$(PY) -m ruff format --check --quiet .
	$(PY) -m ruff check --quiet .
	$(PY) -m mypy --no-error-summary
	@.venv/bin/lint-imports --no-cache
	@$(PY) -m pytest -q --no-header --override-ini addopts=--import-mode=importlib tests/unit/test_docs.py

format: ## Formats and mends what can be mended by itself
	$(PREPARE) dev
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

docs: ## Writes the reference pages and the tables of the READMEs from the code
	$(PREPARE) dev
	$(PY) scripts/generate_docs.py

contract: ## Every channel, provider, store and format against its shared suite
	$(PREPARE) dev
	@$(PY) scripts/ensure_tools.py
	$(PY) scripts/run_contract.py $(ARGS)

browser: ## The pages, in a real Chromium
	$(PREPARE) dev
	@$(PY) scripts/ensure_tools.py
	$(PY) -m pytest tests/browser $(ARGS)

bench: ## What an answer, an import, a search and an archive cost; a part with ARGS="--only search"
	$(PREPARE) dev
	@$(PY) scripts/ensure_tools.py
	$(PY) -m tests.bench.run $(ARGS)

eval-formats: ## WhatsApp's exports against generated ones with ground truth; GENERATOR=../shared/tools/make_whatsapp_export.py
	$(PREPARE) dev
	@GENERATOR="$(GENERATOR)" $(PY) scripts/eval_formats.py $(ARGS)

crash: ## Kills Wasl at every commit point and at random instants, and counts what was lost
	$(PREPARE) dev
	@$(PY) scripts/ensure_tools.py
	$(PY) -m tests.crash.run $(ARGS)

crash-campaign: ## Kills Wasl while 10,000 people are told that a channel closes, and counts who was told twice or missed
	$(PREPARE) dev
	@$(PY) scripts/ensure_tools.py
	$(PY) -m tests.crash.leaving $(ARGS)

soak: ## Hours of load with random faults; ARGS="--minutes 120 --store postgres"
	$(PREPARE) dev
	@$(PY) scripts/ensure_tools.py
	$(PY) -m tests.crash.soak $(ARGS)

eval-purpose: ## How well business is told from general requests; DATA=… for other data
	$(PREPARE) dev
	$(PY) -m tests.bench.purpose $(if $(DATA),--data $(DATA))

eval-month: ## Whether the month's interval holds the true share, over simulated months; ARGS="--months 300"
	$(PREPARE) dev
	$(PY) -m tests.bench.month $(ARGS)

eval-policy: ## Whether the rulebook judges cases as it should; DATA=… for another file of cases, or a folder
	$(PREPARE) dev
	$(PY) -m tests.bench.policy $(if $(DATA),--data $(DATA))

eval-terms: ## How well changes of terms are told from noise; DATA=… for another labelled folder
	$(PREPARE) dev
	$(PY) -m tests.bench.terms $(if $(DATA),--data $(DATA))

figures: ## Keeps what the targets that measure wrote, for the READMEs and docs/performance.md
	$(PREPARE) dev
	$(PY) scripts/keep_figures.py
	$(PY) scripts/generate_docs.py

lock: ## Writes the lock files anew from pyproject.toml
	$(PREPARE) dev
	sh scripts/lock $(ARGS)

clean: ## Removes .venv and what was built; data stays
	rm -rf build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	[ -L .venv ] || rm -rf .venv
