import SwiftletEngine
import SwiftletGraph
import SwiftletZoo
import Testing
import _SwiftletTestSupport

/// Feature maps through the engine are the reference's, and whole maps those of double precision.
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
    let session = try Session(Plan(graph, threads: 2), rule.weights(for: graph))
    let input = rule.input(graph[graph.inputs[0]].shape)
    let maps = try session.run(input)
    let truths = try graph.interpretInDouble(input, rule.weights(for: graph))
    for (row, (map, truth)) in zip(rows, zip(maps, truths)) {
      #expect(map.relativeError(to: truth) < 1e-5, "\(name), stride \(row.stride)")
      let largest = map.scalars.reduce(0) { max($0, abs($1)) }
      #expect(abs(largest - row.largest) <= 2e-5 * row.largest, "\(name), stride \(row.stride)")
      for (expected, seventh) in zip(row.values, [1, 3, 5]) {
        let found = map.scalars[map.scalars.count * seventh / 7]
        #expect(abs(found - expected) <= 2e-5 * row.largest, "\(name), stride \(row.stride), \(seventh)/7")
        let exact = truth.scalars[map.scalars.count * seventh / 7]
        #expect(abs(Double(expected) - exact) <= 5e-6 * Double(row.largest), "\(name): the reference, \(row.stride)")
      }
    }
  }
}
