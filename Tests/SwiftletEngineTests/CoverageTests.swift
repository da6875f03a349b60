import SwiftletEngine
import SwiftletGraph
import SwiftletZoo
import Testing

/// Which operators of the zoo's networks have no kernel.
struct CoverageTests {
  @Test func listing() throws {
    var total: [String: (Int, Int)] = [:]
    for model in allModels {
      var found: [String: Int] = [:]
      let plan = try Plan(model.graph())
      for step in plan.stepTitles where step.kernel.hasPrefix("reference") {
        found[String(step.kernel.dropFirst(10)), default: 0] += 1
      }
      for (op, n) in found {
        total[op, default: (0, 0)].0 += 1
        total[op, default: (0, 0)].1 += n
      }
      if !found.isEmpty {
        print("LIST", model.name, plan.stepTitles.count, found.sorted { $0.key < $1.key }.map { "\($0.key)×\($0.value)" })
      }
    }
    for (op, n) in total.sorted(by: { $0.key < $1.key }) { print("TOTAL", op, n) }
  }
}
