# zmey: what can be made. `make help` lists it.
SWIFT    ?= swift
PREFIX   ?= /usr/local
DESTDIR  ?=
PACKAGES := postgresql libpq-dev libssl-dev libncurses-dev pkg-config mandoc python3 tmux tzdata
PROGRAMS := zmctl zmtui zmscheduler zmworker
RELEASE  := -c release --static-swift-stdlib
# A manual page that another one names is found here.
MANUALS  := $(CURDIR)/.build/man
# How many tests run at once: else all begin together, their servers and daemons with them, and each second of a test
# becomes many on a small machine. Most tests wait for processes, so few of them would leave the cores idle.
WIDTH    ?= 6
# What `make fuzz` hunts in, one after another, and how long in each.
FUZZ     ?= frame yaml condition cron theme keys
SECONDS  ?= 600
SUDO     := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.DEFAULT_GOAL := help
.PHONY: help deps build test lint format demo bench bench-launch bench-console bench-wall fuzz install clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## install the Debian packages that zmey needs
	@missing=$$(for p in $(PACKAGES); do dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then echo "== installing" $$missing; \
	  $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; fi

build: deps ## build the programs, optimised, into .build/release
	@echo "== building (the first time takes some minutes)"
	@$(SWIFT) build $(RELEASE) --quiet

test: deps ## run all tests
	@echo "== building the tests (the first time takes some minutes)"
	@$(SWIFT) build --build-tests --quiet
	@echo "== testing"
	@SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=$(WIDTH) $(SWIFT) test --skip-build

lint: deps ## check the style of sources and manual pages
	@echo "== linting"
	@$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests
	@rm -rf $(MANUALS); for page in man/*; do install -D -m 644 $$page $(MANUALS)/man$${page##*.}/$${page#man/}; done
	@PATH="$$PATH:/usr/sbin" makewhatis $(MANUALS)
	@for page in man/*; do MANPATH=$(MANUALS) mandoc -T lint -W style $$page || exit 1; done

format: ## bring the sources into the style
	@$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests

demo: build ## build, start a private instance, run the example pipelines, print their results, show the console
	@echo "== starting a private instance"
	@.build/release/zmctl up
	@echo "== running the example pipelines"
	@.build/release/zmctl demo
	@if [ -t 0 ] && [ -t 1 ]; then .build/release/zmtui; fi

bench: build ## measure: the main benchmark beside xargs
	@.build/release/zmctl bench --schedulers 5 --workers 20 --slots 5 --batch 1000 --batches 10
	@.build/release/zmctl bench --workers 2 --slots 8 --batch 1000 --batches 10 --sleep 0

bench-launch: build ## measure: what one worker launches without a database, beside xargs
	@.build/release/launchbench

bench-console: build ## measure: the console beside its budgets
	@python3 Tests/Benchmarks/Console/console.py .build/release

bench-wall: build ## measure: row security and audit beside the same without
	@python3 Tests/Benchmarks/Wall/wall.py .build/release

fuzz: deps ## hunt for input that breaks a reader, with libFuzzer: FUZZ=yaml SECONDS=60
	@for target in $(FUZZ); do SWIFT="$(SWIFT)" Tests/Fuzz/fuzz.sh $$target $(SECONDS) || exit 1; done

install: build ## install programs, themes and manual pages below DESTDIR/PREFIX
	@install -d $(DESTDIR)$(PREFIX)/bin
	@install -m 755 $(PROGRAMS:%=.build/release/%) $(DESTDIR)$(PREFIX)/bin
	@install -d $(DESTDIR)$(PREFIX)/share/zmtui/themes
	@install -m 644 themes/*.theme $(DESTDIR)$(PREFIX)/share/zmtui/themes
	@for page in man/*; do section=$${page##*.}; \
	  install -d $(DESTDIR)$(PREFIX)/share/man/man$$section && \
	  install -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$$section; done
	@echo "installed into $(DESTDIR)$(PREFIX)"

clean: ## remove what was built
	@rm -rf .build .build-fuzz
