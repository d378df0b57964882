# Two commands do everything on a Debian 12 machine with the Swift toolchain: `make demo` and
# `make test`. Both install what they need from Debian's packages.

SWIFT ?= swift
PYTHON ?= /usr/bin/python3

# git for the package manager; SQLite's and zlib's headers for the build.
BUILD_PACKAGES := ca-certificates git libsqlite3-dev zlib1g-dev
# What tests drive: other users (setpriv), foreign clients (python, curl), foreign X.509 (openssl),
# another reader of HTTP and proxy (nginx).
TEST_PACKAGES := curl nginx-light openssl procps python3 python3-venv util-linux

# What benchmarks put behind and before the gateway.
BENCH_PACKAGES := nginx-light procps python3
GATEWAY_BENCH_PACKAGES := $(BENCH_PACKAGES) haproxy nghttp2-client slowhttptest util-linux wrk

VENV := .build/venv

# With the language's runtime inside, so that an executable can be copied to a machine without Swift, and
# only what it uses of the runtime takes memory.
RELEASE := -c release --static-swift-stdlib

# Swift files that people write; generated ones are left as their generator made them.
SWIFT_FILES = find Sources Tests Package.swift $(wildcard Benchmarks Fuzzing) \
	-name .build -prune -o -type f -name '*.swift' \
	! -name '*.pb.swift' ! -name '*.grpc.swift' -print0

.PHONY: help build demo test lint format bench bench-gateway soak clean prepare build-packages test-packages

help:
	@echo 'make demo     build the release executables and run the whole story once'
	@echo 'make test     build and run all tests'
	@echo 'make build    build the release executables into .build/release'
	@echo 'make prepare  install what build and tests need'
	@echo 'make lint     check layout and style'
	@echo 'make format   put all Swift files into the layout that `make lint` expects'
	@echo 'make bench    measure what docs/performance.md lists'
	@echo 'make bench-gateway  compare the gateway with HAProxy and NGINX (QUICK=1 to try it)'
	@echo 'make soak     two million good and hostile requests over key rotations (COUNT=...)'
	@echo 'make clean    remove what was built'

build: build-packages
	$(SWIFT) build $(RELEASE) --product gatehouse
	$(SWIFT) build $(RELEASE) --product gatehouse-gateway

demo: build
	.build/release/gatehouse demo

# One after the other, so that none waits for a core beyond its deadlines: the first compute all the time, the
# next try limits of time over real sockets, the last wait for processes.
APART := CedarPolicyTests GatewayProxyTests SystemTests

# The system tests run the executables of .build/debug, which --build-tests builds too.
test: prepare
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build --parallel $(APART:%=--skip %)
	for target in $(APART); do $(SWIFT) test --skip-build --parallel --filter "$$target" || exit; done

lint:
	@echo 'swift format lint'
	@$(SWIFT_FILES) | xargs -0 $(SWIFT) format lint --strict --parallel
	@echo 'conflict markers and unfinished work'
	@! grep -rnE '^(<<<<<<<|>>>>>>>)( |$$)' \
		Sources Tests docs examples Package.swift Makefile *.md
	@! grep -rnwE --include='*.swift' 'TODO|FIXME|XXX' Sources Tests Package.swift
	@bash -n .ci/run

format:
	$(SWIFT_FILES) | xargs -0 $(SWIFT) format format --in-place --parallel

bench: build
	@$(call install,$(BENCH_PACKAGES))
	$(SWIFT) build $(RELEASE) --product gatehouse-load
	Benchmarks/run

# Needs two cores: the proxy has one of them, load generator and upstream the other.
bench-gateway: build $(VENV)/complete
	@$(call install,$(GATEWAY_BENCH_PACKAGES))
	PYTHONPATH=Benchmarks $(VENV)/bin/python -m gateway $(if $(QUICK),--quick) $(BENCH_ARGUMENTS)

soak: build
	@$(call install,$(GATEWAY_BENCH_PACKAGES))
	COUNT=$(COUNT) Benchmarks/run soak

clean:
	$(SWIFT) package clean
	rm -rf $(VENV)

prepare: build-packages test-packages $(VENV)/complete

build-packages:
	@$(call install,$(BUILD_PACKAGES))

test-packages:
	@$(call install,$(TEST_PACKAGES))

# Made anew when the list of packages changes; complete only once everything is in it.
$(VENV)/complete: Tests/requirements.txt | test-packages
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip --disable-pip-version-check install --quiet \
		--requirement Tests/requirements.txt
	touch $@

# Installs those of the Debian packages that are missing; says so where it cannot.
define install
missing=; \
command -v dpkg-query >/dev/null || { \
	echo 'This is not Debian: the equivalents of these packages must be there: $(1)'; exit 0; }; \
for package in $(1); do \
	dpkg-query --show --showformat '$${db:Status-Status}\n' $$package 2>/dev/null \
		| grep -qx installed || missing="$$missing $$package"; \
done; \
test -n "$$missing" || exit 0; \
if test "$$(id -u)" = 0; then as_root=; \
elif command -v sudo >/dev/null; then as_root=sudo; \
else \
	echo "Debian packages are missing. As root, run: apt-get install$$missing" >&2; exit 1; \
fi; \
echo "Installing Debian packages:$$missing"; \
$$as_root apt-get update -qq && \
$$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
	--no-install-recommends $$missing >/dev/null
endef
