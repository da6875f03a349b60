import SwiftletEngine
import SwiftletGraph
import SwiftletZoo
import Testing

/// Every operator of every network of the zoo has a kernel, so that running allocates nothing and nothing is slow.
struct CoverageTests {
  @Test func noNetworkNeedsAReference() throws {
    for model in allModels {
      let steps = try Plan(model.graph()).stepTitles.map(\.kernel).filter { $0.hasPrefix("reference") }
      #expect(steps.isEmpty, "\(model.name): \(Set(steps))")
    }
  }
}
