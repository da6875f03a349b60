# Every target works from a clean clone, on Debian 12 or macOS 15 with Swift 6.3.

SOURCES = Sources Tests Package.swift Benchmarks/Sources Benchmarks/Package.swift

.PHONY: demo test test-avx512 test-address test-thread build setup zoo format lint check-floors

# Without the ONNX exporter, whose protocol buffers take a third of the build.
demo: setup
	swift run -c release --disable-default-traits swiftlet demo

# Without testable imports the tests use the very modules that are shipped, and nothing is built twice.
test: setup
	swift test -c release --disable-testable-imports

# The engine's tests with the kernels for AVX-512 made of AVX2's instructions, on machines without AVX-512.
test-avx512: setup
	SWIFTLET_EMULATE_AVX512=1 swift test -c release --disable-testable-imports --scratch-path .build/avx512 \
	  --filter SwiftletEngineTests

# The engine's tests under AddressSanitizer or ThreadSanitizer, without those that read machine code, which is another then, and
# without whole networks at full size, which take hours. XCTest, which has no tests here, leaks 144 bytes of its own.
test-address test-thread: setup
	swift test -c release --disable-testable-imports --disable-xctest --sanitize=$(@:test-%=%) --scratch-path .build/$(@:test-%=%) \
	  --filter SwiftletEngineTests --skip 'HotLoopTests|GoldenTests|goldensStayNear|areThoseOfDouble'

build: setup
	swift build -c release

setup:
	@Scripts/setup

# Documentation/zoo.md and its pictures, from the networks' metadata and graphs.
zoo: setup
	swift run -c release --disable-default-traits swiftlet zoo --output Documentation

format:
	swift format --in-place --parallel --recursive $(SOURCES)

lint:
	swift format lint --strict --parallel --recursive $(SOURCES)

check-floors:
	@Scripts/check-floors
