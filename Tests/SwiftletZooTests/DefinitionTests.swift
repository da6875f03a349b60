import SwiftletGraph
import SwiftletZoo
import Testing
import _SwiftletTestSupport

/// Names, shapes and order of parameters, their count and the multiply-adds equal the reference's.
@Suite struct DefinitionTests {
  static let goldens = ["classification", "torchvision", "authors"].flatMap { folder in (try? Golden.all(folder)) ?? []
  }
  .filter { golden in allModels.contains { $0.name == golden.model } }

  @Test(arguments: goldens.map(\.model)) func equalsTheReference(_ name: String) throws {
    let golden = try #require(Self.goldens.first { $0.model == name })
    let model = try #require(allModels.first { $0.name == name })
    let graph = try model.graph(batch: golden.input[0], size: (golden.input[2], golden.input[3]))
    #expect(differences(of: graph, from: golden) == [])
  }

  /// No right answer is passed over: each belongs to a model.
  @Test(.enabled(if: SharedData.isThere)) func everyGoldenHasAModel() throws {
    let names = Set(allModels.map(\.name))
    for folder in ["classification", "torchvision", "authors"] {
      let goldens = try Golden.all(folder)
      #expect(!goldens.isEmpty, "\(folder)")
      for golden in goldens { #expect(names.contains(golden.model), "\(golden.model)") }
    }
  }
}
