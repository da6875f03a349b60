// swift-tools-version:6.2
import PackageDescription

// Floors: a module imports only what lies below it (Documentation/design.md). `Scripts/check-floors` holds this true.

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Code that describes and prints runs once, in milliseconds: optimising it as Swift took a quarter of the build.
let plain = strict + [.unsafeFlags(["-Xfrontend", "-disable-sil-perf-optzns"])]

/// What `import Swiftlet` brings. Targets that use the umbrella name all of it: a change below is built into them only then.
let libraries: [Target.Dependency] = [
  "SwiftletGraph", "SwiftletOps", "SwiftletFormats", "SwiftletZoo", "SwiftletEngine", "SwiftletVision",
  "SwiftletAnalysis",
]

/// Kernels are always optimised, also in debug builds: an unspecialised kernel is a hundred times slower.
func kernels(_ flags: String...) -> [SwiftSetting] {
  let own = ["-Ounchecked", "-gnone", "-enforce-exclusivity=unchecked"]
  return strict + [.unsafeFlags(own + flags.flatMap { ["-Xcc", $0] })]
}

/// The kernels for AVX-512 in the instructions of AVX2, for machines without it (`make test-avx512`).
let emulatesAVX512 = Context.environment["SWIFTLET_EMULATE_AVX512"] == "1"

#if arch(x86_64)
  let avx2 = kernels("-mavx2", "-mfma")
  let avx512 =
    emulatesAVX512
    ? avx2
    : kernels(
      "-mavx512f", "-mavx512vl", "-mavx512bw", "-mavx512dq", "-mavx512bf16", "-mavx2", "-mfma",
      "-mprefer-vector-width=512")
#else
  let avx2 = kernels()
  let avx512 = kernels()
#endif

/// Swift's own libraries are linked into the program, which then starts sooner, and on machines without Swift. Its Foundation needs
/// two more, and a linker that does not mind their order.
let standalone: [LinkerSetting] = [
  .unsafeFlags(["-static-stdlib", "-use-ld=lld"], .when(platforms: [.linux])),
  .linkedLibrary("_FoundationCShims", .when(platforms: [.linux])),
  .linkedLibrary("_FoundationCollections", .when(platforms: [.linux])),
]

let package = Package(
  name: "Swiftlet",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Swiftlet", targets: ["Swiftlet"]),
    .library(name: "SwiftletONNX", targets: ["SwiftletONNX"]),
    .executable(name: "swiftlet", targets: ["SwiftletCLI"]),
  ],
  traits: [
    .trait(name: "ONNX", description: "The command line exports to ONNX; needs swift-protobuf, a third of the build."),
    .default(enabledTraits: ["ONNX"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
  ],
  targets: [
    // Floor 0: what runs.
    .target(name: "CVector"),
    .target(name: "CPlatform", cSettings: emulatesAVX512 ? [.define("EMULATE_AVX512")] : []),
    .target(name: "SwiftletKernels", dependencies: ["CVector"], swiftSettings: kernels()),
    .target(name: "SwiftletKernelsBaseline", dependencies: ["SwiftletKernels"], swiftSettings: kernels()),
    .target(name: "SwiftletKernelsAVX2", dependencies: ["SwiftletKernels"], swiftSettings: avx2),
    .target(name: "SwiftletKernelsAVX512", dependencies: ["SwiftletKernels"], swiftSettings: avx512),

    // Floor 1: the graph. Floor 2: its operators.
    .target(name: "SwiftletGraph", swiftSettings: strict),
    .target(name: "SwiftletOps", dependencies: ["SwiftletGraph"], swiftSettings: strict),

    // Floor 3: bytes, networks, engine.
    .systemLibrary(
      name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"]), .brew(["jpeg-turbo"])]),
    .systemLibrary(name: "CSPNG", pkgConfig: "spng", providers: [.apt(["libspng-dev"]), .brew(["libspng"])]),
    .systemLibrary(name: "CWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"]), .brew(["webp"])]),
    .target(
      name: "SwiftletFormats", dependencies: ["SwiftletGraph", "CTurboJPEG", "CSPNG", "CWebP"], swiftSettings: strict),
    .target(name: "SwiftletZoo", dependencies: ["SwiftletGraph", "SwiftletOps"], swiftSettings: plain),
    .target(
      name: "SwiftletEngine",
      dependencies: [
        "CPlatform", "SwiftletGraph", "SwiftletOps", "SwiftletKernels", "SwiftletKernelsBaseline",
        "SwiftletKernelsAVX2", "SwiftletKernelsAVX512",
      ], swiftSettings: strict),

    // Floor 4: what is done with them.
    .target(name: "SwiftletVision", dependencies: ["SwiftletGraph", "SwiftletFormats"], swiftSettings: strict),
    .target(name: "SwiftletAnalysis", dependencies: ["SwiftletGraph", "SwiftletOps"], swiftSettings: plain),
    .target(
      name: "SwiftletONNX",
      dependencies: [
        "SwiftletGraph", "SwiftletOps", "SwiftletFormats", "SwiftletEngine",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ], exclude: ["Wire/onnx.proto"], swiftSettings: strict),

    // Floor 5: the umbrella. Floor 6: the command line.
    .target(name: "Swiftlet", dependencies: libraries, swiftSettings: strict),
    .executableTarget(
      name: "SwiftletCLI",
      dependencies: libraries + [
        "Swiftlet", .byName(name: "SwiftletONNX", condition: .when(traits: ["ONNX"])),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: plain, linkerSettings: standalone),

    // Tests mirror Sources.
    .target(
      name: "_SwiftletTestSupport",
      dependencies: ["SwiftletGraph", "SwiftletOps", "SwiftletFormats", "SwiftletAnalysis"],
      swiftSettings: strict),
    .testTarget(
      name: "SwiftletGraphTests", dependencies: ["SwiftletGraph", "SwiftletOps", "_SwiftletTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "SwiftletOpsTests", dependencies: ["SwiftletGraph", "SwiftletOps", "_SwiftletTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "SwiftletFormatsTests", dependencies: ["SwiftletGraph", "SwiftletFormats", "_SwiftletTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "SwiftletVisionTests",
      dependencies: ["SwiftletGraph", "SwiftletFormats", "SwiftletVision", "_SwiftletTestSupport"],
      exclude: ["Fixtures"], swiftSettings: strict),
    .testTarget(
      name: "SwiftletAnalysisTests",
      dependencies: ["SwiftletGraph", "SwiftletOps", "SwiftletAnalysis", "_SwiftletTestSupport"], swiftSettings: strict),
    .testTarget(
      name: "SwiftletONNXTests",
      dependencies: [
        "SwiftletGraph", "SwiftletOps", "SwiftletFormats", "SwiftletZoo", "SwiftletONNX", "_SwiftletTestSupport",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ], swiftSettings: strict),
    .testTarget(
      name: "SwiftletZooTests",
      dependencies: ["SwiftletGraph", "SwiftletOps", "SwiftletZoo", "_SwiftletTestSupport"], swiftSettings: strict),
    .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
    .testTarget(
      name: "SwiftletEngineTests",
      dependencies: [
        "CAllocationCounter", "SwiftletGraph", "SwiftletOps", "SwiftletZoo", "SwiftletEngine", "_SwiftletTestSupport",
      ], swiftSettings: strict),
    .testTarget(
      name: "SwiftletCLITests", dependencies: libraries + ["Swiftlet", "_SwiftletTestSupport"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
