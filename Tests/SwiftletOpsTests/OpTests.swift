import SwiftletGraph
import SwiftletOps
import Testing
import _SwiftletTestSupport

/// What holds for every operator.
@Suite struct OpTests {
  @Test(arguments: allOps.map { $0.name }) func isSound(_ name: String) throws {
    let type = try #require(allOps.first { $0.name == name })
    #expect(checkOp(type) == [])
  }

  @Test func namesAreUnique() { #expect(Set(allOps.map { $0.name }).count == allOps.count) }

  /// A checker that finds nothing in a broken operator would be worth nothing.
  @Test func theCheckerFindsDefects() {
    #expect(checkOp(Liar.self).contains { $0.contains("the rule says [3]") })
    #expect(checkOp(Liar.self).contains { $0.contains("is negative") })
    #expect(checkOp(Liar.self).contains { $0.contains("not finite") })
    #expect(checkOp(Liar.self).contains { $0.contains("JSON") })
  }

  /// Its rule, its reference, its cost and its coding are all wrong.
  struct Liar: Op {
    static let name = "Liar"
    static let samples = [Sample(Liar(), [[2]])]
    var size = 3

    init() {}
    init(from decoder: any Decoder) throws { size = 4 }
    func shape(_ inputs: [Shape]) throws(GraphError) -> Shape { [3] }
    func cost(_ inputs: [Shape], _ output: Shape) -> Cost { Cost(multiplyAdds: -1) }
    func reference(_ inputs: [NDArray]) -> NDArray { NDArray([1], [.nan]) }
  }
}
