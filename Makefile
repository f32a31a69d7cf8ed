# A short front to Meson and ninja. `make help` lists what there is.
BUILD = build
PREFIX = /usr/local
DESTDIR =

.PHONY: all build demo test soak lint fuzz bench install clean help

all: build

build: $(BUILD)/build.ninja
	@ninja -C $(BUILD) $(NINJAFLAGS)

$(BUILD)/build.ninja:
	@scripts/deps --check build
	@meson setup $(BUILD) --prefix=$(PREFIX)

demo:
	@scripts/demo

test:
	@scripts/test

soak:
	@scripts/soak

lint:
	@scripts/lint

fuzz:
	@scripts/fuzz

bench:
	@scripts/bench

install: build
	@meson configure $(BUILD) -Dprefix=$(PREFIX)
	@DESTDIR=$(DESTDIR) meson install -C $(BUILD)

clean:
	@rm -rf $(BUILD) build-asan build-tsan build-lint build-fuzz build-bench

help:
	@echo 'make           builds build/shoal and libshoal'
	@echo 'make demo      sends a real folder to a receiver on this machine and shows what arrived'
	@echo 'make test      unit tests and runs of the real program, plain and sanitized'
	@echo 'make soak      the same faults at full size: takes long'
	@echo 'make lint      both compilers, formatting, clang-tidy, sizes, layers, scripts'
	@echo 'make fuzz      each fuzzing program for a minute (FUZZ_SECONDS=60)'
	@echo 'make bench     the table of benchmarks'
	@echo 'make install   into PREFIX (/usr/local), below DESTDIR where it is given'
	@echo 'make clean     removes what was built'
	@echo
	@echo 'scripts/deps installs the packages that demo, test and lint need; they call it themselves.'
