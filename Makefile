.PHONY: check
PY := .venv/bin/python
export PYTHONPATH := src

check:
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache
