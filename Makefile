# A short front to Meson and ninja. `make help` lists what there is.
BUILD = build
PREFIX = /usr/local
DESTDIR =

.PHONY: all build deps demo test soak lint fuzz bench dist install static deb packages clean help

all: build

build: $(BUILD)/build.ninja
	@ninja -C $(BUILD) $(NINJAFLAGS) installed layers.checked map.checked

$(BUILD)/build.ninja:
	@scripts/deps --check build
	@meson setup $(BUILD) --prefix=$(PREFIX)

deps:
	@scripts/deps --install

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

dist:
	@scripts/dist

install:
	@scripts/install "$(PREFIX)" "$(DESTDIR)"

static:
	@scripts/static

deb:
	@scripts/deb

packages:
	@scripts/packages

clean:
	@rm -rf $(BUILD) build-asan build-tsan build-lint build-fuzz build-bench build-dist build-install build-static build-deb build-packages

help:
	@echo 'make           builds build/shoal and libshoal'
	@echo 'make deps      installs the Debian packages that are missing, with sudo unless you are root'
	@echo 'make demo      sends a real folder to a receiver on this machine and shows what arrived'
	@echo 'make test      unit tests and runs of the real program, plain and sanitized'
	@echo 'make soak      the same faults at full size: takes long'
	@echo 'make lint      both compilers, formatting, clang-tidy, sizes, layers, scripts'
	@echo 'make fuzz      each fuzzing program for a minute (FUZZ_SECONDS=60)'
	@echo 'make bench     the table of benchmarks'
	@echo 'make dist      a release: build-dist/shoal-VERSION.tar.gz, built and tested'
	@echo 'make install   builds without tests and installs into PREFIX (/usr/local), below DESTDIR where it is given'
	@echo 'make static    build-static/shoal: one file for any x86-64 Linux, without `shoal serve`'
	@echo 'make deb       build-deb/: the Debian packages shoal, libshoal0 and libshoal-dev, checked by lintian'
	@echo 'make packages  builds what the last three targets build and tests it: install, remove, an empty chroot'
	@echo 'make clean     removes what was built'
	@echo
	@echo 'As root, the other targets install missing packages themselves; else they list them.'
