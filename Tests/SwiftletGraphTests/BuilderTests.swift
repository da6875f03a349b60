import SwiftletGraph
import SwiftletOps
import Testing
import _SwiftletTestSupport

@Suite struct BuilderTests {
  @Test func namesFollowScopes() throws {
    let graph = try Graph(input: [1, 3, 4, 4]) { x in
      let y = x.scoped("features") { x in
        x.scoped("0") { x in x + x.parameter("weight", [1, 3, 1, 1]) }.relu
      }
      return [y * y.parameter("scale", []) + 1]
    }
    #expect(graph.parameters.map(\.name) == ["features.0.weight", "scale"])
    let names = graph.nodes.filter { !($0.op is Parameter || $0.op is Constant) }.map(\.name)
    #expect(names == ["input", "features.0", "features", "", ""])
  }

  @Test func anEmptyScopeAddsNothing() throws {
    let graph = try Graph(input: [2]) { x in [x.scoped("") { $0 + $0.parameter("w", [2]) }] }
    #expect(graph.parameters.map(\.name) == ["w"])
  }

  @Test func buffersAreNotLearned() throws {
    let graph = try Graph(input: [2]) { x in [x + x.parameter("a", [2]) + x.buffer("b", [2])] }
    #expect(graph.parameters.map(\.isBuffer) == [false, true])
  }

  @Test func theFirstErrorWins() {
    #expect(throws: GraphError("Add: [1, 4] and [3] do not go together", node: "a.b")) {
      try Graph(input: [1, 4]) { x in
        let y = x.scoped("a") { $0.scoped("b") { $0 + $0.parameter("w", [3]) } }
        return [y.scoped("later") { $0 + $0.parameter("w", [5]) }]
      }
    }
  }

  @Test func failStatesWhatNoRuleSees() {
    #expect(throws: GraphError("the height must be a multiple of 32, found 33", node: "stem")) {
      try Graph(input: [1, 3, 33, 32]) { x in
        x.scoped("stem") { x in
          x.builder.fail("the height must be a multiple of 32, found \(x.height)")
          x.builder.fail("a second one")
          return [x]
        }
      }
    }
  }

  @Test func anUnnamedParameterTwiceIsRefused() {
    #expect(throws: GraphError("two parameters have this name", node: "w")) {
      try Graph(input: [2]) { x in [x + x.parameter("w", [2]) + x.parameter("w", [2])] }
    }
  }

  /// What a network writes after an error has shapes that it can go on with.
  @Test(arguments: [
    [1, 3, 0, 4], [1, 3, -5, 4], [0, 3, 4, 4], [1, 3, .max, .max], [.max, .max, .max, .max], [.min, .min, .min, .min],
    [1, 1 << 40, 4, 4], [1, 3, 1 << 16, 1 << 16], [1, 64, 1, 1],
  ])
  func absurdInputsGiveErrors(_ extents: [Int]) {
    #expect(throws: GraphError.self) {
      try Graph(input: Shape(extents)) { x in
        let halves = x.split(2)
        let kernel = x.parameter("w", [x.channels * 2, x.channels, 3, 3])
        let y = x.apply(Conv(Window(3, stride: 2)), kernel)
        let wide = concat(y, y, y).padded(Pads(.max)).pixelShuffled(.max).resized(.max, .max)
        let pooled = y.maxPooled(.max, stride: .max, padding: .max, ceilMode: true)
        let flat = y.globalAveragePooled.flattened
        let linear = flat.apply(Gemm(), flat.parameter("v", [.max, flat.shape[flat.shape.rank - 1]]))
        let area = y.height * y.width
        let tokens = y.reshaped([y.shape[0], y.channels, area]).transposed([0, 2, 1])
        let mixed = tokens.apply(Attention(heads: 1, scale: 1), tokens, tokens)
        let strange = halves[0].channelShuffled(groups: .min)[channels: 0..<Int.max]
        return [wide, pooled, linear, mixed, strange, halves[1].matrixProduct(x).softmax]
      }
    }
  }

  @Test func shapesHaveALimit() throws {
    let limit = Shape.limit
    #expect(throws: Never.self) { try Graph(input: [1, limit]) { [$0.relu] } }
    let error = #expect(throws: GraphError.self) { try Graph(input: [2, limit]) { [$0.relu] } }
    #expect(error?.node == "input")
    #expect(error?.message.contains("[2, 2147483647]") == true)
    #expect(throws: GraphError.self) {
      try Graph(input: [1, 1 << 20, 1]) { x in [x + x.transposed([0, 2, 1])] }
    }
  }
}
