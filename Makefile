# espial's front door. Two commands matter: `make lab` and `make test`. CMake does the building.
BUILD ?= build/release
ASAN  ?= build/asan
JOBS  ?= $(shell nproc)
CMAKE  = cmake -G Ninja
ESPIAL = $(BUILD)/espial
LAB    = samples/invalid-spi

.PHONY: all lab test bench interop interop-random soak install format fuzz asan setup setup-test build tests-built clean

all: build

setup:
	@.ci/setup program
setup-test:
	@.ci/setup test

build: setup
	@$(CMAKE) -S . -B $(BUILD) >/dev/null
	@ninja -C $(BUILD) -j $(JOBS) --quiet espial

# The incident: on a terminal, hub's console (again: attach to the lab that is up); without one, the whole story.
lab: build
	@if [ -t 0 ]; then \
	    $(ESPIAL) lab up $(LAB) && exec $(ESPIAL) lab --lab $(notdir $(LAB)) console hub; \
	else \
	    ESPIAL=$(abspath $(ESPIAL)) exec $(LAB)/run.sh; \
	fi

tests-built: setup-test
	@$(CMAKE) -S . -B $(BUILD) >/dev/null
	@ninja -C $(BUILD) -j $(JOBS) --quiet espial tests
	@$(CMAKE) -S . -B $(ASAN) -DESPIAL_ASAN=ON -DCMAKE_BUILD_TYPE=Debug >/dev/null
	@ninja -C $(ASAN) -j $(JOBS) --quiet espial tests

# Everything under the sanitizers first, then everything as it is shipped. NO_SKIP=1: a test that would skip fails.
# (Hours of rekeys under traffic take minutes under the sanitizers: `make asan` has them. Live tests mostly wait: three share a processor.)
test: tests-built
	@cd $(ASAN) && ctest --output-on-failure -j $(JOBS) -L 'unit|exchange|fuzz' -E '^exchange.test_rekey_traffic$$'
	@cd $(BUILD) && ctest --output-on-failure -j $(JOBS) -LE live
	@cd $(BUILD) && ctest --output-on-failure -j $$((3 * $(JOBS))) -L live

asan: tests-built
	@cd $(ASAN) && ctest --output-on-failure -j $(JOBS)

bench: setup-test
	@$(CMAKE) -S . -B $(BUILD) >/dev/null
	@ninja -C $(BUILD) -j $(JOBS) --quiet espial benches
	@ESPIAL=$(abspath $(ESPIAL)) bench/run $(BUILD)/bench

# Whole routers for 24 hours of virtual time: 50 peers, bad wires, a restart every five minutes.
soak: tests-built
	@CMOCKA_TEST_FILTER=in_sync ESPIAL_SOAK="$${ESPIAL_SOAK:-24 50}" $(BUILD)/tests/test_soak

# Every way to speak IKE with strongSwan, a line a case; CASES="ikev2 rekey" for some.
interop: build
	@ESPIAL=$(abspath $(ESPIAL)) tests/live/interop.py $(CASES)

# Drawn configurations and events; SEEDS=7,20-29 for some, JOBS at once. A seed that fails says how both ends were.
interop-random: build
	@ESPIAL=$(abspath $(ESPIAL)) tests/live/swan_random.py $(or $(SEEDS),1-20) $(JOBS)

fuzz: tests-built
	@FUZZ_SECONDS=$${FUZZ_SECONDS:-600} tests/fuzz/run $(ASAN)

install: build
	cmake --install $(BUILD) $(if $(PREFIX),--prefix $(PREFIX))

format:
	@git ls-files '*.c' '*.h' | xargs clang-format -i

clean:
	rm -rf build
