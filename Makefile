# All common tasks; `make` alone lists them.

DATA ?=
ADDR ?= 127.0.0.1:3000
DATA_DIR ?= data
PARALLAX := target/release/parallax
# When the page's builder, the page and the program were last built.
BUILDER := target/page-build/release/page-build
PAGE := target/.page-built
BUILT := target/release/.parallax-built
BUILDER_SOURCES := $(shell find page-build -type f)
SOURCES := $(shell find Cargo.toml Cargo.lock .cargo src app qdrant server -type f)
# Of the engine, the page contains only the vocabulary: cargo lists the files.
PAGE_SOURCES := $(shell find Cargo.toml Cargo.lock .cargo app style public -type f -not -path '*/node_modules/*') \
	$(wildcard $(filter $(CURDIR)/src/%,$(shell cat target/wasm32-unknown-unknown/wasm-release/parallax_app.d 2>/dev/null)))
# So that the phases of this run are told from those of others.
ifndef STARTED
export STARTED := $(shell date +%s)
endif
TIMED := .ci/timed
CARGO_TEST := cargo test --release --workspace --features parallax-server/embedded-page
# The unit tests of the page and of the server compute little, and compile in a fifth of the time
# without optimisation. What they depend on is that of the release.
UNOPTIMISED = --config profile.release.package.$(1).opt-level=0
# Tailwind and wasm-opt come from npm, into style/node_modules.
export PATH := $(CURDIR)/style/node_modules/.bin:$(HOME)/.cargo/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help run test api-check build setup model dev dev-check dist dist-check image-check data lint quality quality-check corrections bench bench-peers bench-qdrant bench-growth bench-page load soak cluster scale screenshots fuzz audit notices clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: build model ## set up, build, and serve http://127.0.0.1:3000 (DATA=file.json to search your own data)
	@$(TIMED) --report
ifneq ($(DATA),)
	$(PARALLAX) index "$(DATA)" --collection "$(COLLECTION)" --replace --if-changed --data-dir $(DATA_DIR) $(INDEX_OPTIONS)
	$(PARALLAX) serve --addr $(ADDR) --data-dir $(DATA_DIR) --collection "$(COLLECTION)"
else
	$(PARALLAX) serve --addr $(ADDR) --data-dir $(DATA_DIR)
endif
# The collection is named after the file, using letters, digits, '-' and '_'.
COLLECTION ?= $(shell basename "$(DATA)" | sed -E 's/\..*//; s/[^A-Za-z0-9_-]+/-/g; s/^[-_]+//' | cut -c1-64)
INDEX_OPTIONS ?=

test: build model ## run all tests: Rust, the API from outside, then the page in Chromium
	.ci/setup test
	$(TIMED) "unit tests" $(CARGO_TEST) --lib $(call UNOPTIMISED,parallax-app)
	$(TIMED) "server's unit tests" $(CARGO_TEST) --bins $(call UNOPTIMISED,parallax-server)
	$(TIMED) "integration tests" $(CARGO_TEST) --test '*'
	$(TIMED) "builder's tests" cargo test --release --locked --manifest-path page-build/Cargo.toml --target-dir target/page-build
	$(TIMED) "API check" .ci/api-check
	cd end2end && ../$(TIMED) "browser tests" npx playwright test

api-check: build model ## check the API against its description, by two clients and by schemathesis (CASES=10000 requests)
	.ci/api-check

build: setup $(BUILT) ## build the page, and the server with it, in release mode

# Rebuilt only if a source is newer. One file is the whole program: the page is part of it. With the
# whole workspace, because features are otherwise others than those of the tests, and the engine
# would be compiled twice.
$(BUILT): $(SOURCES) $(PAGE)
	$(TIMED) program cargo build --release --workspace --features parallax-server/embedded-page
	@touch $@

# Also if the folder of the page is gone.
$(PAGE): $(PAGE_SOURCES) $(BUILDER) target/site/hash.txt
	$(TIMED) "page and libraries" .ci/page
	@touch $@
target/site/hash.txt:

$(BUILDER): $(BUILDER_SOURCES)
	$(TIMED) "page's builder" cargo build --release --locked --manifest-path page-build/Cargo.toml --target-dir target/page-build
	@touch $@

setup: ## install what is missing: wasm target, Tailwind, wasm-opt, terser
	$(TIMED) "build tools" .ci/setup

model: build ## download all-MiniLM-L6-v2, once
	$(TIMED) model $(PARALLAX) model

dev: setup model ## develop: cargo leptos watch
	.ci/setup dev
	cargo leptos watch --split -- serve --data-dir $(DATA_DIR)

dev-check: setup model ## check that `make dev` serves a change in app/ and leaves the built page unchanged
	.ci/dev-check

dist: build ## make target/dist/parallax-VERSION-ARCH-linux.tar.gz: the program alone, to copy to another machine
	.ci/dist

dist-check: dist ## check that the archive runs on a bare Debian 12 (needs root)
	.ci/dist-check

image-check: ## build the image, and check that its container runs as packaging/compose.yaml says
	.ci/image-check

data: ## download the tutorial's 40,474 start-ups to data/startups_demo.json
	.ci/data

lint: setup ## check formatting, and lint every feature set
	.ci/lint

quality: build model ## measure ranking quality on the benchmarks, into benches/QUALITY.md
	$(PARALLAX) eval $(or $(PARALLAX_TEST_DATA),../shared/data)/bench --write benches/QUALITY.md

quality-check: build model ## compare with trec_eval and bm25s
	PARALLAX=$(PARALLAX) .ci/quality-check

corrections: build model ## measure corrections on Debian's word list and the sample's names
	.ci/corrections

# The figures are those of a quiet machine: nothing else should run.
bench: build model ## measure each part and the whole, into benches/RESULTS.md (COLLECTIONS=startups only prints those of one collection)
	python3 benches/own.py $(COLLECTIONS)

bench-peers: build model ## compare with other libraries, into benches/RESULTS.md (PARTS=encoder,vectors only prints some parts)
	.ci/bench-peers
	target/peers-venv/bin/python benches/peers/run.py "$(PARTS)"

bench-qdrant: build model ## compare with Qdrant's server (QDRANT=/path/to/qdrant) through its own client, into benches/RESULTS.md
	.ci/venv target/api-venv .ci/api-requirements.txt
	QDRANT="$(QDRANT)" target/api-venv/bin/python benches/beside_qdrant.py

bench-growth: build model ## measure from 10,000 to 2,000,000 records, into benches/RESULTS.md (SIZES=10000,40000 only prints some)
	.ci/bench-peers
	target/peers-venv/bin/python benches/growth.py "$(SIZES)"

bench-page: build model ## weigh the page, and measure how fast it is in Chromium, into benches/PAGE.md
	.ci/setup test
	python3 benches/page_weight.py --write
	python3 benches/page_speed.py

load: build model ## ask for three times what the service can do, for a minute, into benches/RESULTS.md
	python3 benches/overload.py

soak: build model ## read, write, import and restart for MINUTES (30), into benches/RESULTS.md
	python3 benches/soak.py $(MINUTES)

cluster: build model ## kill a node and a server of a cluster of Qdrant (QDRANT=/path/to/qdrant) under load, into benches/RESULTS.md (SECONDS=60, OPTIONS=--restart)
	python3 benches/cluster.py --qdrant "$(QDRANT)" $(if $(SECONDS),--seconds $(SECONDS)) $(OPTIONS)

scale: build model ## compare two servers on a Qdrant cluster with one (QDRANT=/path/to/qdrant), into benches/RESULTS.md
	python3 benches/scale.py --qdrant "$(QDRANT)"

screenshots: build model ## retake the README's screenshots
	.ci/setup test
	cd end2end && npm run screenshots

fuzz: ## run each fuzz target for a minute (SECONDS=20 for another time, TARGETS="filters html" only runs some)
	SECONDS_EACH=$(SECONDS) .ci/fuzz $(TARGETS)

audit: ## check vulnerabilities, licences, duplicates and sources of dependencies
	.ci/audit

notices: setup ## write the licences of what is shipped, into target/dist/THIRD-PARTY.txt
	.ci/notices

clean: ## remove build output and installed node modules; collections are kept
	cargo clean
	rm -rf style/node_modules end2end/node_modules
