import SwiftletEngine
import SwiftletGraph
import SwiftletZoo
import Testing
import _SwiftletTestSupport

/// Feature maps through the engine are the reference's.
@Suite(.serialized) struct FeatureMapTests {
  struct Row {
    var gain: Float
    var stride: Int
    var largest: Float
    var values: [Float]
  }

  static let rows: [String: [Row]] = {
    var rows: [String: [Row]] = [:]
    for line in timmFeatureValues.split(separator: "\n") {
      let parts = line.split(separator: " ")
      let numbers = parts.dropFirst().map { Float($0)! }
      rows[String(parts[0]), default: []].append(
        Row(gain: numbers[0], stride: Int(numbers[1]), largest: numbers[2], values: Array(numbers[3...])))
    }
    return rows
  }()

  @Test(arguments: rows.keys.sorted()) func equalTheReference(_ name: String) throws {
    let rows = try #require(Self.rows[name])
    let model = try #require(allModels.first { $0.name == name })
    let graph = try model.features(strides: rows.map(\.stride))
    let rule = Rule(gain: rows[0].gain)
    let (weights, input) = (rule.weights(for: graph), rule.input(graph[graph.inputs[0]].shape))
    let maps = try Session(Plan(graph, threads: 2), weights).run(input)
    let errors = zip(rows, maps).map { row, map in row.error(of: map) }
    if errors.allSatisfy({ $0 <= Self.limit }) { return }
    for (row, (error, stray)) in zip(rows, zip(errors, try strays(graph, weights, input))) {
      #expect(error <= max(Self.limit, min(4 * stray, 1e-4)), "\(name), stride \(row.stride)")
    }
  }

  /// Of the largest magnitude; more where a network magnifies what direct sums of floats stray from double precision.
  static let limit: Float = 2e-5

  /// How far direct sums are from double precision.
  private func strays(_ graph: Graph, _ weights: Weights, _ input: NDArray) throws -> [Float] {
    let truth = try graph.interpretInDouble(input, weights)
    let maps = try Session(Plan(graph, precision: .strict, threads: 2), weights).run(input)
    return zip(maps, truth).map { Float($0.relativeError(to: $1)) }
  }
}

extension FeatureMapTests.Row {
  /// Of the largest value and of those at some places, relative to the largest.
  fileprivate func error(of map: NDArray) -> Float {
    let places = [1, 3, 5].map { map.scalars[map.scalars.count * $0 / 7] }
    let found = [map.scalars.reduce(0) { max($0, abs($1)) }] + places
    let errors = zip(found, [largest] + values).map { abs($0 - $1) / largest }
    return errors.allSatisfy(\.isFinite) ? errors.max()! : .infinity
  }
}
