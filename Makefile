# What people type. Everything else is CMake (CMakePresets.json).
#
#   make demo    set up, build, soak a healthy and a leaking wallet for a minute
#   make test    set up, build, pass every test
#   make build   set up and build build/release/bin
#   make asan | tsan | ubsan    the tests under a sanitizer
#   make bench   the benchmarks, each beside its limit or peer
#   make bench-store           the store beside wide SQLite rows, Prometheus, PostgreSQL: 10M samples, some minutes
#   make fuzz-chunks           a minute of damaged chunks for the store's decoders, from a new seed
#   make corpus-score           the verdict on the full scored corpus
#   make kill-points            kill -9 at every step of every upgrade and expiry
#   make catalogue              every leak of the simulated wallet found and measured, every look-alike left alone
#   make crash-store          1,000 kills and 1,000 flipped bits for the store (some 8 min)
#   make exchange-10m           ten million rows imported and exported: time, and peak memory of both sides
#   make scale-queries         what questions cost in ten million samples over a hundred runs
#   make clean

SHELL := /bin/sh
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
RELEASE := build/release
export CCACHE_BASEDIR := $(CURDIR)
export CTEST_PARALLEL_LEVEL ?= $(JOBS)

.PHONY: help setup build test demo asan tsan ubsan bench bench-store fuzz-chunks corpus-score catalogue kill-points crash-store exchange-10m scale-queries format layers clean

help:
	@sed -n 's/^#   //p' Makefile

setup:
	@tools/setup.sh

$(RELEASE)/build.ninja:
	@echo "configure: $(RELEASE)"
	@cmake --preset release >/dev/null

build: setup
	@$(MAKE) --no-print-directory $(RELEASE)/build.ninja
	@echo "build: $(RELEASE)"
	@cmake --build $(RELEASE) --parallel $(JOBS)
	@echo "build: done, see $(RELEASE)/bin"

test: build layers
	@echo "test: everything in $(RELEASE)"
	@ctest --test-dir $(RELEASE) --output-on-failure

demo: build
	@$(RELEASE)/bin/seep demo

layers:
	@python3 tools/check_layers.py

# Long soaks and the full corpus are left to the release build: under a
# sanitizer they would measure the sanitizer.
asan tsan ubsan: setup
	@cmake --preset $@ >/dev/null
	@cmake --build build/$@ --parallel $(JOBS)
	@ctest --test-dir build/$@ --output-on-failure --label-exclude 'soak|corpus|breez'

bench: build
	@tools/bench.sh $(RELEASE)

bench-store: build
	@$(RELEASE)/bin/store_bench --samples $(or $(SAMPLES),10000000)

fuzz-chunks: build
	@$(RELEASE)/bin/chunk_fuzzer --seconds $(or $(SECONDS),60) --seed $(or $(SEED),$$(date +%s))

corpus-score: build
	@python3 tools/score_corpus.py $(RELEASE)

scale-queries: build
	@tools/scale_queries.sh $(RELEASE)

kill-points: build
	@SEEP_ALL_KILLS=1 $(RELEASE)/tests/golden_upgrade_test --gtest_filter='*Kill*'
	@SEEP_ALL_KILLS=1 $(RELEASE)/tests/expiry_kill_test

catalogue: build
	@cd tests/integration && SEEP_CATALOGUE=full SEEP_BIN=$(CURDIR)/$(RELEASE)/bin python3 -B leak_catalogue_test.py -v

crash-store: build
	@SEEP_KILLS=1000 $(RELEASE)/tests/append_kill_test
	@SEEP_FLIPS=1000 $(RELEASE)/tests/bit_flip_test

exchange-10m: build
	@cd tests/integration && SEEP_EXCHANGE_ROWS=10000000 SEEP_BIN=$(CURDIR)/$(RELEASE)/bin python3 -B exchange_memory_test.py -v

format:
	@tools/format.sh

clean:
	@rm -rf build
