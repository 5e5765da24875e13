# Everything a newcomer, a developer and CI call. `make run` and `make test` are enough to begin with.
SHELL := /bin/bash -o pipefail
PY    := .venv/bin/python
# What a run needs, and what developers need besides; each stands for what was installed of it last.
RUN   := .venv/.run
DONE  := .venv/.installed

.PHONY: run test check audit check-r check-report check-postgresql check-servers format docs samples prove fuzz mutate torture bench sizes size lock clean

# $(call install,FILE): its packages as pinned, with a line of progress now and then
install = count=$$(grep -c == $(1)); echo "installing $$count packages of $(1) into .venv; the first time takes a minute or more"; \
  $(PY) -m pip install --disable-pip-version-check --no-deps --require-hashes -r $(1) 2> >(grep -v "^WARNING" >&2) \
  | awk -v of=$$count '/^(Collecting|Processing|Requirement already)/ && ++n % 25 == 0 { print "  " n " of " of; fflush() } \
                       /^Installing/ { print "  unpacking"; fflush() }'

$(RUN): requirements.txt pyproject.toml
	@python3 -m venv .venv
	@$(call install,requirements.txt)
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --config-settings editable_mode=compat --editable .
	@touch $@

$(DONE): requirements-dev.txt $(RUN)
	@$(call install,requirements-dev.txt)
	@touch $@

run: $(RUN)                      ## the batch job on the sample extract, into out/sample
	.venv/bin/mspike run --input data_samples/registry --output out/sample

unexport PYTHONDONTWRITEBYTECODE  # assertions are rewritten once, and a process that is started reads what is there

test: $(DONE)                    ## every test that needs no more than Python, and every branch of the rules by the tests of the rules
	$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder --ignore tests/rules
	$(PY) -m pytest tests/rules -n 2 --dist loadfile --cov=rules --cov-branch --cov-fail-under=100 --cov-report=term:skip-covered

check-servers: $(DONE)           ## on real Prefect servers and a real cluster, and with processes that are killed or waited for
	$(PY) -m pytest tests/flows tests/explore tests/fuzz tests/test_by_the_clock.py tests/test_wheel.py -m servers

check-r: $(DONE)                 ## figures against R's packages survival and cmprsk (installs them from Debian)
	command -v Rscript >/dev/null && Rscript -e 'library(survival); library(cmprsk)' >/dev/null 2>&1 \
	  || (apt-get update -qq && apt-get install -y -qq --no-install-recommends r-base-core r-cran-survival r-cran-cmprsk)
	$(PY) -m pytest tests/r -m r

check-report: $(DONE)            ## the report in a browser (installs it, and Japanese fonts, from Debian)
	command -v chromium >/dev/null && fc-list :lang=ja | grep -q . \
	  || (apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fontconfig fonts-noto-cjk)
	$(PY) -m pytest tests/browser -m browser

check-postgresql: $(DONE)        ## reading from a real PostgreSQL (installs it from Debian)
	command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 \
	  || (apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql)
	$(PY) -m pytest tests/postgresql -m postgresql

check: $(DONE)                   ## format, lint, types, the direction of imports, known weaknesses of dependencies
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m tests.rules_page --check
	$(PY) -m tests.audit_dependencies

audit: $(DONE)                   ## known weaknesses of the pinned dependencies: fails where one is found or unseen
	$(PY) -m tests.audit_dependencies --strict

docs: $(DONE)                    ## write the generated page of the rules again
	$(PY) -m tests.rules_page

samples: $(RUN)                  ## write the sample extract again (same seed, same bytes)
	rm -f data_samples/registry/*
	.venv/bin/mspike sample --patients 300 --seed 1 --output data_samples/registry
	gzip -n -9 data_samples/registry/labs.csv

PROPERTIES := $(patsubst %,tests/transforms/test_%.py,disclosure mrd parsing repairs)

prove: $(DONE)                   ## a million made-up visits through both paths: no difference
	$(PY) -m tests.differential.prove
	$(PY) -m pytest --hypothesis-profile "many, new" tests/rules/test_verdict.py $(PROPERTIES)

fuzz: $(DONE)                    ## more than 100,000 bad inputs, then WILD=100 wild extracts: no traceback, no row lost (an hour)
	$(PY) -m tests.fuzz $(WILD)

mutate: $(DONE)                  ## mutation testing of the rules and the logic, in out/mutate (an hour)
	$(PY) -m tests.mutate

torture: $(DONE)                 ## kill runs, fill disks, change files, read meanwhile: prints what was survived (some 40 minutes)
	$(PY) -m tests.torture

bench: $(DONE)                   ## start-up, visits against SQL and pandas, the job by size, a night's changes, pages of explore (some 20 minutes)
	$(PY) -m tests.benchmarks.startup
	$(PY) -m tests.benchmarks.visits
	$(PY) -m tests.benchmarks.sources
	$(PY) -m tests.benchmarks.batch
	$(PY) -m tests.benchmarks.nightly
	$(PY) -m tests.benchmarks.scale
	$(PY) -m tests.benchmarks.explore

sizes: $(DONE)                   ## does the job pass on registries of many sizes, and two nights after each (some hours)
	$(PY) -m tests.benchmarks.sizes 300 1 2 3
	$(PY) -m tests.benchmarks.sizes 5000 1 2 3 4 5 6 7 8 9 10
	$(PY) -m tests.benchmarks.sizes 20000 1
	$(PY) -m tests.benchmarks.sizes 50000 1

size: $(DONE)                    ## the smallest of these at which an engine's release has failed: CI's
	$(PY) -m tests.benchmarks.sizes 2000 1

format: $(DONE)
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

lock:                            ## pin every dependency again, with hashes (needs uv)
	uv pip compile pyproject.toml --extra build --extra dev --extra cluster --universal --python-version 3.11 \
	  --generate-hashes --custom-compile-command "make lock" --output-file requirements-dev.txt
	uv pip compile pyproject.toml --extra build --constraint requirements-dev.txt --universal --python-version 3.11 \
	  --generate-hashes --no-annotate --custom-compile-command "make lock" --output-file requirements.txt

clean:
	rm -rf .venv out
