# Everything runs in .venv, which the first target that needs it makes by itself.
# Wanted on the machine: make and Python 3.11 or newer with its venv module.

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
TESTED := $(VENV)/.installed-for-tests
EXTRAS := osm
TEST_EXTRAS := dev,osm,libsumo,cluster,oracles
BENCHES := safety saturation overhead sweeps baselines emissions mesosim_speed agreement coordination scaling ablation env_speed report
PYTHONS := $(PYTHON) python3.12 python3.13 python3.11 python3 python
JOBS ?= 2

# A continuous-integration server sets CI: it also runs the slow tests marked slow_ci.
ifneq ($(filter-out 0 false no,$(CI)),)
TESTS := not slow or slow_ci
else
TESTS := not slow and not slow_ci
endif

.DEFAULT_GOAL := help
.PHONY: help install demo test test-all lint format bench bench-full docs lock clean distclean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

install: $(INSTALLED) ## make .venv with everything in it

demo: $(INSTALLED) ## AM peak on Mangilik El: simulate, optimise, confirm, check, export
	@$(BIN)/signalopt demo -o results/demo

test: $(TESTED) ## the quick tests (with CI set: the representative slow ones too)
	@$(BIN)/python -m pytest -n $(JOBS) -m "$(TESTS)"

test-all: $(TESTED) ## every test, the slow ones too
	@$(BIN)/python -m pytest -n $(JOBS)

lint: $(TESTED) ## style, formatting and types: no finding allowed
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(TESTED) ## lay out the code as `make lint` wants it
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(TESTED) ## every benchmark in its short form (about an hour on two cores)
	@for name in $(BENCHES); do echo "== $$name"; $(BIN)/python -m benchmarks.$$name || exit; done
	@echo "== quality"; $(BIN)/python -m benchmarks.quality smoke mangilik_el_am --budgets 60

bench-full: $(TESTED) ## quality of plans on all areas and public cases, agreement of engines (many hours)
	@$(BIN)/python -m benchmarks.agreement --plans 60 --seeds 5
	@$(BIN)/python -m benchmarks.coordination --seconds 120 --workers 2
	@$(BIN)/python -m benchmarks.scaling --full
	@$(BIN)/python -m benchmarks.ablation mangilik_el_am --budget 300
	@$(BIN)/python -m benchmarks.quality astana public --budgets 60,300 --stress
	@$(BIN)/python -m benchmarks.emission_objectives --budget 240 --seeds 8 --window 1800 --workers 2
	@for what in public old astana; do $(BIN)/python -m benchmarks.control $$what || exit; done

docs: $(INSTALLED) ## write docs/cli.md and the JSON Schemas anew from the code
	@$(BIN)/python -m typer signalopt.cli.main utils docs --name signalopt --title "Command line" \
		--output docs/cli.md
	@$(BIN)/signalopt schema plan -o docs/schemas/plan.schema.json
	@$(BIN)/signalopt schema timing -o docs/schemas/timing.schema.json
	@$(BIN)/signalopt schema schedule -o docs/schemas/schedule.schema.json
	@$(BIN)/signalopt schema scenario -o scenarios/schema.json
	@$(BIN)/python -m benchmarks.emission_tables --write

# Run it with the oldest Python supported: its versions fit the newer ones too, not the other way round.
lock: $(BIN)/python ## renew constraints.txt from pyproject.toml (with Python 3.11)
	@rm -rf build/lock && $(BIN)/python -m venv build/lock
	@build/lock/bin/pip install --quiet --disable-pip-version-check '.[$(TEST_EXTRAS),rl]'
	@{ sed -n '/^#/p' constraints.txt; build/lock/bin/pip freeze --exclude signalopt | sed "s/+cpu//"; } > build/constraints.txt
	@mv build/constraints.txt constraints.txt && rm -rf build/lock

clean: ## remove results and what tools cache in the tree
	@rm -rf results build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean ## clean, and remove .venv
	@rm -rf $(VENV)

$(INSTALLED): $(BIN)/python pyproject.toml constraints.txt
	@echo "installing signalopt into $(VENV) (once; a few minutes on a slow line)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints.txt --editable '.[$(EXTRAS)]'
	@touch $@

# PyTorch is large and not to be had everywhere; without it the tests of learning skip and say so.
$(TESTED): $(INSTALLED)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints.txt --editable '.[$(TEST_EXTRAS)]'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints.txt --editable '.[rl]' \
		|| echo "note: the [rl] extra could not be installed; tests of learning will be skipped" >&2
	@touch $@

# A name on the PATH proves nothing (it may be a launcher without its Python), so each one is tried.
$(BIN)/python:
	@chosen=; lame=; \
	for candidate in $(PYTHONS); do \
		"$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue; \
		if "$$candidate" -c 'import ensurepip, venv' >/dev/null 2>&1; then chosen=$$candidate; break; fi; \
		lame="$$lame $$candidate"; \
	done; \
	if [ -n "$$chosen" ]; then \
		echo "making $(VENV) with $$("$$chosen" --version)"; \
		"$$chosen" -m venv --clear $(VENV); \
	elif [ -n "$$lame" ]; then \
		echo "error: found$$lame, but without the venv module." >&2; \
		echo "       On Debian or Ubuntu: apt install python3-venv" >&2; exit 1; \
	else \
		echo "error: Python 3.11 or newer is not installed (tried: $(strip $(PYTHONS)))." >&2; \
		echo "       Install it, or name it: make PYTHON=/path/to/python3.12 test" >&2; exit 1; \
	fi
