import SwiftletEngine
import SwiftletGraph
import SwiftletZoo
import Testing
import _SwiftletTestSupport

/// Streams answer as one session does, whoever takes which array.
@Suite struct StreamTests {
  @Test(arguments: [1, 2, 5]) func answerAsOneSession(_ count: Int) throws {
    let model = try #require(allModels.first { $0.name == "mobilenetv3_small_050" })
    let graph = try model.graph(size: (64, 64))
    let weights = Rule(gain: 1).weights(for: graph)
    let plan = try Plan(graph)
    let inputs = (0..<7).map { Rule(salt: "\($0)").input(plan.inputShape) }
    let streams = try Streams(plan, weights, count: count)
    let alone = try Session(plan, weights)
    for _ in 0..<3 { #expect(try streams.run(inputs) == inputs.map { try alone.run($0) }) }
    #expect(try streams.run([]).isEmpty)
  }

  /// Whoever else is in the batch, and however large it is.
  @Test(arguments: [1, 3]) func batchesAreRunOneByOne(_ count: Int) throws {
    let model = try #require(allModels.first { $0.name == "shufflenet_v2_x0_5" })
    let graph = try model.graph(size: (64, 64))
    let weights = Rule(gain: 1).weights(for: graph)
    let streams = try Streams(Plan(graph), weights, count: count)
    let batch = Rule().input([5, 3, 64, 64])
    let together = try Session(Plan(model.graph(batch: 5, size: (64, 64))), weights).run(batch)
    #expect(try streams.run(batch: batch) == together)
  }

  @Test func refuseWhatTheyCannotDo() throws {
    let model = try #require(allModels.first { $0.name == "mobilenetv3_small_050" })
    let graph = try model.graph(size: (64, 64))
    let weights = Rule(gain: 1).weights(for: graph)
    #expect(throws: EngineError.self) { try Streams(Plan(graph, threads: 2), weights, count: 2) }
    let streams = try Streams(Plan(graph), weights, count: 2)
    #expect(throws: EngineError.self) { try streams.run([NDArray([1, 3, 32, 32])]) }
    #expect(throws: EngineError.self) { try streams.run(batch: NDArray([2, 3, 64, 32])) }
    #expect(throws: EngineError.self) { try streams.run(batch: NDArray([])) }
    let pairs = try Streams(Plan(model.graph(batch: 2, size: (64, 64))), weights, count: 1)
    #expect(throws: EngineError.self) { try pairs.run(batch: NDArray([4, 3, 64, 64])) }
  }
}
