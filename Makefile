# Run, test and check the site. Needs python3 (3.11 or newer), git and make; no other set-up.
#
#   make run                 serve on http://127.0.0.1:8000
#   make run PORT=8001       on another port
#   make run RELEASE=FILE    with a federal release in place of the invented sample
#   make test [ARGS=...]     the whole suite in two processes, or in one what ARGS names
#   make check               lint, types, layers, templates, migrations, deployment settings
#   make messages            bring locale/ up to date with what code and templates say
#   make bench [ARGS=--million]  the yardstick of the search; among a million programs too

PYTHON ?= python3
PORT ?= 8000
RELEASE ?=
ARGS ?=
export PORT RELEASE

PY := .venv/bin/python
SITE := .venv/.site-installed
TOOLS := .venv/.tools-installed
# Files stay whole, for the sake of their module's fixtures, and in order: a long one is not last.
WHOLE_SUITE := --numprocesses=2 --dist=loadfile --no-loadscope-reorder
INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --requirement

# What a production site would be given; the key is for this check alone.
PRODUCTION := DEBUG=false HTTPS=true ALLOWED_HOSTS=example.org \
	SECRET_KEY=checked-with-a-key-of-more-than-fifty-characters-0123456789

.PHONY: help run test bench check messages \
	check-lint check-types check-layers check-templates check-migrations check-deployment
.DEFAULT_GOAL := help

help:
	@sed -n '/^$$/q; s/^# \{0,1\}//p' Makefile

run: $(SITE)
	@exec $(PY) -m directory.server $(if $(RELEASE),--release "$$RELEASE")

test: $(TOOLS)
	$(PY) -m pytest $(or $(ARGS),$(WHOLE_SUITE))

# Each a target of its own, so that make -k check runs them all even when one fails.
check: check-lint check-types check-layers check-templates check-migrations check-deployment

check-lint: $(TOOLS)
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .

check-types: $(TOOLS)
	$(PY) -m mypy .

check-layers: $(TOOLS)
	.venv/bin/lint-imports

check-templates: $(TOOLS)
	$(PY) -m djlint templates --check
	$(PY) -m djlint templates --lint

check-migrations: $(TOOLS)
	$(PY) manage.py makemigrations --check --dry-run

check-deployment: $(TOOLS)
	$(PRODUCTION) $(PY) manage.py check --fail-level WARNING
	$(PRODUCTION) $(PY) manage.py check --deploy --tag security --fail-level WARNING
	@# Which crisis numbers a person has to check: said, but the calendar breaks no build.
	@$(PRODUCTION) $(PY) manage.py check --deploy --tag crisis_lines

messages: $(SITE)
	$(PY) -m directory.messages

bench: $(TOOLS)
	$(PY) -m bench $(ARGS)

# Installed again only when the requirements change, so that a later start needs no network.
$(SITE): requirements.txt | .venv/.created
	@echo "Installing requirements.txt into .venv ..."
	@$(INSTALL) requirements.txt
	@touch $@

$(TOOLS): requirements-dev.txt requirements.txt | .venv/.created
	@echo "Installing requirements-dev.txt into .venv ..."
	@$(INSTALL) requirements-dev.txt
	@touch $(SITE) $@

.venv/.created:
	@command -v "$(PYTHON)" >/dev/null || \
		{ echo "There is no $(PYTHON). Install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is older than Python 3.11. Name a newer one: make PYTHON=/path/to/python3"; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) cannot make virtual environments. Install its venv module (Debian, Ubuntu: apt install python3-venv)."; exit 1; }
	@echo "Creating the virtual environment .venv ..."
	@"$(PYTHON)" -m venv .venv
	@touch $@
