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

  private struct Case {
    var rows: [Row]
    var graph: Graph
    var weights: Weights
    var input: NDArray

    init(_ name: String) throws {
      rows = try #require(FeatureMapTests.rows[name])
      let model = try #require(allModels.first { $0.name == name })
      graph = try model.features(strides: rows.map(\.stride))
      let rule = Rule(gain: rows[0].gain)
      (weights, input) = (rule.weights(for: graph), rule.input(graph[graph.inputs[0]].shape))
    }

    func maps() throws -> [NDArray] { try Session(Plan(graph, threads: 2), weights).run(input) }
  }

  /// Where the values of a row lie in a map of so many elements.
  private static func places(_ count: Int) -> [Int] { [1, 3, 5].map { count * $0 / 7 } }

  @Test(arguments: rows.keys.sorted()) func equalTheReference(_ name: String) throws {
    let item = try Case(name)
    for (row, map) in zip(item.rows, try item.maps()) {
      let largest = map.scalars.reduce(0) { max($0, abs($1)) }
      #expect(abs(largest - row.largest) <= 2e-5 * row.largest, "\(name), stride \(row.stride)")
      for (expected, place) in zip(row.values, Self.places(map.scalars.count)) {
        #expect(abs(map.scalars[place] - expected) <= 2e-5 * row.largest, "\(name), stride \(row.stride), \(place)")
      }
    }
  }

  /// Whole maps, and the reference's values.
  @Test(arguments: rows.keys.sorted()) func areThoseOfDoublePrecision(_ name: String) throws {
    let item = try Case(name)
    let truths = try item.graph.interpretInDouble(item.input, item.weights)
    for (row, (map, truth)) in zip(item.rows, zip(try item.maps(), truths)) {
      #expect(map.relativeError(to: truth) < 1e-5, "\(name), stride \(row.stride)")
      for (value, place) in zip(row.values, Self.places(map.scalars.count)) {
        #expect(
          abs(Double(value) - truth.scalars[place]) <= 5e-6 * Double(row.largest), "\(name), stride \(row.stride)")
      }
    }
  }
}
