import SwiftletEngine
import SwiftletGraph
import SwiftletOps
import SwiftletZoo
import Synchronization
import Testing
import _SwiftletTestSupport

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A cache in memory that cannot be written to.
private final class MemoryCache: PackedCache {
  private let kept = Mutex<[[UInt8]: ReadOnlyPages]>([:])
  var keys: Set<[UInt8]> { Set(kept.withLock { $0.keys }) }
  private let found = Mutex(0)
  var hits: Int { found.withLock { $0 } }

  func find(_ key: [UInt8], count: Int) -> PackedBytes? {
    guard let pages = kept.withLock({ $0[key] }), pages.count == count else { return nil }
    found.withLock { $0 += 1 }
    return PackedBytes(pages.start, owner: pages)
  }

  func keep(_ bytes: UnsafeRawBufferPointer, under key: [UInt8]) {
    let pages = ReadOnlyPages(bytes)
    kept.withLock { $0[key] = pages }
  }
}

private final class ReadOnlyPages: @unchecked Sendable {
  let start: UnsafeMutableRawPointer
  let count: Int

  init(_ bytes: UnsafeRawBufferPointer) {
    count = bytes.count
    start = mmap(nil, max(count, 1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    if count > 0 { start.copyMemory(from: bytes.baseAddress!, byteCount: count) }
    mprotect(start, max(count, 1), PROT_READ)
  }

  deinit { munmap(start, max(count, 1)) }
}

/// Constants from a cache are those that packing would give.
@Suite struct PackedCacheTests {
  static let names =
    PromiseTests.names + [
      "mobilenetv2_050", "densenet121", "ese_vovnet19b_slim", "convnextv2_atto", "mixnet_s", "regnetx_002",
      "efficientformerv2_s0", "fastvit_t8",
    ]

  /// The rule's weights with the origins that a file would have.
  func weights(_ graph: Graph, from origin: String? = "file") -> Weights {
    var weights = Weights(source: "rule")
    for (name, shape, _) in graph.parameters {
      weights.add(name, shape, origin: origin.map { "\($0) \(name)" }) { Rule().parameter(name, shape) }
    }
    return weights
  }

  func graph(_ name: String = "mobilenetv3_small_050", classes: Int = 10) throws -> Graph {
    try PromiseTests.model(name).graph(size: (64, 64), classes: classes)
  }

  @Test(arguments: names, InstructionSet.available) func warmEqualsCold(_ name: String, _ set: InstructionSet) throws {
    let (graph, cache) = (try graph(name), MemoryCache())
    let input = Rule().input([1, 3, 64, 64])
    let plan = try Plan(graph, instructionSet: set, threads: 2)
    let truth = try Session(plan, weights(graph)).run(input)
    #expect(try Session(plan, weights(graph), cache: cache).run(input) == truth)
    #expect(cache.hits == 0 && cache.keys.count == 1)
    let again = try Plan(graph, instructionSet: set, threads: 2)
    let session = try Session(again, weights(graph), cache: cache)
    #expect(cache.hits == 1 && cache.keys.count == 1)
    for _ in 0..<3 { #expect(try session.run(input) == truth) }
  }

  /// Whatever constants depend on makes another key.
  @Test func keysDiffer() throws {
    let cache = MemoryCache()
    let base = try graph()
    func keep(
      _ graph: Graph, _ weights: Weights, threads: Int = 1, _ set: InstructionSet? = nil, _ tuning: Tuning? = nil,
      _ precision: Precision = .exact
    ) throws {
      let before = cache.keys.count
      let plan = try Plan(graph, instructionSet: set, precision: precision, tuning: tuning, threads: threads)
      _ = try Session(plan, weights, cache: cache)
      #expect(cache.hits == 0 && cache.keys.count == before + 1)
    }
    for set in InstructionSet.available { try keep(base, weights(base), set) }
    try keep(base, weights(base), threads: 2)
    for precision in Precision.allCases where precision != .exact { try keep(base, weights(base), nil, nil, precision) }
    for field in Tuning.fields {
      var tuning = Tuning(for: try .preferred())
      tuning[keyPath: field.path] += 1
      try keep(base, weights(base), nil, tuning)
    }
    try keep(base, weights(base, from: "other file"))
    for other in ["mobilenetv3_small_075", "mobilenetv3_small_100"] {
      try keep(graph(other), weights(graph(other)))
    }
    try keep(graph(classes: 11), weights(graph(classes: 11)))
    let wide = try PromiseTests.model("mobilenetv3_small_050").graph(size: (96, 64), classes: 10)
    try keep(wide, weights(wide))
    var swapped = weights(base)
    let (a, b) = (base.parameters[0], base.parameters.first { $0.shape == [16] }!)
    swapped.add(a.name, a.shape, origin: "file \(b.name)") { Rule().parameter(a.name, a.shape) }
    try keep(base, swapped)
  }

  /// Attributes alone: graphs that differ in nothing else.
  @Test func attributesMakeAnotherKey() throws {
    let windows = [
      Window(3, pad: 1), Window([3, 3], pads: Pads(top: 2, left: 1, bottom: 0, right: 1)),
      Window([3, 3], pads: Pads(top: 0, left: 1, bottom: 2, right: 1)), Window(3, stride: 1, pad: 2, dilation: 2),
      Window([3, 3], pads: Pads(1), dilations: [1, 1], ceilMode: true),
    ]
    var graphs = try windows.map { window in
      try Graph(input: [1, 16, 8, 8]) { [$0.apply(Conv(window), $0.parameter("w", [16, 16, 3, 3]))] }
    }
    for slope in [0.1, 0.2] as [Float] {
      graphs.append(
        try Graph(input: [1, 16, 8, 8]) {
          [$0.apply(Conv(Window(1)), $0.parameter("w", [16, 16, 1, 1])).apply(LeakyRelu(alpha: slope))]
        })
    }
    for value in [1, 2] as [Float] {
      graphs.append(
        try Graph(input: [1, 16, 8, 8]) {
          [$0.apply(Conv(Window(1)), $0.constant(NDArray([16, 16, 1, 1], repeating: value)))]
        })
    }
    let cache = MemoryCache()
    for graph in graphs { _ = try Session(Plan(graph), weights(graph), cache: cache) }
    #expect(cache.hits == 0 && cache.keys.count == graphs.count)
    for graph in graphs { _ = try Session(Plan(graph), weights(graph), cache: cache) }
    #expect(cache.hits == graphs.count)
  }

  @Test func weightsOfUnknownOriginAreNotKept() throws {
    let (graph, cache) = (try graph(), MemoryCache())
    _ = try Session(Plan(graph), weights(graph, from: nil), cache: cache)
    var changed = weights(graph)
    let bias = graph.parameters.last!
    changed.add(bias.name, bias.shape) { NDArray(bias.shape, repeating: 3) }
    _ = try Session(Plan(graph), changed, cache: cache)
    #expect(cache.keys.isEmpty)
  }

  @Test func wrongWeightsAreToldOfAllTheSame() throws {
    let (graph, cache) = (try graph(), MemoryCache())
    let plan = try Plan(graph)
    _ = try Session(plan, weights(graph), cache: cache)
    let first = graph.parameters[0]
    var missing = Weights(source: "rule")
    for (name, shape, _) in graph.parameters.dropFirst() {
      missing.add(name, shape, origin: "file \(name)") { Rule().parameter(name, shape) }
    }
    let error = #expect(throws: WeightsError.self) { try Session(plan, missing, cache: cache) }
    #expect(error?.missing == [first.name])
    var misshapen = weights(graph)
    misshapen.add(first.name, [1], origin: "file \(first.name)") { NDArray([1]) }
    #expect(throws: WeightsError.self) { try Session(plan, misshapen, cache: cache) }
    #expect(cache.hits == 0)
  }

  /// Weights under other names have the origins of what they are made of.
  @Test func respelledWeightsKeepTheirOrigin() {
    var weights = Weights(source: "file")
    for name in ["a", "b"] { weights.add(name, [2, 3], origin: "file \(name)") { NDArray([2, 3]) } }
    weights.add("c", [2, 3]) { NDArray([2, 3]) }
    let read = weights.respelled([
      .init(name: "x", sources: ["a"], shape: [2, 3]), .init(name: "y", sources: ["a", "b"], shape: [4, 3]),
      .init(name: "z", sources: ["b", "c"], shape: [4, 3]),
    ])
    #expect(read.origin("x") == "file a" && read.origin("y") == "file a + file b" && read.origin("z") == nil)
  }
}
