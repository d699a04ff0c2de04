# Every target has a plain command beside it in README.md, for machines without make.
PYTHON ?= python3
PORT ?= 8000
ifeq ($(OS),Windows_NT)
VENV := .venv/Scripts/python.exe
else
VENV := .venv/bin/python
endif

.PHONY: serve book test test-full notebooks figures zip lint clean env publish-to release public
.DEFAULT_GOAL := serve

env:
	@$(PYTHON) book/tools/env.py

book: env  ## build the website
	@$(VENV) book/tools/site_build.py

serve: book  ## build the website and serve it on localhost
	@$(VENV) book/tools/serve.py --port $(PORT)

test: env  ## the whole suite
	@$(VENV) book/tools/check.py

test-full: env  ## the whole suite, with what is long and rare
	@$(VENV) book/tools/check.py --full

notebooks: env  ## execute the changed pages, or PAGE=chapters/..., in place at the CPU budget
	@$(VENV) book/tools/notebooks.py $(PAGE)

figures: env  ## execute PAGE=chapters/... and keep its figures as SVG
	@$(VENV) book/tools/figures.py $(PAGE)

zip: env  ## the whole website as one file
	@$(VENV) book/tools/site_zip.py

lint: env  ## ruff and ESLint
	@$(VENV) book/tools/lint.py

release: env  ## the students' notebooks of the assignments, to TO=release
	@$(VENV) -m genbook.grading release --to $(or $(TO),release)

public: env  ## TO=DIR: the project without history and without the sources of the assignments
	@$(VENV) -m genbook.grading public --to $(TO)

publish-to: env  ## REPO=owner/name: set the address of the repository everywhere
	@$(VENV) book/tools/publish.py $(REPO)

clean:
	@$(PYTHON) book/tools/clean.py
